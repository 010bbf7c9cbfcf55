// The official Anthropic SDK against the gateway, with models of three dialects behind it.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';

import { greeting, keys, kinds, openStage, story, ticket, weather } from './stage.js';

/** An end that does not come is a failure. */
const limit = { timeout: 15_000 };

let stage, client;

const connect = (apiKey, more = {}) => new Anthropic({ baseURL: stage.address, apiKey, ...more });

const request = (model, more = {}) => ({
  model,
  max_tokens: 300,
  messages: [{ role: 'user', content: 'How is the weather in Oslo?' }],
  ...more,
});

const ask = (model, more) => client.messages.create(request(model, more));

const { name, description, parameters: input_schema } = weather;
const tools = [{ name, description, input_schema }];

/** Reads a stream to whatever end it has. */
async function read(events) {
  const seen = { events: [], text: '', error: undefined };
  try {
    for await (const event of events) {
      seen.events.push(event);
      if (event.type === 'content_block_delta') seen.text += event.delta.text ?? '';
    }
  } catch (error) {
    seen.error = error;
  }
  seen.types = seen.events.map((x) => x.type);
  return seen;
}

/** Lets the SDK run the weather tool for the model, and gives each of the model's turns. */
async function runTool(model, more = {}) {
  const asked = [];
  const turns = [];
  const runner = client.beta.messages.toolRunner({
    ...request(model),
    tools: [betaZodTool({
      ...weather,
      inputSchema: z.object({ city: z.string() }),
      run: (x) => { asked.push(x); return 'It rains.'; },
    })],
    ...more,
  });
  for await (const turn of runner) turns.push(more.stream ? await turn.finalMessage() : turn);
  return { turns, asked };
}

/** The model was called once, and by someone who does not say it is retrying. */
async function calledOnce(model, kind, end = 'answered') {
  const calls = await stage.calls(model);
  assert.equal(calls.length, 1, model);
  assert.equal(calls[0].dialect, kind);
  assert.equal(calls[0].end, end);
  assert.equal(calls[0].retry_count, undefined);
  return calls[0];
}

before(async () => {
  stage = await openStage();
  client = connect(keys.web);
});

beforeEach(() => stage.clear());

after(async () => assert.deepEqual(await stage?.close(), [0, 0]));

