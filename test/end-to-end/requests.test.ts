/**
 * What can be asked of the built server besides one fill: plans, scores, samples, unknown lengths, constraints.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../src/client/client.ts';
import {
  FindInfillDocument,
  InfillDocument,
  type InfillInput,
  PlanInfillDocument,
  ScoreInfillDocument,
  type ScoreInfillInput,
} from '../../src/client/generated/graphql.ts';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';

const tale = 'Once upon a time there was a [MASK:2] who lived in the [MASK].';
const length = { between: { min: 1, max: 3 } };
/** A choice of three words, then from one to three tokens. */
const constrained: InfillInput['source'] = {
  segments: [
    { text: 'The ' },
    { slot: { key: 'who', choices: ['cat', 'dog', 'girl'] } },
    { text: ' sat on the ' },
    { slot: { key: 'where', length } },
    { text: '.' },
  ],
};

let folder: ReturnType<typeof makeDataDir>;
let server: ServerProcess;
let client: Client;
beforeAll(async () => {
  folder = makeDataDir();
  server = await startServerProcess(folder.path);
  client = createClient({ url: `${server.url}/graphql` });
}, 60_000);
afterAll(async () => {
  await server.stop();
  folder.remove();
});

async function planned(input: InfillInput) {
  const { planInfill } = await client.request(PlanInfillDocument, { input });
  if (planInfill.__typename !== 'InfillPlan') throw new Error(planInfill.message);
  return planInfill;
}

async function filled(input: InfillInput) {
  const { infill } = await client.request(InfillDocument, { input });
  if (infill.__typename !== 'Infill') throw new Error(infill.message);
  return infill;
}

async function scored(input: ScoreInfillInput, signal?: AbortSignal) {
  const { scoreInfill } = await client.request(ScoreInfillDocument, { input }, signal);
  if (scoreInfill.__typename !== 'ScoredInfill') throw new Error(scoreInfill.message);
  return scoreInfill;
}

describe('a plan', () => {
  it('foretells what the run then reads and follows', async () => {
    const input = { source: { text: tale }, decoder: { maskedLm: {} }, seed: '7' };
    const plan = await planned(input);
    const run = await filled(input);
    expect(plan).toMatchObject({ openTokens: 3, cost: 3, likelihoodKind: 'CHAIN_RULE' });
    expect(run.promptTokens).toEqual(plan.promptTokens);
    expect(run.settings).toEqual(plan.settings);
    expect(run.usage).toMatchObject({ knownTokens: plan.knownTokens, openTokens: 3 });
    expect(plan.slots.map(({ start }) => start)).toEqual(
      run.slots.map(({ tokens }) => tokens[0]?.position),
    );
  });

  it('tells the bounds of unknown lengths and the tokens of choices', async () => {
    const { slots } = await planned({ source: constrained });
    expect(slots).toMatchObject([
      { key: 'who', minTokens: 1, maxTokens: 1, choices: [{ text: 'cat' }, {}, { text: 'girl' }] },
      { key: 'where', minTokens: 1, maxTokens: 3, choices: [] },
    ]);
  });
});

describe('a score', () => {
  it.each([
    ['CHAIN_RULE', { maria: {} }],
    ['CHAIN_RULE', { autoregressive: {} }],
    ['CHAIN_RULE', { maskedLm: { order: 'LEFT_TO_RIGHT' } }],
    ['INDEPENDENT', { maskedLm: { commit: 'ONE_SHOT' } }],
  ] as const)('of kind %s is the likelihood that %j filled with', async (kind, decoder) => {
    const { promptTokens } = await planned({ source: { text: tale } });
    // Ids, since a space before a mask is the mask's when a text is filled, and not when it is scored.
    const source = { tokens: [...promptTokens] };
    const run = await filled({ source, decoder });
    const tokens = run.slots.flatMap((slot) => slot.tokens.map(({ id }) => id));
    const score = await scored({ source, decoder, fill: { tokens } });
    expect(score.likelihood).toMatchObject({ kind, isBound: false, standardError: null });
    expect(score.likelihood?.logProb).toBeCloseTo(run.likelihood?.logProb ?? Number.NaN, 4);
    expect(score.tokens.map(({ id }) => id)).toEqual(tokens);
  });

  it('of diffusion is a bound with its error, the same for the same seed', async () => {
    const input = {
      source: { text: 'The [MASK] sat on the [MASK:1-3].' },
      fill: { slots: ['cat', 'big tree'] },
      decoder: { diffusion: {} },
      draws: 16,
      seed: '3',
    };
    const { likelihood, promptTokens } = await scored(input);
    expect(likelihood).toMatchObject({ kind: 'ELBO', isBound: true });
    expect(likelihood?.standardError).toBeGreaterThan(0);
    expect(promptTokens.filter((id) => id === null)).toHaveLength(3);
    expect((await scored(input)).likelihood).toEqual(likelihood);
    expect((await scored({ ...input, seed: '4' })).likelihood).not.toEqual(likelihood);
  });

  it('of a decoder by its name is that of the decoder by its field', async () => {
    const input = { source: { text: 'The [MASK] sat.' }, fill: { slots: ['cat'] } };
    const options = { order: 'left-to-right' };
    const byName = await scored({ ...input, decoder: { plugin: { name: 'masked-lm', options } } });
    const byField = await scored({ ...input, decoder: { maskedLm: { order: 'LEFT_TO_RIGHT' } } });
    expect(byName.likelihood).toEqual(byField.likelihood);
  });

  it('that nobody waits for any more makes way for the next', async () => {
    const input = { source: { text: tale }, fill: { slots: ['old man', 'wood'] } };
    const gone = new AbortController();
    const left = scored({ ...input, decoder: { diffusion: {} }, draws: 1024 }, gone.signal);
    const next = scored(input);
    // By the time of an answer, both scores have been asked for.
    await planned({ source: input.source });
    gone.abort();
    await expect(left).rejects.toThrow();
    expect((await next).decoderName).toBe('maria');
  });

  it('is refused where there is no likelihood, and for all that is wrong with it', async () => {
    const source = { text: 'The [MASK] sat.' };
    const noKind: ScoreInfillInput = {
      source,
      fill: { slots: ['cat'] },
      decoder: { diffusion: { revise: 'REMDM' } },
    };
    const { scoreInfill } = await client.request(ScoreInfillDocument, { input: noKind });
    expect(scoreInfill).toMatchObject({ __typename: 'UnsupportedError', code: 'UNSUPPORTED' });
    const input = { source, fill: { slots: ['cat', 'dog'] }, draws: 0, seed: '-1' };
    const wrong = await client.request(ScoreInfillDocument, { input });
    if (wrong.scoreInfill.__typename !== 'ValidationError') throw new Error('It was taken.');
    expect(wrong.scoreInfill.problems.map(({ path }) => path.join('.')).sort()).toEqual([
      'draws',
      'fill.slots',
      'seed',
    ]);
  });
});

