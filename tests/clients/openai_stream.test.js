// The official OpenAI SDK, whose answers come as streams from models of three dialects.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';

import { greeting, keys, kinds, openStage, story, ticket, weather } from './stage.js';

/** An end that does not come is a failure. */
const limit = { timeout: 15_000 };

let stage, client;

const connect = (apiKey) => new OpenAI({ baseURL: `${stage.address}/v1`, apiKey });

const messages = [{ role: 'user', content: 'How is the weather in Oslo?' }];

const stream = (model, more = {}, options = {}) =>
  client.chat.completions.create({ model, messages, stream: true, ...more }, options);

const ask = (model, more = {}, by = client) =>
  by.chat.completions.create({ model, messages, ...more });

const tools = [{ type: 'function', function: weather }];

const ticketFormat = () => zodResponseFormat(
  z.object({ category: z.string(), urgency: z.enum(['low', 'medium', 'high']) }), 'ticket');

/** Reads a stream to whatever end it has. */
async function read(chunks) {
  const seen = { chunks: [], text: '', finish: [], error: undefined };
  try {
    for await (const chunk of chunks) {
      seen.chunks.push(chunk);
      seen.text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.choices[0]?.finish_reason) seen.finish.push(chunk.choices[0].finish_reason);
    }
  } catch (error) {
    seen.error = error;
  }
  return seen;
}

/** The model was called once for a stream, by someone who does not say it is retrying. */
async function streamedOnce(model, kind, end = 'answered') {
  const calls = await stage.calls(model);
  assert.equal(calls.length, 1, model);
  assert.equal(calls[0].dialect, kind);
  assert.equal(calls[0].end, end);
  assert.ok(calls[0].events > 0, 'it was asked for a stream');
  assert.equal(calls[0].retry_count, undefined);
}

before(async () => {
  stage = await openStage();
  client = connect(keys.web);
});

beforeEach(() => stage.clear());

after(async () => assert.deepEqual(await stage?.close(), [0, 0]));

for (const kind of kinds) {
  test(`text of a model behind ${kind} arrives with its role and its end`, async () => {
    const { chunks, text, finish, error } = await read(await stream(`greets-${kind}`));
    assert.equal(error, undefined);
    assert.equal(text, greeting);
    assert.deepEqual(finish, ['stop']);
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    assert.ok(chunks.slice(1).every((x) => x.choices[0].delta.role === undefined));
    assert.equal(new Set(chunks.map((x) => x.id)).size, 1);
    for (const chunk of chunks) {
      assert.equal(chunk.object, 'chat.completion.chunk');
      assert.equal(chunk.model, `greets-${kind}`);
    }
    await streamedOnce(`greets-${kind}`, kind);
  });

  test(`the usage of a model behind ${kind} is told to who asks for it`, async () => {
    const { chunks } = await read(
      await stream(`greets-${kind}`, { stream_options: { include_usage: true } }));
    const last = chunks.at(-1);
    assert.deepEqual(last.choices, []);
    assert.ok(last.usage.prompt_tokens > 0 && last.usage.completion_tokens > 0);
    assert.equal(last.usage.total_tokens, last.usage.prompt_tokens + last.usage.completion_tokens);
    assert.ok(chunks.slice(0, -1).every((x) => x.usage === null));
    await streamedOnce(`greets-${kind}`, kind);
  });

  test(`a tool call of a model behind ${kind} is streamed whole`, async () => {
    const { chunks, text, finish } = await read(await stream(`forecasts-${kind}`, { tools }));
    const told = chunks.flatMap((x) => x.choices[0].delta.tool_calls ?? []);
    assert.equal(told.length, 1, 'a call is never told in pieces');
    assert.equal(told[0].index, 0);
    assert.ok(told[0].id.length > 0);
    assert.equal(told[0].function.name, 'weather');
    assert.deepEqual(JSON.parse(told[0].function.arguments), { city: 'Oslo' });
    assert.deepEqual(finish, ['tool_calls']);
    assert.equal(text, '');
    await streamedOnce(`forecasts-${kind}`, kind);
  });

  test(`the SDK runs a tool for a model behind ${kind} and streams what comes of it`, async () => {
    const asked = [];
    const runner = client.chat.completions.runTools({
      model: `consults-${kind}`,
      messages,
      stream: true,
      tools: [{
        type: 'function',
        function: {
          ...weather,
          parse: JSON.parse,
          function: (x) => { asked.push(x); return 'It rains.'; },
        },
      }],
    });
    assert.equal(await runner.finalContent(), greeting);
    assert.deepEqual(asked, [{ city: 'Oslo' }]);
    const calls = await stage.calls(`consults-${kind}`, 2);
    assert.deepEqual(calls.map((x) => x.end), ['answered', 'answered']);
  });

  test(`structured output of a model behind ${kind} is parsed, streamed or not`, async () => {
    const request = { model: `sorts-${kind}`, messages, response_format: ticketFormat() };
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    assert.deepEqual(streamed.choices[0].message.parsed, ticket);
    const whole = await client.chat.completions.parse(request);
    assert.deepEqual(whole.choices[0].message.parsed, ticket);
    const calls = await stage.calls(`sorts-${kind}`, 2);
    assert.deepEqual(calls.map((x) => [x.dialect, x.end]),
                     [[kind, 'answered'], [kind, 'answered']]);
  });

  test(`who leaves a stream takes the model behind ${kind} along`, limit, async () => {
    const leaving = new AbortController();
    const chunks = await stream(`falters-${kind}`, {}, { signal: leaving.signal });
    let text = '';
    for await (const chunk of chunks) {
      text += chunk.choices[0].delta.content ?? '';
      if (text) leaving.abort();
    }
    assert.ok(story.startsWith(text) && text.length < story.length);
    await streamedOnce(`falters-${kind}`, kind, 'client_closed');
  });

  for (const [part, end] of [['breaks', 'cut'], ['apologises', 'answered']])
    test(`a stream that ${part} behind ${kind} raises and never ends normally`, async () => {
      const { text, finish, error } = await read(await stream(`${part}-${kind}`));
      assert.ok(error instanceof OpenAI.APIError, `it ended with ${error}`);
      assert.equal(error.code, 'all_routes_failed');
      assert.ok(text.length > 0 && text.length < story.length && story.startsWith(text));
      assert.deepEqual(finish, []);
      await streamedOnce(`${part}-${kind}`, kind, end);
    });
}

