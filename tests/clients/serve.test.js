// What an operator does to a running gateway: signals, a changed file, a look at its log.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startGateway, startSimulator, until, upstreamKey, workFolder } from './world.js';

const secretPrompt = 'the words of a prompt';
const secretAnswer = 'the words of an answer';

const script = `
api_key: ${upstreamKey}
models:
  good: { answer: "${secretAnswer}" }
  slow: { answer: "Late, but whole.", latency: 700ms }
`;

const config = (simulator, tasks) => `
server: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", drain: 10s }
store: memory
log: { level: debug, format: json }
providers:
  simulated: { kind: openai, base_url: "${simulator}", api_key: "\${PROVIDER_KEY}" }
routes:
  good: { provider: simulated, model: good }
  slow: { provider: simulated, model: slow }
tasks:
${tasks}
`;

const task = (name, route) => `  ${name}: { deadline: 20s, ladder: [ ${route} ] }`;

let folder, simulator;

const start = (tasks) =>
  startGateway(folder.path, { 'gateway.yaml': config(simulator.address, tasks) });

const rewrite = (text) => writeFile(join(folder.path, 'gateway.yaml'), text);

const tasksOf = async (gateway) => {
  const list = await (await fetch(`${gateway.address}/v1/models`)).json();
  return list.data.map((x) => x.id);
};

const ask = (gateway, name) => fetch(`${gateway.address}/v1/tasks/${name}`, {
  method: 'POST', body: JSON.stringify({ input: secretPrompt }),
});

before(async () => {
  folder = await workFolder();
  simulator = await startSimulator(folder.path, { 'script.yaml': script });
});

after(async () => {
  await simulator?.stop();
  await folder?.remove();
});

test('SIGHUP takes the file anew', async () => {
  const gateway = await start(task('first', 'good'));
  await rewrite(config(simulator.address, task('second', 'good')));
  gateway.signal('SIGHUP');
  await until(async () => (await tasksOf(gateway)).includes('second'));
  assert.deepEqual(await tasksOf(gateway), ['second']);
  assert.equal(await gateway.stop(), 0);
});

test('SIGHUP with a bad file changes nothing and says why', async () => {
  const gateway = await start(task('first', 'good'));
  await rewrite(config(simulator.address, task('second', 'nobody')));
  gateway.signal('SIGHUP');
  await until(() => gateway.complaints().includes('there is no `nobody`'));
  assert.match(gateway.complaints(), /gateway\.yaml:\d+:\d+: error: tasks\.second\.ladder\[0\]/);
  assert.deepEqual(await tasksOf(gateway), ['first']);
  assert.equal((await ask(gateway, 'first')).status, 200);
  assert.equal(await gateway.stop(), 0);
});

test('SIGTERM finishes what is in flight, and takes nothing new', async () => {
  const gateway = await start(task('slow', 'slow'));
  const slow = ask(gateway, 'slow');
  await until(() => simulator.lines.some((line) => line.startsWith('slow #')));
  gateway.signal('SIGTERM');
  await until(async () => fetch(`${gateway.address}/healthz`).then(() => false, () => true));
  const reply = await slow;
  assert.equal(reply.status, 200);
  assert.equal((await reply.json()).text, 'Late, but whole.');
  assert.equal(await gateway.ended, 0);
});

test('the log tells of each request, and neither keys, prompts nor outputs', async () => {
  const gateway = await start(task('first', 'good'));
  const reply = await ask(gateway, 'first');
  const id = reply.headers.get('x-hedgerow-request-id');
  assert.equal((await reply.json()).text, secretAnswer);
  assert.equal(await gateway.stop(), 0);
  const log = gateway.complaints();
  const entry = log.split('\n').find((line) => line.includes(id));
  assert.ok(entry, `no line for ${id} in:\n${log}`);
  assert.equal(JSON.parse(entry).level, 'info');
  for (const secret of [upstreamKey, secretPrompt, secretAnswer])
    assert.ok(!log.includes(secret), `the log holds ${secret}`);
});

test('a taken address is a sentence and exit code 1', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const text = config(simulator.address, task('first', 'good'))
    .replace('listen: "127.0.0.1:0"', `listen: "127.0.0.1:${other.address().port}"`);
  await assert.rejects(startGateway(folder.path, { 'taken.yaml': text }), (error) => {
    assert.match(error.message, /ended with 1:/);
    assert.match(error.message, /cannot listen on 127\.0\.0\.1:\d+: Address already in use/);
    return true;
  });
});