describe('a server that is told to stop', () => {
  it('ends the scores that outlast its grace, says when to come back, and exits 0', async () => {
    const data = makeDataDir();
    const stopping = await startServerProcess(data.path, { SHUTDOWN_GRACE_MS: '0' });
    const asking = createClient({ url: `${stopping.url}/graphql` });
    const source = { text: tale };
    const slots = ['old man', 'wood'];
    const decoder = { diffusion: {} };
    const scores = [1, 2].map(() =>
      asking.request(ScoreInfillDocument, {
        input: { source, fill: { slots }, decoder, draws: 1024 },
      }),
    );
    // By the time of an answer, both scores have been asked for.
    await asking.request(PlanInfillDocument, { input: { source } });
    expect(await stopping.stop()).toBe(0);
    for (const { scoreInfill } of await Promise.all(scores)) {
      expect(scoreInfill).toMatchObject({
        __typename: 'QueueFullError',
        code: 'SHUTTING_DOWN',
        retryAfterMs: 5000,
      });
    }
    data.remove();
  }, 60_000);
});

describe('samples of a text with choices and an unknown length', () => {
  const input = {
    source: constrained,
    samples: 6,
    sampling: { temperature: 1 },
    seed: '3',
  } as const;

  it('are ranked whole fills that follow the constraints', async () => {
    const run = await filled(input);
    const { candidates } = run;
    expect(run.candidateOrder).toBe('LIKELIHOOD');
    expect(candidates[0]).toMatchObject({ rank: 1, text: run.text, likelihood: run.likelihood });
    expect(candidates.reduce((sum, { count }) => sum + count, 0)).toBe(6);
    expect(new Set(candidates.map(({ text }) => text)).size).toBe(candidates.length);
    const logProbs = candidates.map(({ likelihood }) => likelihood?.logProb ?? Number.NaN);
    expect(logProbs).toEqual([...logProbs].sort((a, b) => b - a));
    for (const { text, slots, segments } of candidates) {
      expect(slots.map(({ key }) => key)).toEqual(['who', 'where']);
      expect(['cat', 'dog', 'girl']).toContain(slots[0]?.text);
      expect([1, 2, 3]).toContain(slots[1]?.tokens.length);
      expect(segments.map((segment) => segment.text).join('')).toBe(text);
      for (const segment of segments)
        expect(text.slice(segment.start, segment.end)).toBe(segment.text);
    }
  });

  it('are the same for the same seed, and are kept with their settled lengths', async () => {
    const first = await filled(input);
    const second = await filled(input);
    expect(second.candidates).toEqual(first.candidates);
    const { infill } = await client.request(FindInfillDocument, { id: first.id });
    expect(infill?.candidates).toEqual(first.candidates);
    const tokens = first.slots.flatMap((slot) => slot.tokens);
    expect(infill?.promptTokens.filter((id) => id === null)).toHaveLength(tokens.length);
    for (const { position } of tokens) expect(infill?.promptTokens[position]).toBeNull();
  });

  it('may have every length decoded', async () => {
    const { status, settings } = await filled({ ...input, samples: 2, lengthSearch: 'DECODE_ALL' });
    expect(status).toBe('COMPLETED');
    expect(settings).toContainEqual({ name: 'lengthSearch', value: 'DECODE_ALL' });
  });
});
