// The stage that every SDK is put on: models of three dialects, and a gateway with tasks for them.
// All SDKs meet the same models, so what one of them sees can be compared with what another does.

import { createHash } from 'node:crypto';

import {
  catchUp, startGateway, startSimulator, until, upstreamKey, workFolder,
} from './world.js';

/** The dialects of the providers; each model plays in all three, as `greets-gemini`. */
export const kinds = ['openai', 'anthropic', 'gemini'];

/** What callers show; none of it is good for anything at the provider. */
export const keys = {
  web: 'the-key-of-the-web',
  stubborn: 'the-key-of-the-stubborn', // is told 406 when every route has failed
  hasty: 'the-key-of-the-hasty',       // may ask once a minute
};

export const greeting = 'Hello from the model, which has a little more to say than that.';
export const story = 'Once upon a time there was a hedgerow that no wind could ever get through.';
export const ticket = { category: 'billing', urgency: 'medium' };

export const weather = {
  name: 'weather',
  description: 'Says how the weather is.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
};

/** Calls the tool, and speaks when it knows what the tool said; then from the beginning. */
const consultation = {
  repeat: [
    { calls: 1, tool_call: { name: 'weather', arguments: { city: 'Oslo' } } },
    { calls: 1, answer: greeting },
  ],
};

/** What the models do, whatever their dialect. */
const parts = {
  greets: { answer: greeting },
  sorts: { answer: ticket },
  forecasts: { tool_call: { name: 'weather', arguments: { city: 'Oslo' } } },
  consults: consultation,
  confers: consultation,
  // Some of the story, and then nothing for ever.
  falters: { answer: story, stream: { piece: 5, stall: { after: 7 } } },
  // Some of the story, and then the connection is gone.
  breaks: { answer: story, stream: { piece: 5, cut: 7 } },
  // Some of the story, and then the provider's own error.
  apologises: { answer: story, stream: { piece: 5, error: { after: 7, status: 529 } } },
  // The same story in other pieces.
  tells: { answer: story, stream: { piece: 11 } },
  // Another story, which must never follow the beginning of the first.
  strays: { answer: 'Once upon a time there was a fence.', stream: { piece: 5 } },
  // An error in the first event, after a head that said 200.
  overloaded: { answer: story, stream: { error: { after: 0, status: 529 } } },
  down: { status: 503 },
  busy: { status: 529 },
  silent: { silence: true },
  // As silent, but the deadline is left to the caller.
  mute: { silence: true },
  withheld: { answer: 'This much and', finish_reason: 'content_filter' },
  refuses: { status: 400, error: { code: 'content_filter', message: 'The prompt was filtered.' } },
};

/** A task for each model of a part, with no other to fall back on. */
const alone = (part) =>
  Object.fromEntries(kinds.map((kind) => [`${part}-${kind}`, [`${part}-${kind}`]]));

/** The tasks. */
const ladders = {
  ...Object.assign({}, ...Object.keys(parts).map(alone)),
  fails: ['down-openai', 'busy-anthropic', 'down-gemini'],
  // All but the last fail before a word was said, two of them only if asked for a stream.
  recovers: ['overloaded-anthropic', 'down-gemini', 'overloaded-openai', 'greets-gemini'],
  relieved: ['busy-anthropic', 'greets-openai'],
  // The first breaks off, and another tells the same story to its end.
  resumes: ['breaks-openai', 'tells-gemini'],
  'resumes-anthropic': ['apologises-anthropic', 'tells-openai'],
  'resumes-gemini': ['breaks-gemini', 'tells-anthropic'],
  // The first breaks off, and the other has a different story.
  diverges: ['breaks-openai', 'strays-anthropic'],
};

const deadline = (task) => (task.startsWith('silent-') ? '400ms' : '20s');

const caller = (name, more = {}) => ({
  name, key_sha256: createHash('sha256').update(keys[name]).digest('hex'), ...more,
});

const script = () => ({
  api_key: upstreamKey,
  models: {
    ...Object.fromEntries(Object.entries(parts).flatMap(([part, step]) =>
      kinds.map((kind) => [`${part}-${kind}`, step]))),
  },
});

const config = (simulator) => ({
  server: {
    listen: '127.0.0.1:0',
    admin: '127.0.0.1:0',
    callers: [
      caller('web'),
      caller('stubborn', { exhausted_status: 406 }),
      caller('hasty', { budget: { requests_per_minute: 1 } }),
    ],
  },
  store: 'memory',
  log: { level: 'error' },
  providers: Object.fromEntries(kinds.map((kind) => [kind, {
    kind,
    base_url: kind === 'openai' ? simulator : simulator.replace(/\/v1$/, ''),
    api_key: '${PROVIDER_KEY}',
  }])),
  // Breakers are left out of this: models fail here far more often than they would elsewhere.
  routes: Object.fromEntries(Object.keys(parts).flatMap((part) => kinds.map((kind) =>
    [`${part}-${kind}`, {
      provider: kind, model: `${part}-${kind}`, breaker: { consecutive: 0, min_calls: 1000 },
    }]))),
  tasks: Object.fromEntries(Object.entries(ladders).map(([task, routes]) => [task, {
    deadline: deadline(task),
    retry: { attempts: 0 },
    repair: { reasks: 0 },
    ladder: routes.map((route) => ({ route })),
  }])),
});

/** A line of the simulator's log: the model, the number of the call, and `name=value` pairs. */
function readCall(line) {
  const facts = Object.fromEntries(line.split(' ').slice(2).map((pair) => pair.split('=')));
  return { ...facts, status: Number(facts.status), events: Number(facts.events) };
}

export async function openStage() {
  const folder = await workFolder();
  // JSON is YAML.
  const simulator = await startSimulator(folder.path, {
    'script.yaml': JSON.stringify(script(), null, 1),
  });
  const gateway = await startGateway(folder.path, {
    'gateway.yaml': JSON.stringify(config(simulator.address), null, 1),
  });

  const linesOf = (model) => simulator.lines.filter((line) => line.startsWith(`${model} #`));

  return {
    address: gateway.address,

    /** The calls of `model` in this test, as the provider saw them, once there are `least`. */
    async calls(model, least = 1) {
      await catchUp(simulator);
      await until(() => linesOf(model).length >= least, `${least} calls of ${model} have ended`);
      return linesOf(model).map(readCall);
    },

    /** How often each model was called in this test. */
    async tally() {
      await catchUp(simulator);
      const count = {};
      for (const [model, number] of simulator.lines.map((line) => line.split(' ')))
        if (number.startsWith('#')) count[model] = (count[model] ?? 0) + 1;
      return count;
    },

    /** Begins a test: what came before is of no concern to it. */
    clear: () => simulator.lines.splice(0),

    async close() {
      const codes = [await gateway.stop(), await simulator.stop()];
      await folder.remove();
      return codes;
    },
  };
}
