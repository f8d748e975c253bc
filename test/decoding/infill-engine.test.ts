import { describe, expect, it } from 'vitest';
import { autoregressive } from '../../plugins/autoregressive/index.ts';
import { maria } from '../../plugins/maria/index.ts';
import { InfillEngine } from '../../src/decoding/infill-engine.ts';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import { type AnyDecoderPlugin, createRegistry } from '../../src/decoding/registry.ts';
import { InfillError } from '../../src/errors.ts';
import type { LoadedModels } from '../../src/model/models.ts';
import { engineOf, outcomeOf, progressOf, requestOf, tokensOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels } from '../support/fake-models.ts';
import { listDecoder } from '../support/list-decoder.ts';

const tokenizer = new ByteTokenizer([' the', ' cat']);
const { vocabularySize } = tokenizer;
const never = new AbortController().signal;
const idOf = (text: string) => tokenizer.encode(text)[0] ?? -1;

/** An engine over fake models, some of them replaced. */
function engineWith(
  plugins: readonly AnyDecoderPlugin[],
  models: Partial<LoadedModels> = {},
  now: () => number = () => 0,
): InfillEngine {
  return new InfillEngine({
    models: { ...fakeModels({ vocabularySize }), ...models },
    tokenizer,
    registry: createRegistry(plugins),
    limits: { maxRunning: 2, maxWaiting: 4, maxBytes: 2 ** 30 },
    now,
  });
}

/** What `work` throws, or rejects with. */
async function refusal(work: () => unknown): Promise<InfillError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof InfillError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

const fill = (position: number) => ({ position, tokenId: 10, logProb: -1, alternatives: [] });

describe('prepare', () => {
  const engine = engineWith([maria, autoregressive]);
  const prepare = (change: Partial<InfillRequest>) => () =>
    engine.prepare(requestOf(maria, change));

  it('names everything that is wrong with a request at once', async () => {
    const { problems } = await refusal(
      prepare({
        source: { text: '[MASK:0]' },
        decoder: { name: 'maria', options: { draftWindow: 99 } },
        sampling: { temperature: 9 },
        seed: 2n ** 63n,
        alternatives: 21,
      }),
    );
    expect(problems.map(({ path, code }) => [path.join('.'), code])).toEqual([
      ['source.text', 'INVALID_TEMPLATE'],
      ['decoder.maria.draftWindow', 'INVALID_OPTION'],
      ['sampling.temperature', 'INVALID_SAMPLING'],
      ['seed', 'INVALID_SEED'],
      ['alternatives', 'INVALID_INPUT'],
    ]);
  });

  it.each([
    [{ seed: -1n }, { seed: 2n ** 63n - 1n }],
    [{ alternatives: -1 }, { alternatives: 0 }],
    [{ alternatives: 1.5 }, { alternatives: 20 }],
    [
      { source: { tokens: new Array<null>(65).fill(null) } },
      { source: { tokens: new Array<null>(64).fill(null) } },
    ],
  ])('refuses %o and takes %o', async (refused, taken) => {
    expect((await refusal(prepare(refused))).problems).toHaveLength(1);
    expect(prepare(taken)).not.toThrow();
  });

  it('tells the ids, slots, open tokens and effective settings of a request', () => {
    const source = { text: 'a [MASK:2]b' };
    const sampling = { temperature: 0.5, topK: 3 };
    const prepared = engine.prepare(requestOf(maria, { source, sampling }));
    expect(prepared).toEqual({
      promptTokens: [idOf('a'), null, null, idOf('b')],
      slots: [
        { index: 0, key: null, minTokens: 2, maxTokens: 2, start: 1, ownsSpace: true, choices: [] },
      ],
      knownTokens: 2,
      openTokens: 2,
      cost: 2,
      likelihood: 'CHAIN_RULE',
      settings: [
        { name: 'decoder', value: 'maria' },
        { name: 'draftWindow', value: 'auto' },
        { name: 'temperature', value: 0.5 },
        { name: 'topK', value: 3 },
        { name: 'seed', value: '1' },
        { name: 'alternatives', value: 0 },
      ],
    });
  });
});

describe('the settings of a greedy run', () => {
  it('leave out top-k and top-p, which have no effect on it', () => {
    const sampling = { temperature: 0, topK: 3, topP: 0.5, repetitionPenalty: 2 };
    const { settings } = engineWith([maria]).prepare(requestOf(maria, { sampling }));
    expect(settings.map(({ name }) => name)).toEqual([
      'decoder',
      'draftWindow',
      'temperature',
      'repetitionPenalty',
      'seed',
      'alternatives',
    ]);
  });
});