for (const kind of kinds) {
  test(`a message of a model behind ${kind} comes back with the model that answered`, async () => {
    const { data, response } = await ask(`greets-${kind}`).withResponse();
    assert.equal(data.type, 'message');
    assert.equal(data.role, 'assistant');
    assert.equal(data.model, `greets-${kind}`);
    assert.deepEqual(data.content, [{ type: 'text', text: greeting }]);
    assert.equal(data.stop_reason, 'end_turn');
    assert.equal(data.stop_sequence, null);
    assert.ok(data.usage.input_tokens > 0 && data.usage.output_tokens > 0);
    assert.equal(data.hedgerow.outcome, 'answered');
    assert.equal(data.hedgerow.route, `greets-${kind}`);
    assert.equal(response.headers.get('x-hedgerow-request-id'), data.hedgerow.id);
    assert.equal(response.headers.get('x-hedgerow-provider'), kind);
    const call = await calledOnce(`greets-${kind}`, kind);
    assert.ok(!(call.events > 0), 'it was not asked for a stream');
  });

  test(`text of a model behind ${kind} is streamed`, async () => {
    const stream = client.messages.stream(request(`greets-${kind}`));
    let text = '';
    stream.on('text', (more) => { text += more; });
    const message = await stream.finalMessage();
    assert.equal(text, greeting);
    assert.deepEqual(message.content, [{ type: 'text', text: greeting }]);
    assert.equal(message.model, `greets-${kind}`);
    assert.equal(message.stop_reason, 'end_turn');
    assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
    const call = await calledOnce(`greets-${kind}`, kind);
    assert.ok(call.events > 0, 'it was asked for a stream');
  });

  test(`a tool call of a model behind ${kind} comes back whole, streamed or not`, async () => {
    const whole = await ask(`forecasts-${kind}`, { tools });
    const stream = client.messages.stream(request(`forecasts-${kind}`, { tools }));
    const pieces = [];
    stream.on('inputJson', (piece) => pieces.push(piece));
    const streamed = await stream.finalMessage();
    for (const { content, stop_reason } of [whole, streamed]) {
      assert.equal(stop_reason, 'tool_use');
      assert.equal(content.length, 1);
      assert.equal(content[0].type, 'tool_use');
      assert.ok(content[0].id.length > 0);
      assert.equal(content[0].name, 'weather');
      assert.deepEqual(content[0].input, { city: 'Oslo' });
    }
    assert.deepEqual(pieces.map((x) => JSON.parse(x)), [{ city: 'Oslo' }], 'never in pieces');
    const calls = await stage.calls(`forecasts-${kind}`, 2);
    assert.deepEqual(calls.map((x) => [x.dialect, x.end]),
                     [[kind, 'answered'], [kind, 'answered']]);
  });

  for (const streamed of [false, true])
    test(`the SDK runs a tool for a model behind ${kind}${streamed ? ' in streams' : ''}`,
         async () => {
           const { turns, asked } =
             await runTool(`consults-${kind}`, { stream: streamed, thread: false });
           assert.deepEqual(asked, [{ city: 'Oslo' }]);
           assert.deepEqual(turns.map((x) => x.stop_reason), ['tool_use', 'end_turn']);
           assert.deepEqual(turns[1].content, [{ type: 'text', text: greeting }]);
           assert.ok(turns[1].usage.input_tokens > turns[0].usage.input_tokens);
           const calls = await stage.calls(`consults-${kind}`, 2);
           assert.deepEqual(calls.map((x) => x.end), ['answered', 'answered']);
         });

  // The runner would have the conversation kept for it, unless it is told that this is not done.
  test(`a model behind ${kind} gets the whole conversation of a runner that would leave it here`,
       async () => {
         const { turns, asked } = await runTool(`confers-${kind}`);
         assert.deepEqual(asked, [{ city: 'Oslo' }]);
         assert.deepEqual(turns.map((x) => x.stop_reason), ['tool_use', 'end_turn']);
         assert.ok(turns[1].usage.input_tokens > turns[0].usage.input_tokens,
                   'the provider counts what it was sent, which grew');
         assert.equal((await stage.calls(`confers-${kind}`, 2)).length, 2);
       });

  test(`what a tool said and the system's words reach the model behind ${kind}`, async () => {
    const { usage } = await ask(`greets-${kind}`);
    const turn = [
      { role: 'user', content: 'How is the weather in Oslo?' },
      { role: 'assistant', content: [
        { type: 'text', text: 'Let me see.' },
        { type: 'tool_use', id: 'toolu_7', name: 'weather', input: { city: 'Oslo' } },
      ] },
      { role: 'user', content: [
        { type: 'tool_result', tool_use_id: 'toolu_7', content: [{ type: 'text', text: 'Rain.' }] },
        { type: 'text', text: 'And tomorrow?' },
      ] },
    ];
    const longer = await ask(`greets-${kind}`, { messages: turn, tools });
    assert.equal(longer.content[0].text, greeting);
    // The provider counts what it was sent.
    assert.ok(longer.usage.input_tokens > usage.input_tokens);
    const advised = await ask(`greets-${kind}`, {
      messages: turn,
      tools,
      system: [{ type: 'text', text: 'Be brief, and never mention umbrellas.' }],
    });
    assert.ok(advised.usage.input_tokens > longer.usage.input_tokens);
    const calls = await stage.calls(`greets-${kind}`, 3);
    assert.deepEqual(calls.map((x) => x.status), [200, 200, 200]);
  });

  test(`structured output of a model behind ${kind} is parsed`, async () => {
    const said = await client.messages.parse(request(`sorts-${kind}`, {
      output_config: {
        format: zodOutputFormat(
          z.object({ category: z.string(), urgency: z.enum(['low', 'medium', 'high']) })),
      },
    }));
    assert.deepEqual(said.parsed_output, ticket);
    await calledOnce(`sorts-${kind}`, kind);
  });

  test(`who leaves a stream takes the model behind ${kind} along`, limit, async () => {
    const stream = client.messages.stream(request(`falters-${kind}`));
    let text = '';
    stream.on('text', (more) => { text += more; stream.abort(); });
    await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
    assert.ok(text.length > 0 && text.length < story.length && story.startsWith(text));
    await calledOnce(`falters-${kind}`, kind, 'client_closed');
  });

  for (const [part, end] of [['breaks', 'cut'], ['apologises', 'answered']])
    test(`a stream that ${part} behind ${kind} raises and never ends normally`, async () => {
      const { text, types, error } = await read(await ask(`${part}-${kind}`, { stream: true }));
      assert.ok(error instanceof Anthropic.APIError, `it ended with ${error}`);
      assert.equal(error.type, 'api_error');
      assert.equal(error.error.error.code, 'all_routes_failed');
      assert.ok(text.length > 0 && text.length < story.length && story.startsWith(text));
      assert.ok(!types.includes('message_delta') && !types.includes('message_stop'));
      await calledOnce(`${part}-${kind}`, kind, end);
    });

  test(`output that ${kind} withholds is a refusal, and no text is delivered`, async () => {
    const said = await ask(`withheld-${kind}`);
    assert.equal(said.stop_reason, 'refusal');
    assert.deepEqual(said.content, []);
    assert.equal(said.hedgerow.outcome, 'blocked');
    assert.ok(!JSON.stringify(said).includes('This much and'));
    await calledOnce(`withheld-${kind}`, kind);
  });

  test(`a stream that ${kind} withholds ends as a refusal`, async () => {
    const said = await client.messages.stream(request(`withheld-${kind}`)).finalMessage();
    assert.equal(said.stop_reason, 'refusal');
    await calledOnce(`withheld-${kind}`, kind);
  });
}

