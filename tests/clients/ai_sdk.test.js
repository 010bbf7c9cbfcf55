// Vercel's AI SDK against the gateway, with models of three dialects behind it.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { createOpenAI } from '@ai-sdk/openai';
import {
  APICallError, generateObject, generateText, Output, RetryError, stepCountIs, streamObject,
  streamText, tool,
} from 'ai';
import { z } from 'zod';

import { greeting, keys, kinds, openStage, story, ticket, weather } from './stage.js';

/** An end that does not come is a failure. */
const limit = { timeout: 15_000 };

let stage;

/** The model of a task, as the SDK has it; `chat` because the Responses API is not offered. */
const model = (task, apiKey = keys.web) =>
  createOpenAI({ baseURL: `${stage.address}/v1`, apiKey }).chat(task);

const prompt = 'How is the weather in Oslo?';

const ticketSchema = z.object({ category: z.string(), urgency: z.enum(['low', 'medium', 'high']) });

/** The weather tool, and what it was asked. */
function weatherTool() {
  const asked = [];
  const tools = {
    weather: tool({
      description: weather.description,
      inputSchema: z.object({ city: z.string() }),
      execute: (x) => { asked.push(x); return 'It rains.'; },
    }),
  };
  return { asked, tools };
}

/** Reads a stream to whatever end it has; the SDK tells of errors as parts of it. */
async function read(result) {
  const seen = { text: '', types: new Set(), error: undefined, finish: undefined };
  for await (const part of result.fullStream) {
    seen.types.add(part.type);
    if (part.type === 'text-delta') seen.text += part.text;
    if (part.type === 'error') seen.error = part.error;
    if (part.type === 'finish') seen.finish = part.finishReason;
  }
  return seen;
}

const stream = (task, more = {}) =>
  // What is a part of the stream needs no line on the console as well.
  streamText({ model: model(task), prompt, onError: () => {}, ...more });

/** The model was called once. */
async function calledOnce(name, kind, end = 'answered') {
  const calls = await stage.calls(name);
  assert.deepEqual(calls.map((x) => [x.dialect, x.end]), [[kind, end]], name);
  return calls[0];
}

before(async () => { stage = await openStage(); });

beforeEach(() => stage.clear());

after(async () => assert.deepEqual(await stage?.close(), [0, 0]));

for (const kind of kinds) {
  test(`text of a model behind ${kind} is generated`, async () => {
    const { text, finishReason, usage, response } =
      await generateText({ model: model(`greets-${kind}`), prompt });
    assert.equal(text, greeting);
    assert.equal(finishReason, 'stop');
    assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
    assert.equal(response.modelId, `greets-${kind}`);
    assert.equal(response.headers['x-hedgerow-provider'], kind);
    assert.equal(response.body.hedgerow.outcome, 'answered');
    const call = await calledOnce(`greets-${kind}`, kind);
    assert.ok(!(call.events > 0), 'it was not asked for a stream');
  });

  test(`text of a model behind ${kind} is streamed`, async () => {
    const result = stream(`greets-${kind}`);
    const { text, error, finish } = await read(result);
    assert.equal(error, undefined);
    assert.equal(text, greeting);
    assert.equal(finish, 'stop');
    assert.equal(await result.text, greeting);
    const usage = await result.usage;
    assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
    const call = await calledOnce(`greets-${kind}`, kind);
    assert.ok(call.events > 0, 'it was asked for a stream');
  });

  test(`the SDK runs a tool for a model behind ${kind}`, async () => {
    const { asked, tools } = weatherTool();
    const { text, steps } = await generateText({
      model: model(`consults-${kind}`), prompt, tools, stopWhen: stepCountIs(3),
    });
    assert.equal(text, greeting);
    assert.deepEqual(asked, [{ city: 'Oslo' }]);
    assert.deepEqual(steps.map((x) => x.finishReason), ['tool-calls', 'stop']);
    assert.ok(steps[1].usage.inputTokens > steps[0].usage.inputTokens);
    const calls = await stage.calls(`consults-${kind}`, 2);
    assert.deepEqual(calls.map((x) => x.end), ['answered', 'answered']);
  });

  test(`the SDK runs a tool for a model behind ${kind} in streams`, async () => {
    const { asked, tools } = weatherTool();
    const result = stream(`confers-${kind}`, { tools, stopWhen: stepCountIs(3) });
    const { text, error, types } = await read(result);
    assert.equal(error, undefined);
    assert.equal(text, greeting);
    assert.ok(types.has('tool-call') && types.has('tool-result'));
    assert.deepEqual(asked, [{ city: 'Oslo' }]);
    const calls = await stage.calls(`confers-${kind}`, 2);
    assert.deepEqual(calls.map((x) => x.end), ['answered', 'answered']);
    assert.ok(calls.every((x) => x.events > 0));
  });

  test(`structured output of a model behind ${kind} is an object, streamed or not`, async () => {
    const wanted = { model: model(`sorts-${kind}`), prompt };
    const { object } = await generateObject({ ...wanted, schema: ticketSchema });
    assert.deepEqual(object, ticket);
    const seen = [];
    for await (const part of streamObject({ ...wanted, schema: ticketSchema }).partialObjectStream)
      seen.push(part);
    assert.deepEqual(seen.at(-1), ticket);
    const output = Output.object({ schema: ticketSchema });
    assert.deepEqual((await generateText({ ...wanted, output })).output, ticket);
    const calls = await stage.calls(`sorts-${kind}`, 3);
    assert.deepEqual(calls.map((x) => x.end), ['answered', 'answered', 'answered']);
  });

  test(`who leaves a stream takes the model behind ${kind} along`, limit, async () => {
    const leaving = new AbortController();
    let text = '';
    const types = [];
    const result = stream(`falters-${kind}`, { abortSignal: leaving.signal });
    for await (const part of result.fullStream) {
      types.push(part.type);
      text += part.type === 'text-delta' ? part.text : '';
      if (text) leaving.abort();
    }
    assert.equal(types.at(-1), 'abort');
    assert.ok(text.length > 0 && text.length < story.length && story.startsWith(text));
    await calledOnce(`falters-${kind}`, kind, 'client_closed');
  });

  test(`who leaves takes the model behind ${kind} along`, limit, async () => {
    const leaving = AbortSignal.timeout(500);
    await assert.rejects(
      generateText({ model: model(`mute-${kind}`), prompt, abortSignal: leaving }),
      { name: 'TimeoutError' });
    await calledOnce(`mute-${kind}`, kind, 'client_closed');
  });

  for (const [part, end] of [['breaks', 'cut'], ['apologises', 'answered']])
    test(`a stream that ${part} behind ${kind} is an error and never ends normally`, async () => {
      const { text, error, finish } = await read(stream(`${part}-${kind}`));
      assert.ok(error, 'the stream tells of an error');
      assert.match(JSON.stringify(error), /all_routes_failed/);
      assert.equal(finish, 'error');
      assert.ok(text.length > 0 && text.length < story.length && story.startsWith(text));
      await calledOnce(`${part}-${kind}`, kind, end);
    });
}

