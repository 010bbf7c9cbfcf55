// The official OpenAI SDK against the gateway.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import OpenAI from 'openai';

import { catchUp, startGateway, startSimulator, upstreamKey, workFolder } from './world.js';

const callerKey = 'caller-key-of-the-web';

const ticket = { category: 'billing', urgency: 'medium' };

const ticketSchema = {
  type: 'object',
  properties: { category: { type: 'string' }, urgency: { enum: ['low', 'medium', 'high'] } },
  required: ['category', 'urgency'],
  additionalProperties: false,
};

// The simulator refuses every call that does not show the provider's own key.
const script = `
api_key: ${upstreamKey}
models:
  plain: { answer: "Hello from the model." }
  triage: { answer: ${JSON.stringify(ticket)} }
  weather: { tool_call: { name: weather, arguments: { city: Oslo } } }
  down: { status: 503 }
  outage: { status: 503 }
  flaky:
    - { calls: 1, status: 503 }
    - { answer: "Second time lucky." }
  withheld: { answer: "This much and", finish_reason: content_filter }
  refused: { status: 400, error: { code: content_filter, message: "The prompt was filtered." } }
`;

const rules = `
- when: { contains_any: [charged twice, invoice] }
  answer: ${JSON.stringify(ticket)}
- answer: { category: other, urgency: low }
`;

const config = (simulator, silent, more = '') => `
server: { listen: "127.0.0.1:0", admin: "127.0.0.1:0"${more} }
store: memory
log: { level: error }
providers:
  simulated: { kind: openai, base_url: "${simulator}", api_key: "\${PROVIDER_KEY}" }
  silent: { kind: openai, base_url: "${silent}" }
routes:
  plain: { provider: simulated, model: plain, region: north }
  triage: { provider: simulated, model: triage }
  weather: { provider: simulated, model: weather }
  down: { provider: simulated, model: down }
  outage: { provider: simulated, model: outage }
  flaky: { provider: simulated, model: flaky }
  withheld: { provider: simulated, model: withheld }
  refused: { provider: simulated, model: refused }
  silent: { provider: silent, model: silent }
contracts:
  ticket: { format: json, schema: ${JSON.stringify(ticketSchema)} }
tasks:
  chat: { capability: chat, deadline: 20s, ladder: [ { route: plain } ] }
  extract: { capability: extraction, deadline: 20s, ladder: [ { route: triage } ] }
  tools: { capability: chat, deadline: 20s, ladder: [ { route: weather } ] }
  degrades: { capability: classification, deadline: 20s, contract: ticket, retry: { attempts: 0 }, ladder: [ { route: down }, { rules: rules.yaml } ] }
  apologises: { capability: chat, deadline: 20s, retry: { attempts: 0 }, ladder: [ { route: down }, { message: "Nothing was lost." } ] }
  fails: { capability: chat, deadline: 20s, retry: { attempts: 0 }, ladder: [ { route: outage } ] }
  retries: { capability: chat, deadline: 20s, retry: { attempts: 1, base: 10ms }, ladder: [ { route: flaky } ] }
  withheld: { capability: chat, deadline: 20s, ladder: [ { route: withheld }, { route: plain } ] }
  refused: { capability: chat, deadline: 20s, ladder: [ { route: refused }, { route: plain } ] }
  waits: { capability: chat, deadline: 20s, ladder: [ { route: silent } ] }
`;

/** A provider that takes calls and says nothing; `calls` gets each of them. */
async function startSilentProvider() {
  const server = createServer(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${server.address().port}/v1`,
    nextCall: () => once(server, 'request').then(([, response]) => response),
    stop: () => { server.closeAllConnections(); server.close(); },
  };
}

let folder, simulator, silent, gateway, guarded, client;

const connect = (to, apiKey = 'ignored') => new OpenAI({ baseURL: `${to.address}/v1`, apiKey });

const ask = (model, more = {}) =>
  client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'I was charged twice for one order.' }],
    ...more,
  });

/** The provider's lines about the calls of `model` that have ended. */
const calls = async (model) => {
  await catchUp(simulator);
  return simulator.lines.filter((line) => line.startsWith(`${model} #`));
};

before(async () => {
  folder = await workFolder();
  simulator = await startSimulator(folder.path, { 'script.yaml': script });
  silent = await startSilentProvider();
  gateway = await startGateway(folder.path, {
    'gateway.yaml': config(simulator.address, silent.address),
    'rules.yaml': rules,
  });
  const digest = createHash('sha256').update(callerKey).digest('hex');
  guarded = await startGateway(folder.path, {
    'guarded.yaml': config(simulator.address, silent.address,
      `, callers: [ { name: web, key_sha256: "${digest}", tasks: [chat] } ]`),
  });
  client = connect(gateway);
});

after(async () => {
  silent?.stop();
  const codes = [await guarded?.stop(), await gateway?.stop(), await simulator?.stop()];
  await folder?.remove();
  assert.deepEqual(codes, [0, 0, 0], 'programs that are asked to end do so cleanly');
});

test('a completion comes back with the model that answered', async () => {
  const { data, response } = await ask('chat').withResponse();
  assert.equal(data.object, 'chat.completion');
  assert.equal(data.model, 'plain');
  assert.equal(data.choices.length, 1);
  assert.equal(data.choices[0].message.content, 'Hello from the model.');
  assert.equal(data.choices[0].finish_reason, 'stop');
  assert.ok(data.usage.prompt_tokens > 0 && data.usage.completion_tokens > 0);
  assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens);
  assert.equal(data.hedgerow.outcome, 'answered');
  assert.equal(response.status, 200);
});