test('a stream has the events of the API, and its facts stand in one of them', async () => {
  const { events, types } = await read(await ask('greets-openai', { stream: true }));
  const steps = types.filter((x, i) => x !== types[i - 1]);
  assert.deepEqual(steps, ['message_start', 'content_block_start', 'content_block_delta',
                           'content_block_stop', 'message_delta', 'message_stop']);
  const told = events.filter((x) => x.hedgerow);
  assert.deepEqual(told.map((x) => x.type), ['message_delta']);
  assert.equal(told[0].hedgerow.id, events[0].message.id);
  assert.equal(told[0].hedgerow.outcome, 'answered');
  assert.equal(told[0].hedgerow.provider, 'openai');
  await calledOnce('greets-openai', 'openai');
});

for (const streamed of [false, true])
  test(`an overloaded provider is replaced in silence${streamed ? ' before a stream' : ''}`,
       async () => {
         const said = streamed ? await client.messages.stream(request('recovers')).finalMessage()
                               : await ask('relieved');
         assert.equal(said.content[0].text, greeting);
         assert.equal(said.stop_reason, 'end_turn');
         assert.deepEqual(await stage.tally(), streamed
           ? { 'overloaded-anthropic': 1, 'down-gemini': 1, 'overloaded-openai': 1,
               'greets-gemini': 1 }
           : { 'busy-anthropic': 1, 'greets-openai': 1 });
       });

for (const [task, first, then] of [['resumes', 'breaks-openai', 'tells-gemini'],
                                   ['resumes-anthropic', 'apologises-anthropic', 'tells-openai'],
                                   ['resumes-gemini', 'breaks-gemini', 'tells-anthropic']])
  test(`a stream of ${first} goes on where ${then} says the same`, async () => {
    const stream = client.messages.stream(request(task));
    let facts;
    stream.on('streamEvent', (event) => { facts ??= event.hedgerow; });
    const said = await stream.finalMessage();
    assert.deepEqual(said.content, [{ type: 'text', text: story }]);
    assert.equal(said.stop_reason, 'end_turn');
    assert.equal(facts.resumed, 'prefix');
    assert.equal(facts.route, then);
    assert.deepEqual(await stage.tally(), { [first]: 1, [then]: 1 });
  });

test('a stream never goes on with another story', async () => {
  const { text, types, error } = await read(await ask('diverges', { stream: true }));
  assert.ok(error instanceof Anthropic.APIError);
  assert.ok(text.length > 0 && story.startsWith(text));
  assert.ok(!types.includes('message_stop'));
  assert.deepEqual(await stage.tally(), { 'breaks-openai': 1, 'strays-anthropic': 1 });
});

