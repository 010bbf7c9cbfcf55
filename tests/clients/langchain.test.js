// LangChain's ChatOpenAI against the gateway, with models of three dialects behind it.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';

import { greeting, keys, kinds, openStage, story, ticket, weather } from './stage.js';

/** An end that does not come is a failure. */
const limit = { timeout: 15_000 };

let stage;

/** Its default are six retries, a minute of them; two show what there is to see. */
const model = (task, more = {}, apiKey = keys.web) => new ChatOpenAI({
  model: task, apiKey, maxRetries: 2, configuration: { baseURL: `${stage.address}/v1` }, ...more,
});

const prompt = 'How is the weather in Oslo?';

const ticketSchema = z.object({ category: z.string(), urgency: z.enum(['low', 'medium', 'high']) });

const weatherTool = (asked = []) => tool((x) => { asked.push(x); return 'It rains.'; }, {
  name: weather.name, description: weather.description, schema: z.object({ city: z.string() }),
});

/** Reads a stream to whatever end it has. */
async function read(chunks) {
  const seen = { text: '', whole: undefined, error: undefined };
  try {
    for await (const chunk of chunks) {
      seen.text += chunk.content;
      seen.whole = seen.whole ? seen.whole.concat(chunk) : chunk;
    }
  } catch (error) {
    seen.error = error;
  }
  return seen;
}

/** The model was called once, and by someone who does not say it is retrying. */
async function calledOnce(name, kind, end = 'answered') {
  const calls = await stage.calls(name);
  const seen = calls.map((x) => [x.dialect, x.end, x.retry_count]);
  assert.deepEqual(seen, [[kind, end, undefined]], name);
  return calls[0];
}

before(async () => { stage = await openStage(); });

beforeEach(() => stage.clear());

after(async () => assert.deepEqual(await stage?.close(), [0, 0]));

for (const kind of kinds) {
  test(`a model behind ${kind} is invoked`, async () => {
    const said = await model(`greets-${kind}`).invoke(prompt);
    assert.equal(said.content, greeting);
    assert.equal(said.response_metadata.finish_reason, 'stop');
    assert.equal(said.response_metadata.model_name, `greets-${kind}`);
    assert.ok(said.usage_metadata.input_tokens > 0 && said.usage_metadata.output_tokens > 0);
    const call = await calledOnce(`greets-${kind}`, kind);
    assert.ok(!(call.events > 0), 'it was not asked for a stream');
  });

  test(`text of a model behind ${kind} is streamed`, async () => {
    const { text, whole, error } = await read(await model(`greets-${kind}`).stream(prompt));
    assert.equal(error, undefined);
    assert.equal(text, greeting);
    assert.equal(whole.response_metadata.finish_reason, 'stop');
    assert.ok(whole.usage_metadata.input_tokens > 0 && whole.usage_metadata.output_tokens > 0);
    const call = await calledOnce(`greets-${kind}`, kind);
    assert.ok(call.events > 0, 'it was asked for a stream');
  });

  test(`a tool call of a model behind ${kind} is there at once, streamed or not`, async () => {
    const bound = model(`forecasts-${kind}`).bindTools([weatherTool()]);
    const said = await bound.invoke(prompt);
    const streamed = await read(await bound.stream(prompt));
    for (const { tool_calls: told } of [said, streamed.whole]) {
      assert.equal(told.length, 1);
      assert.equal(told[0].name, 'weather');
      assert.deepEqual(told[0].args, { city: 'Oslo' });
      assert.ok(told[0].id.length > 0);
    }
    const calls = await stage.calls(`forecasts-${kind}`, 2);
    assert.deepEqual(calls.map((x) => x.end), ['answered', 'answered']);
  });

  test(`what a tool said reaches the model behind ${kind}`, async () => {
    const asked = [];
    const by = weatherTool(asked);
    const bound = model(`consults-${kind}`).bindTools([by]);
    const turns = [new HumanMessage(prompt)];
    turns.push(await bound.invoke(turns));
    const result = await by.invoke(turns.at(-1).tool_calls[0]);
    assert.ok(ToolMessage.isInstance(result));
    const said = await bound.invoke([...turns, result]);
    assert.equal(said.content, greeting);
    assert.deepEqual(asked, [{ city: 'Oslo' }]);
    assert.ok(said.usage_metadata.input_tokens > turns[1].usage_metadata.input_tokens);
    const calls = await stage.calls(`consults-${kind}`, 2);
    assert.deepEqual(calls.map((x) => x.end), ['answered', 'answered']);
  });

  test(`structured output of a model behind ${kind} is an object`, async () => {
    const wanted = model(`sorts-${kind}`)
      .withStructuredOutput(ticketSchema, { name: 'ticket', method: 'jsonSchema' });
    assert.deepEqual(await wanted.invoke(prompt), ticket);
    await calledOnce(`sorts-${kind}`, kind);
  });

  test(`who leaves a stream takes the model behind ${kind} along`, limit, async () => {
    const leaving = new AbortController();
    let text = '';
    const { signal } = leaving;
    await assert.rejects(async () => {
      for await (const chunk of await model(`falters-${kind}`).stream(prompt, { signal })) {
        text += chunk.content;
        if (text) leaving.abort();
      }
    }, /abort/i);
    assert.ok(text.length > 0 && text.length < story.length && story.startsWith(text));
    await calledOnce(`falters-${kind}`, kind, 'client_closed');
  });

  for (const [part, end] of [['breaks', 'cut'], ['apologises', 'answered']])
    test(`a stream that ${part} behind ${kind} raises and never ends normally`, async () => {
      const { text, whole, error } = await read(await model(`${part}-${kind}`).stream(prompt));
      assert.ok(error, 'it ended as if it were whole');
      assert.equal(error.code, 'all_routes_failed');
      assert.equal(whole.response_metadata.finish_reason, undefined);
      assert.ok(text.length > 0 && text.length < story.length && story.startsWith(text));
      await calledOnce(`${part}-${kind}`, kind, end);
    });
}