for (const [task, first, then] of [['resumes', 'breaks-openai', 'tells-gemini'],
                                   ['resumes-anthropic', 'apologises-anthropic', 'tells-openai'],
                                   ['resumes-gemini', 'breaks-gemini', 'tells-anthropic']])
  test(`a stream of ${first} goes on where ${then} says the same`, async () => {
    const { chunks, text, finish, error } = await read(await stream(task));
    assert.equal(error, undefined);
    assert.equal(text, story, 'nothing is said twice or left out');
    assert.deepEqual(finish, ['stop']);
    const { hedgerow } = chunks.at(-1);
    assert.equal(hedgerow.outcome, 'answered');
    assert.equal(hedgerow.route, then);
    assert.equal(hedgerow.resumed, 'prefix');
    assert.equal(hedgerow.fallback, true);
    assert.equal(hedgerow.attempts, 2);
    assert.deepEqual(await stage.tally(), { [first]: 1, [then]: 1 });
  });

test('a stream never goes on with another story', async () => {
  const { text, finish, error } = await read(await stream('diverges'));
  assert.ok(error instanceof OpenAI.APIError);
  assert.ok(text.length > 0 && story.startsWith(text));
  assert.deepEqual(finish, []);
  assert.deepEqual(await stage.tally(), { 'breaks-openai': 1, 'strays-anthropic': 1 });
});

test('what fails before its first word is replaced in silence', async () => {
  const { data, response } = await stream('recovers').withResponse();
  const { chunks, text, finish, error } = await read(data);
  assert.equal(error, undefined);
  assert.equal(response.headers.get('x-hedgerow-attempts'), '4');
  assert.equal(response.headers.get('x-hedgerow-fallback'), 'true');
  assert.equal(text, greeting);
  assert.deepEqual(finish, ['stop']);
  assert.ok(chunks.every((x) => x.model === 'greets-gemini'));
  assert.deepEqual(await stage.tally(), {
    'overloaded-anthropic': 1, 'down-gemini': 1, 'overloaded-openai': 1, 'greets-gemini': 1,
  });
});

test('usage is not told to who does not ask for it', async () => {
  const { chunks } = await read(await stream('greets-anthropic'));
  assert.ok(chunks.every((x) => !('usage' in x) && x.choices.length === 1));
  await streamedOnce('greets-anthropic', 'anthropic');
});