const failures = [
  ['a malformed request', 400, 'BadRequestError', 'invalid_request_error', 'invalid_request',
   { task: 'greets-openai', more: { messages: 'Hello' } }, {}],
  ['a refused request', 400, 'BadRequestError', 'invalid_request_error', 'content_policy_violation',
   { task: 'refuses-openai' }, { 'refuses-openai': 1 }],
  ['an unknown key', 401, 'AuthenticationError', 'authentication_error', 'unauthorized',
   { task: 'greets-openai', key: 'wrong' }, {}],
  ['an unknown model', 404, 'NotFoundError', 'not_found_error', 'model_not_found',
   { task: 'no-such-task' }, {}],
  ['a failure of every route', 503, 'InternalServerError', 'api_error', 'all_routes_failed',
   { task: 'fails' }, { 'down-openai': 1, 'busy-anthropic': 1, 'down-gemini': 1 }],
  ['a deadline', 504, 'InternalServerError', 'timeout_error', 'deadline_exceeded',
   { task: 'silent-anthropic' }, { 'silent-anthropic': 1 }],
];

for (const [what, status, name, type, code, { task, more, key }, tally] of failures)
  for (const streamed of [false, true])
    test(`${what} is told as ${name}${streamed ? ' in place of a stream' : ''} and not retried`,
         async () => {
           const by = connect(key ?? keys.web);
           assert.equal(by.maxRetries, 2, 'the SDK would retry if it were not told');
           const sent = by.messages.create({ ...request(task, more), stream: streamed });
           await assert.rejects(sent, (error) => {
             assert.ok(error instanceof Anthropic[name], `it was ${error}`);
             assert.equal(error.status, status);
             assert.equal(error.type, type);
             assert.equal(error.error.type, 'error');
             assert.equal(error.error.error.code, code);
             assert.ok(error.apiMessage.length > 0);
             if (status >= 500) assert.equal(error.headers.get('x-should-retry'), 'false');
             return true;
           });
           assert.deepEqual(await stage.tally(), tally);
           for (const model of Object.keys(tally))
             assert.ok((await stage.calls(model)).every((x) => x.retry_count === undefined));
         });

test('a caller who asks too often gets a RateLimitError that says how long to wait', async () => {
  // The SDK would wait for as long as it is told, which is right and takes a minute.
  const hasty = connect(keys.hasty, { maxRetries: 0 });
  assert.equal((await hasty.messages.create(request('greets-openai'))).content[0].text, greeting);
  await assert.rejects(hasty.messages.create(request('greets-openai')), (error) => {
    assert.ok(error instanceof Anthropic.RateLimitError);
    assert.equal(error.type, 'rate_limit_error');
    assert.equal(error.error.error.code, 'rate_limited');
    const wait = Number(error.headers.get('retry-after'));
    assert.ok(wait >= 1 && wait <= 60, `it is told to wait ${wait} s`);
    return true;
  });
  await calledOnce('greets-openai', 'openai');
});

test('a call that is not offered names the one that is', async () => {
  await assert.rejects(client.messages.countTokens(request('greets-openai')), (error) => {
    assert.ok(error instanceof Anthropic.NotFoundError);
    assert.match(error.apiMessage, /POST \/v1\/messages/);
    assert.equal(error.error.error.code, 'not_offered');
    return true;
  });
  assert.deepEqual(await stage.tally(), {});
});

test('a call that is not offered is refused in the words of the API',
     async () => {
       await assert.rejects(client.messages.countTokens(request('greets-openai')), (error) => {
         assert.equal(error.error.type, 'error');
         assert.equal(error.type, 'not_found_error');
         return true;
       });
     });

test('a conversation that would have to be kept here is refused, not cut short',
     async () => {
       const sent = client.beta.messages.create(request('greets-openai', {
         thread: { type: 'continue', previous_message_id: 'req_of_some_earlier_turn' },
       }));
       await assert.rejects(sent, (error) => {
         assert.ok(error instanceof Anthropic.BadRequestError);
         assert.equal(error.error.error.code, 'invalid_request');
         // By this the SDK knows to send the whole conversation instead.
         assert.equal(error.errorCode, 'thread_unsupported_request');
         return true;
       });
       assert.deepEqual(await stage.tally(), {});
     });

test('the models are the tasks', async () => {
  const names = (await client.models.list()).data.map((x) => x.id);
  assert.ok(names.includes('greets-gemini') && names.includes('recovers'));
  assert.deepEqual(await stage.tally(), {});
});