test('the headers tell how the answer came about', async () => {
  const { data, response } = await ask('chat').withResponse();
  const expected = {
    'x-hedgerow-task': 'chat',
    'x-hedgerow-outcome': 'answered',
    'x-hedgerow-route': 'plain',
    'x-hedgerow-model': 'plain',
    'x-hedgerow-provider': 'simulated',
    'x-hedgerow-region': 'north',
    'x-hedgerow-attempts': '1',
    'x-hedgerow-retries': '0',
    'x-hedgerow-fallback': 'false',
    'x-hedgerow-hedged': 'false',
    'x-hedgerow-repaired': 'false',
    'x-hedgerow-degraded': null,
    'x-litellm-attempted-retries': '0',
    'x-litellm-attempted-fallbacks': '0',
  };
  for (const [name, value] of Object.entries(expected))
    assert.equal(response.headers.get(name), value, name);
  assert.equal(response.headers.get('x-hedgerow-request-id'), data.hedgerow.id);
  assert.equal(response.headers.get('x-litellm-call-id'), data.hedgerow.id);
  assert.match(response.headers.get('x-hedgerow-cost-usd'), /^\d+\.\d{8,}$/);
  for (const name of ['x-hedgerow-latency-ms', 'x-hedgerow-overhead-ms'])
    assert.match(response.headers.get(name), /^\d+(\.\d+)?$/, name);
});

test('structured output is parsed', async () => {
  const completion = await client.chat.completions.parse({
    model: 'extract',
    messages: [{ role: 'user', content: 'I was charged twice.' }],
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'ticket', strict: true, schema: ticketSchema },
    },
  });
  assert.deepEqual(JSON.parse(completion.choices[0].message.content), ticket);
  assert.equal(completion.choices[0].message.refusal, null);
});

test('an answer that breaks the schema of the request is not delivered', async () => {
  const schema = { ...ticketSchema, required: ['category', 'urgency', 'language'] };
  schema.properties = { ...schema.properties, language: { type: 'string' } };
  await assert.rejects(
    ask('extract', {
      response_format: { type: 'json_schema', json_schema: { name: 'ticket', schema } },
    }),
    (error) => error instanceof OpenAI.InternalServerError && error.status === 503);
});

test('a tool call comes back whole', async () => {
  const completion = await ask('tools', {
    tools: [{
      type: 'function',
      function: {
        name: 'weather',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
          additionalProperties: false,
        },
      },
    }],
  });
  const [choice] = completion.choices;
  assert.equal(choice.finish_reason, 'tool_calls');
  assert.equal(choice.message.content, null);
  assert.equal(choice.message.tool_calls.length, 1);
  assert.equal(choice.message.tool_calls[0].type, 'function');
  assert.equal(choice.message.tool_calls[0].function.name, 'weather');
  assert.deepEqual(JSON.parse(choice.message.tool_calls[0].function.arguments), { city: 'Oslo' });
});

test('a degraded answer says so and keeps the contract', async () => {
  const { data, response } = await ask('degrades').withResponse();
  assert.equal(data.model, 'hedgerow/rules');
  assert.deepEqual(JSON.parse(data.choices[0].message.content), ticket);
  assert.equal(data.hedgerow.outcome, 'degraded');
  assert.equal(data.hedgerow.degraded.kind, 'rules');
  assert.equal(response.headers.get('x-hedgerow-outcome'), 'degraded');
  assert.equal(response.headers.get('x-hedgerow-degraded'), 'rules');
});

