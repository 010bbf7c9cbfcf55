// Runs hedgerow's own programs for a test: a simulated provider, a gateway in front of it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const upstreamKey = 'the-provider-key';

/** A folder for the files of one test run; gone when the run ends. */
export async function workFolder() {
  const path = await mkdtemp(join(tmpdir(), 'hedgerow-clients-'));
  return { path, remove: () => rm(path, { recursive: true }) };
}

/** Writes `files` (name to text) below `folder` and starts a simulator with the first of them. */
export async function startSimulator(folder, files) {
  const script = await writeAll(folder, files);
  return start(['simulate', '-c', script, '--listen', '127.0.0.1:0', '--print'],
               /^simulator listens on (\S+)/);
}

/** The same with a gateway. Its address is a base URL without a path. */
export async function startGateway(folder, files) {
  const config = await writeAll(folder, files);
  const gateway = await start(['serve', '-c', config],
                              /^hedgerow listens on (?:http:\/\/)?([^\s,]+)/);
  return { ...gateway, address: `http://${gateway.address}` };
}

/** Waits for what is bound to come, and complains of what never does. */
export async function until(holds, what = holds) {
  const last = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > last) throw new Error(`This never came to hold: ${what}`);
    await new Promise((go) => setTimeout(go, 5));
  }
}

/**
 * Returns when `simulator` has told of all the calls that had ended before: its lines come in order,
 * and the last of them is that of a call which is made here, of a model that it does not have.
 */
export async function catchUp(simulator) {
  const told = () => simulator.lines.filter((line) => line.startsWith('nobody ')).length;
  const before = told();
  const reply = await fetch(`${simulator.address}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${upstreamKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'nobody', messages: [{ role: 'user', content: 'Well?' }] }),
  });
  await reply.text();
  await until(() => told() > before, 'the simulator tells of a call');
}

async function writeAll(folder, files) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return join(folder, Object.keys(files)[0]);
}

/** Starts the program and waits for the line that says where it listens. */
async function start(args, announcement) {
  const child = spawn(process.env.HEDGEROW, args, {
    // A proxy of this machine has nothing to do with providers on loopback.
    env: { ...process.env, PROVIDER_KEY: upstreamKey, NO_PROXY: '*', no_proxy: '*' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running = { child, lines: [], complaints: '' };
  child.stderr.on('data', (bytes) => { running.complaints += bytes; });
  running.ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  const address = await new Promise((resolve, reject) => {
    running.ended.then((how) =>
      reject(new Error(`hedgerow ${args[0]} ended with ${how}:\n${running.complaints}`)), reject);
    createInterface({ input: child.stdout }).on('line', (line) => {
      running.lines.push(line);
      const found = announcement.exec(line);
      if (found) resolve(found[1]);
    });
  });
  return {
    address,
    lines: running.lines,
    complaints: () => running.complaints,
    signal: (name) => child.kill(name),
    ended: running.ended,
    stop: () => stop(running),
  };
}

/** Asks the program to end. How it ended is part of what is tested. */
async function stop(running) {
  running.child.kill('SIGTERM');
  const how = await running.ended;
  if (how !== 0) console.error(running.complaints);
  return how;
}