test('a stream that breaks off goes on where the next route says the same', async () => {
  const { text, error } = await read(await model('resumes').stream(prompt));
  assert.equal(error, undefined);
  assert.equal(text, story);
  assert.deepEqual(await stage.tally(), { 'breaks-openai': 1, 'tells-gemini': 1 });
});

test('what fails before its first word is replaced in silence', async () => {
  const { text, error } = await read(await model('recovers').stream(prompt));
  assert.equal(error, undefined);
  assert.equal(text, greeting);
  assert.deepEqual(await stage.tally(), {
    'overloaded-anthropic': 1, 'down-gemini': 1, 'overloaded-openai': 1, 'greets-gemini': 1,
  });
});

test('withheld output has its reason and no content', async () => {
  const said = await model('withheld-gemini').invoke(prompt);
  assert.equal(said.response_metadata.finish_reason, 'content_filter');
  assert.equal(said.content, '');
  await calledOnce('withheld-gemini', 'gemini');
});

for (const [what, status, code, task, key, tally] of [
  ['a refused request', 400, 'content_policy_violation', 'refuses-openai', keys.web,
   { 'refuses-openai': 1 }],
  ['an unknown key', 401, 'unauthorized', 'greets-openai', 'wrong', {}],
  ['an unknown model', 404, 'model_not_found', 'no-such-task', keys.web, {}],
])
  test(`${what} is a ${status} and not retried`, async () => {
    await assert.rejects(model(task, {}, key).invoke(prompt), (error) => {
      assert.equal(error.status, status);
      assert.equal(error.code, code);
      return true;
    });
    assert.deepEqual(await stage.tally(), tally);
  });

test('LangChain retries a 503 although it is told not to, and the calls multiply', async () => {
  await assert.rejects(model('fails').invoke(prompt), (error) => {
    assert.equal(error.status, 503);
    assert.equal(error.code, 'all_routes_failed');
    assert.equal(error.headers.get('x-should-retry'), 'false');
    return true;
  });
  const tally = await stage.tally();
  assert.deepEqual(tally, { 'down-openai': 3, 'busy-anthropic': 3, 'down-gemini': 3 });
});

for (const way of ['invoke', 'stream'])
  test(`a caller who is told 406 instead does not retry to ${way}`, async () => {
    // With the retries that are its default: none of them is made.
    const by = model('fails', { maxRetries: undefined }, keys.stubborn);
    await assert.rejects(by[way](prompt), (error) => {
      assert.equal(error.status, 406);
      assert.equal(error.code, 'all_routes_failed');
      return true;
    });
    const tally = await stage.tally();
    assert.deepEqual(tally, { 'down-openai': 1, 'busy-anthropic': 1, 'down-gemini': 1 });
  });