test('a degraded text is a refusal for a caller who wants JSON', async () => {
  const text = await ask('apologises');
  assert.equal(text.choices[0].message.content, 'Nothing was lost.');
  const json = await ask('apologises', {
    response_format: { type: 'json_schema', json_schema: { name: 'ticket', schema: ticketSchema } },
  });
  assert.equal(json.model, 'hedgerow/message');
  assert.equal(json.choices[0].message.content, null);
  assert.equal(json.choices[0].message.refusal, 'Nothing was lost.');
});

test('output that was withheld is a refusal, and no other model is tried', async () => {
  const before = (await calls('plain')).length;
  const completion = await ask('withheld');
  assert.equal(completion.choices[0].finish_reason, 'content_filter');
  assert.equal(completion.choices[0].message.content, null);
  assert.ok(completion.choices[0].message.refusal.length > 0);
  assert.ok(!JSON.stringify(completion).includes('This much and'));
  assert.equal(completion.hedgerow.outcome, 'blocked');
  assert.equal((await calls('plain')).length, before);
});

test('a request that the provider refused is a 400', async () => {
  const before = (await calls('plain')).length;
  await assert.rejects(ask('refused'), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, 'content_policy_violation');
    return true;
  });
  assert.equal((await calls('refused')).length, 1);
  assert.equal((await calls('plain')).length, before);
});

test('an unknown model is not found', async () => {
  await assert.rejects(ask('no-such-task'), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, 'model_not_found');
    return true;
  });
});

test('a malformed request is the caller\'s mistake', async () => {
  await assert.rejects(ask('chat', { messages: 'hello' }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, 'invalid_request');
    return true;
  });
});

test('the SDK does not retry what the gateway has given up', async () => {
  assert.equal(client.maxRetries, 2, 'the SDK would retry if it were not told');
  await assert.rejects(ask('fails'), (error) => {
    assert.ok(error instanceof OpenAI.InternalServerError);
    assert.equal(error.status, 503);
    assert.equal(error.code, 'all_routes_failed');
    assert.equal(error.headers.get('x-should-retry'), 'false');
    return true;
  });
  assert.equal((await calls('outage')).length, 1);
});

test('a retry of the gateway shows in the headers', async () => {
  const { data, response } = await ask('retries').withResponse();
  assert.equal(data.choices[0].message.content, 'Second time lucky.');
  assert.equal(response.headers.get('x-hedgerow-attempts'), '2');
  assert.equal(response.headers.get('x-hedgerow-retries'), '1');
  assert.equal(response.headers.get('x-hedgerow-fallback'), 'false');
});

test('a caller who leaves cancels the call upstream', { timeout: 15_000 }, async () => {
  const leaving = new AbortController();
  const arrived = silent.nextCall();
  const aborted = client.chat.completions.create(
    { model: 'waits', messages: [{ role: 'user', content: 'Are you there?' }] },
    { signal: leaving.signal });
  const upstream = await arrived;
  const closed = once(upstream, 'close');
  leaving.abort();
  await assert.rejects(aborted, OpenAI.APIUserAbortError);
  await closed;
});

test('keys are checked where callers are configured', async () => {
  const body = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] };
  await assert.rejects(connect(guarded, 'wrong').chat.completions.create(body), (error) => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.equal(error.code, 'unauthorized');
    return true;
  });
  const known = connect(guarded, callerKey);
  const completion = await known.chat.completions.create(body);
  assert.equal(completion.choices[0].message.content, 'Hello from the model.');
  await assert.rejects(known.chat.completions.create({ ...body, model: 'extract' }),
                       OpenAI.NotFoundError);
});

test('the models are the tasks that a caller may use', async () => {
  const names = async (from) => (await from.models.list()).data.map((x) => x.id).sort();
  assert.deepEqual(await names(client), [
    'apologises', 'chat', 'degrades', 'extract', 'fails', 'refused', 'retries', 'tools', 'waits',
    'withheld',
  ]);
  assert.deepEqual(await names(connect(guarded, callerKey)), ['chat']);
});

test('the native call gives the envelope', async () => {
  const response = await fetch(`${gateway.address}/v1/tasks/degrades?trail=1`, {
    method: 'POST',
    body: JSON.stringify({ input: 'Where is my invoice?' }),
  });
  assert.equal(response.status, 200);
  const envelope = await response.json();
  assert.equal(envelope.task, 'degrades');
  assert.equal(envelope.outcome, 'degraded');
  assert.deepEqual(envelope.value, ticket);
  assert.equal(envelope.trail.at(0).event, 'admitted');
  assert.equal(envelope.trail.at(-1).event, 'ended');
});