describe('decoders and roles', () => {
  it('offers what the pack has the roles for, and names the roles that the others lack', async () => {
    const engine = engineWith([maria, autoregressive], { masked: null, fusion: null });
    expect(engine.decoderNames).toEqual(['autoregressive']);
    const error = await refusal(() => engine.prepare(requestOf(maria, {})));
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
    expect(error.message).toContain('masked, fusion');
  });

  it('refuses a decoder that is not registered and names those that are', async () => {
    const request = requestOf(maria, { decoder: { name: 'beam', options: {} } });
    const error = await refusal(() => engineWith([maria, autoregressive]).prepare(request));
    expect(error).toMatchObject({ code: 'UNKNOWN_DECODER' });
    expect(error.message).toContain('maria, autoregressive');
  });
});

describe('infill', () => {
  it('tells that tokens of one model are decided by it alone', async () => {
    const outcome = await outcomeOf(engineOf(autoregressive), requestOf(autoregressive, {}));
    expect(tokensOf(outcome).map(({ maskedShare }) => maskedShare)).toEqual([0]);
  });

  it('admits by the bytes of cache, hidden states, logits blocks and drafts', async () => {
    // Over 264 ids, which are the hidden size too: 4 cached positions, 1 hidden state, 2 rows of logits, 4 bytes each;
    // and the weights of 1 draft, 8 bytes each.
    const sizeBytes = 4 * (4 + 264 + 2 * 264) + 8 * 264;
    const admit = (maxBytes: number) =>
      progressOf(engineOf(maria, { maxBytes }), requestOf(maria, {}));
    expect((await admit(sizeBytes)).at(-1)?.type).toBe('completed');
    expect(await refusal(() => admit(sizeBytes - 1))).toMatchObject({ code: 'PROMPT_TOO_LONG' });
  });

  it('times the first token by the first step that commits one', async () => {
    let clock = 0;
    const { plugin } = listDecoder([
      { fills: [], reopened: [], done: false },
      { fills: [fill(1)], reopened: [], done: true },
    ]);
    const progress = await progressOf(
      engineWith([plugin], {}, () => ++clock),
      requestOf(plugin, {}),
    );
    // Started at 1, the attempt at 2, an empty step at 3, the token at 4, the end at 5.
    expect(progress.at(-1)).toMatchObject({
      type: 'completed',
      outcome: { timing: { queueMs: 1, firstTokenMs: 4, totalMs: 5 } },
    });
  });

  it.each([
    ['is done before every slot is filled', { fills: [], reopened: [], done: true }],
    ['commits at a known position', { fills: [fill(0)], reopened: [], done: true }],
    ['reopens a known position', { fills: [fill(1)], reopened: [2], done: true }],
  ])('fails a decoder that %s', async (_, step) => {
    const { plugin, asked } = listDecoder([step]);
    const progress = await progressOf(engineWith([plugin]), requestOf(plugin, {}));
    expect(progress.at(-1)).toMatchObject({ type: 'failed', error: { code: 'DECODE_FAILED' } });
    expect(asked.ends).toBe(1);
  });

  it('says what a decoder threw', async () => {
    const thrown = new Error('No memory.');
    const { plugin } = listDecoder([]);
    const throwing: AnyDecoderPlugin = {
      ...plugin,
      create: (models) => ({ ...plugin.create(models), begin: () => Promise.reject(thrown) }),
    };
    const progress = await progressOf(engineWith([throwing]), requestOf(throwing, {}));
    expect(progress.at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'DECODE_FAILED', message: 'Decoder "list" failed in step 0.' },
      cause: thrown,
    });
  });

  it('cancels a run whose progress nobody reads any more', async () => {
    const source = { tokens: new Array<null>(50).fill(null) };
    const steps = Array.from({ length: 50 }, (_, i) => ({
      fills: [fill(i)],
      reopened: [],
      done: i === 49,
    }));
    const { plugin, asked } = listDecoder(steps);
    const engine = engineWith([plugin]);
    const request = requestOf(plugin, { source });
    for await (const { type } of engine.infill(request, { signal: never, submittedAt: 0 })) {
      if (type === 'committed') break;
    }
    expect((await progressOf(engine, request)).at(-1)?.type).toBe('completed');
    expect(asked.steps).toBeLessThan(50 + 5);
    expect(asked.ends).toBe(2);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'fails where the model gives no distribution: logits of %d',
    async (logit) => {
      const { causal } = fakeModels({ vocabularySize });
      if (causal === null) throw new Error('The fake pack has a causal role.');
      const logits = async (hidden: Float32Array) => new Float32Array(hidden.length).fill(logit);
      const broken = Object.assign(causal, { logits });
      const engine = engineWith([autoregressive], { causal: broken });
      const progress = await progressOf(engine, requestOf(autoregressive, {}));
      expect(progress.map(({ type }) => type)).toEqual(['started', 'failed']);
    },
  );
});