test('the last chunk, and no other, tells how the answer came about', async () => {
  for (const more of [{}, { stream_options: { include_usage: true } }]) {
    const { chunks } = await read(await stream('greets-gemini', more));
    assert.ok(chunks.slice(0, -1).every((x) => x.hedgerow === undefined));
    const { hedgerow } = chunks.at(-1);
    assert.equal(hedgerow.id, chunks[0].id);
    assert.equal(hedgerow.task, 'greets-gemini');
    assert.equal(hedgerow.outcome, 'answered');
    assert.equal(hedgerow.route, 'greets-gemini');
    assert.equal(hedgerow.provider, 'gemini');
    assert.equal(hedgerow.attempts, 1);
    assert.equal(hedgerow.fallback, false);
    assert.ok(hedgerow.usage.input_tokens > 0 && hedgerow.usage.output_tokens > 0);
    assert.ok(hedgerow.latency_ms > 0);
  }
  assert.equal((await stage.calls('greets-gemini')).length, 2);
});

for (const kind of kinds)
  test(`a stream that ${kind} withholds ends as a refusal`, async () => {
    const { chunks, finish, error } = await read(await stream(`withheld-${kind}`));
    assert.equal(error, undefined);
    assert.deepEqual(finish, ['content_filter']);
    assert.ok(chunks.some((x) => x.choices[0].delta.refusal?.length > 0));
    assert.equal(chunks.at(-1).hedgerow.outcome, 'blocked');
    await streamedOnce(`withheld-${kind}`, kind);
  });

const failures = [
  ['a malformed request', 400, 'BadRequestError', 'invalid_request',
   { task: 'greets-openai', more: { messages: 'Hello' } }, {}],
  ['a refused request', 400, 'BadRequestError', 'content_policy_violation',
   { task: 'refuses-openai' }, { 'refuses-openai': 1 }],
  ['an unknown key', 401, 'AuthenticationError', 'unauthorized',
   { task: 'greets-openai', key: 'wrong' }, {}],
  ['an unknown model', 404, 'NotFoundError', 'model_not_found', { task: 'no-such-task' }, {}],
  ['a failure of every route', 503, 'InternalServerError', 'all_routes_failed',
   { task: 'fails' }, { 'down-openai': 1, 'busy-anthropic': 1, 'down-gemini': 1 }],
  ['a deadline', 504, 'InternalServerError', 'deadline_exceeded',
   { task: 'silent-gemini' }, { 'silent-gemini': 1 }],
];

for (const [what, status, name, code, { task, more, key }, tally] of failures)
  for (const streamed of [true, false])
    test(`${what} is told as ${name}${streamed ? ' in place of a stream' : ''} and not retried`,
         async () => {
           const by = connect(key ?? keys.web);
           assert.equal(by.maxRetries, 2, 'the SDK would retry if it were not told');
           await assert.rejects(ask(task, { stream: streamed, ...more }, by), (error) => {
             assert.ok(error instanceof OpenAI[name], `it was ${error}`);
             assert.equal(error.status, status);
             assert.equal(error.code, code);
             assert.ok(error.message.length > 0);
             if (status >= 500) assert.equal(error.headers.get('x-should-retry'), 'false');
             return true;
           });
           assert.deepEqual(await stage.tally(), tally);
           for (const model of Object.keys(tally))
             assert.ok((await stage.calls(model)).every((x) => x.retry_count === undefined));
         });

test('nothing is streamed of an answer that is not what the request asked for', async () => {
  await assert.rejects(stream('greets-anthropic', { response_format: ticketFormat() }), (error) => {
    assert.ok(error instanceof OpenAI.InternalServerError);
    assert.equal(error.status, 503);
    assert.equal(error.code, 'all_routes_failed');
    return true;
  });
  await streamedOnce('greets-anthropic', 'anthropic');
});

test('a caller who asks too often gets a RateLimitError that says how long to wait', async () => {
  // The SDK would wait for as long as it is told, which is right and takes a minute.
  const hasty = new OpenAI({ baseURL: `${stage.address}/v1`, apiKey: keys.hasty, maxRetries: 0 });
  assert.equal((await ask('greets-openai', {}, hasty)).choices[0].message.content, greeting);
  await assert.rejects(ask('greets-openai', {}, hasty), (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.code, 'rate_limited');
    const wait = Number(error.headers.get('retry-after'));
    assert.ok(wait >= 1 && wait <= 60, `it is told to wait ${wait} s`);
    return true;
  });
  assert.deepEqual(await stage.tally(), { 'greets-openai': 1 });
});

test('a retry that an SDK counts is not told to the provider', async () => {
  const { data } = await client.chat.completions.create(
    { model: 'greets-openai', messages, stream: true },
    { headers: { 'X-Stainless-Retry-Count': '1' } }).withResponse();
  assert.equal((await read(data)).text, greeting);
  await streamedOnce('greets-openai', 'openai');
});