test('a stream that breaks off goes on where the next route says the same', async () => {
  const { text, error, finish } = await read(stream('resumes'));
  assert.equal(error, undefined);
  assert.equal(text, story);
  assert.equal(finish, 'stop');
  assert.deepEqual(await stage.tally(), { 'breaks-openai': 1, 'tells-gemini': 1 });
});

test('what fails before its first word is replaced in silence', async () => {
  const { text, error } = await read(stream('recovers'));
  assert.equal(error, undefined);
  assert.equal(text, greeting);
  assert.deepEqual(await stage.tally(), {
    'overloaded-anthropic': 1, 'down-gemini': 1, 'overloaded-openai': 1, 'greets-gemini': 1,
  });
});

test('withheld output has the reason content-filter', async () => {
  const whole = await generateText({ model: model('withheld-anthropic'), prompt });
  assert.equal(whole.finishReason, 'content-filter');
  assert.match(whole.text, /withheld/, 'the SDK has no other place for a refusal');
  assert.ok(!whole.text.includes('This much and'));
  const { finish } = await read(stream('withheld-anthropic'));
  assert.equal(finish, 'content-filter');
  assert.equal((await stage.calls('withheld-anthropic', 2)).length, 2);
});

for (const [what, status, code, task, key, tally] of [
  ['a refused request', 400, 'content_policy_violation', 'refuses-openai', keys.web,
   { 'refuses-openai': 1 }],
  ['an unknown key', 401, 'unauthorized', 'greets-openai', 'wrong', {}],
  ['an unknown model', 404, 'model_not_found', 'no-such-task', keys.web, {}],
])
  test(`${what} is an APICallError and not retried`, async () => {
    await assert.rejects(generateText({ model: model(task, key), prompt }), (error) => {
      assert.ok(APICallError.isInstance(error), `it was ${error}`);
      assert.equal(error.statusCode, status);
      assert.equal(error.data.error.code, code);
      assert.equal(error.isRetryable, false);
      return true;
    });
    assert.deepEqual(await stage.tally(), tally);
  });

test('the model of the Responses API is told which one to use instead', async () => {
  const { responses } = createOpenAI({ baseURL: `${stage.address}/v1`, apiKey: keys.web });
  await assert.rejects(generateText({ model: responses('greets-openai'), prompt }), (error) => {
    assert.equal(error.statusCode, 404);
    assert.match(error.message, /openai\.chat\(…\)/);
    return true;
  });
  assert.deepEqual(await stage.tally(), {});
});

test('the SDK retries a 503 although it is told not to, and the calls multiply', async () => {
  await assert.rejects(generateText({ model: model('fails'), prompt }), (error) => {
    assert.ok(RetryError.isInstance(error), `it was ${error}`);
    assert.equal(error.errors.length, 3);
    for (const each of error.errors) {
      assert.equal(each.statusCode, 503);
      assert.equal(each.responseHeaders['x-should-retry'], 'false');
    }
    return true;
  });
  const tally = await stage.tally();
  assert.deepEqual(tally, { 'down-openai': 3, 'busy-anthropic': 3, 'down-gemini': 3 });
});

for (const streamed of [false, true])
  test(`who is told 406 instead does not retry${streamed ? ' a stream' : ''}`, async () => {
    const by = model('fails', keys.stubborn);
    const error = streamed ? (await read(stream('fails', { model: by }))).error
                           : await generateText({ model: by, prompt }).catch((why) => why);
    assert.ok(APICallError.isInstance(error), `it was ${error}`);
    assert.equal(error.statusCode, 406);
    assert.equal(error.isRetryable, false);
    assert.equal(error.data.error.code, 'all_routes_failed');
    const tally = await stage.tally();
    assert.deepEqual(tally, { 'down-openai': 1, 'busy-anthropic': 1, 'down-gemini': 1 });
  });

test('a deadline is a 406 too for who is told so', async () => {
  await assert.rejects(
    generateText({ model: model('silent-openai', keys.stubborn), prompt }),
    (error) => {
      assert.equal(error.statusCode, 406);
      assert.equal(error.data.error.code, 'deadline_exceeded');
      return true;
    });
  await calledOnce('silent-openai', 'openai', 'client_closed');
});
