/**
 * Likelihoods of the masked-LM decoder by enumeration: of all fills, of all orders, and of fills that it draws.
 */
import { describe, expect, it } from 'vitest';
import { maskedLm } from '../../plugins/masked-lm/index.ts';
import type { Run, Score } from '../../src/decoding/decoder.ts';
import { type SlotRules, TokenRules } from '../../src/decoding/token-rules.ts';
import { assertFrequencies } from '../conformance/chi-square.ts';
import {
  allFills,
  bestOf,
  logMeanExp,
  logProbAlong,
  modelsOf,
  openOf,
  permutations,
  probsAt,
  sum,
  type TinyWorld,
} from './plain-masked.ts';

const never = new AbortController().signal;
const vocabularySize = 7;
const worlds: TinyWorld[] = [1, 2, 3].map((salt) => ({ vocabularySize, salt }));
/** At both ends and adjacent, with a known token between. */
const ids = [null, 5, null, null];
const positions = openOf(ids);

type Given = Record<string, unknown>;

function runOf(options: Given, slots: readonly SlotRules[] = [], seed = 1n): Run<unknown> {
  return {
    ids,
    rules: new TokenRules([0, 1, 2, 3], new Uint8Array(vocabularySize), new Set(), slots),
    options: maskedLm.options.parse(options),
    sampling: { temperature: 1 },
    seed,
    alternatives: 0,
  };
}

async function scoreOf(
  world: TinyWorld,
  run: Run<unknown>,
  targets: readonly number[],
  draws = 1,
): Promise<Score> {
  const decoder = maskedLm.create(modelsOf(world));
  if (decoder.score === undefined) throw new Error('The decoder scores.');
  return decoder.score(run as Parameters<typeof decoder.score>[0], targets, {
    signal: never,
    draws,
  });
}

/** Fills drawn for seeds 0 … count − 1, with the sums of what was reported. */
async function drawnFills(world: TinyWorld, options: Given, count: number, slots?: SlotRules[]) {
  const decoder = maskedLm.create(modelsOf(world));
  const fills: { targets: number[]; logProb: number }[] = [];
  for (let seed = 0; seed < count; seed++) {
    const run = runOf(options, slots, BigInt(seed)) as Parameters<typeof decoder.begin>[0];
    const state = await decoder.begin(run, never);
    const filled = new Map<number, number>();
    let logProb = 0;
    for (let done = false; !done; ) {
      const [step] = await decoder.step([state], never);
      for (const fill of step?.fills ?? []) {
        filled.set(fill.position, fill.tokenId);
        logProb += fill.logProb;
      }
      done = step?.done ?? true;
    }
    fills.push({ targets: positions.map((position) => filled.get(position) ?? -1), logProb });
  }
  return fills;
}

function targetsAt(targets: readonly number[]): ReadonlyMap<number, number> {
  return new Map(positions.map((position, index) => [position, targets[index] ?? 0]));
}

const exactOptions: [Given, string][] = [
  [{}, 'CHAIN_RULE'],
  [{ order: 'margin', k: 2 }, 'CHAIN_RULE'],
  [{ order: 'entropy' }, 'CHAIN_RULE'],
  [{ order: 'left-to-right' }, 'CHAIN_RULE'],
  [{ order: 'margin', commit: 'threshold', threshold: 0.6 }, 'CHAIN_RULE'],
  [{ commit: 'entropy-bound', entropyBound: 0.8 }, 'CHAIN_RULE'],
  [{ commit: 'one-shot' }, 'INDEPENDENT'],
];

/** A slot at the last two positions that has one of three texts. */
const choiceSlot: SlotRules = {
  index: 1,
  start: 2,
  length: 2,
  bannedIds: [],
  choices: [
    [4, 5],
    [4, 6],
    [6, 4],
  ],
};

describe.each(exactOptions)('the likelihood of masked-lm with %j', (options, kind) => {
  it('is of all fills together 1', async () => {
    for (const world of worlds) {
      const scores = await Promise.all(
        allFills(3, world).map((targets) => scoreOf(world, runOf(options), targets)),
      );
      expect(scores.every((score) => score.kind === kind)).toBe(true);
      expect(sum(scores.map(({ logLikelihood }) => Math.exp(logLikelihood)))).toBeCloseTo(1, 9);
      for (const { perPosition, logLikelihood } of scores) {
        expect(sum(perPosition ?? [])).toBeCloseTo(logLikelihood, 12);
      }
    }
  });

  it('is the sum of what is reported of a fill that is drawn', async () => {
    for (const world of worlds) {
      for (const { targets, logProb } of await drawnFills(world, options, 20)) {
        const { logLikelihood } = await scoreOf(world, runOf(options), targets);
        expect(logLikelihood).toBeCloseTo(logProb, 12);
      }
    }
  });
});

describe('the likelihood of masked-lm', () => {
  it('has its terms in the order of the positions', async () => {
    const [world = { vocabularySize, salt: 0 }] = worlds;
    const targets = [4, 5, 6];
    const { perPosition } = await scoreOf(world, runOf({ order: 'left-to-right' }), targets);
    const targetAt = targetsAt(targets);
    const sums = positions.map((_, index) =>
      logProbAlong(
        ids,
        targetAt,
        positions.slice(0, index + 1).map((position) => [position]),
        world,
      ),
    );
    const terms = sums.map((each, index) => each - (sums[index - 1] ?? 0));
    expect(perPosition).toEqual(terms.map((term) => expect.closeTo(term, 6)));
  });

  it.each([{}, { k: 2, order: 'entropy' }, { commit: 'threshold', threshold: 0 }] as Given[])(
    'is of all fills of a slot with choices together 1 with %j, and they are drawn as often',
    async (options) => {
      const [world = { vocabularySize, salt: 0 }] = worlds;
      const probabilities = new Map<string, number>();
      for (const targets of allFills(3, world)) {
        const { logLikelihood } = await scoreOf(world, runOf(options, [choiceSlot]), targets);
        if (Number.isFinite(logLikelihood)) {
          probabilities.set(targets.join(), Math.exp(logLikelihood));
        }
      }
      expect(probabilities.size).toBe(9);
      const { perPosition } = await scoreOf(world, runOf(options, [choiceSlot]), [4, 5, 5]);
      expect(perPosition).toContain(Number.NEGATIVE_INFINITY);
      expect(perPosition?.every((term) => term < 0)).toBe(true);
      expect(sum([...probabilities.values()])).toBeCloseTo(1, 9);
      const counts = new Map<string, number>();
      for (const { targets } of await drawnFills(world, options, 2000, [choiceSlot])) {
        counts.set(targets.join(), (counts.get(targets.join()) ?? 0) + 1);
      }
      assertFrequencies(counts, probabilities);
    },
  );
});

/** Batches of k positions in each of all orders. */
function batchesOf(k: number): number[][][] {
  return permutations(positions).map((order) => {
    const batches: number[][] = [];
    for (let first = 0; first < order.length; first += k)
      batches.push(order.slice(first, first + k));
    return batches;
  });
}

/** All positions that are sure enough, else the first of the order, until none is left. */
function sureBatches(
  order: readonly number[],
  targetAt: ReadonlyMap<number, number>,
  threshold: number,
  world: TinyWorld,
): number[][] {
  const filled: (number | null)[] = ids.slice();
  const batches: number[][] = [];
  for (let open = order; open.length > 0; open = order.filter((each) => filled[each] === null)) {
    const isSure = (position: number) => bestOf(probsAt(filled, position, world)).prob >= threshold;
    const sure = open.filter(isSure);
    const batch = sure.length > 0 ? sure : open.slice(0, 1);
    for (const position of batch) filled[position] = targetAt.get(position) ?? null;
    batches.push(batch);
  }
  return batches;
}

describe.each([1, 2, 3])('the bound of masked-lm in a random order, k = %i', (k) => {
  it('is the mean over all orders, and not above the exact value, but for its error', async () => {
    for (const world of worlds) {
      for (const targets of allFills(3, world).filter((_, index) => index % 5 === 0)) {
        const targetAt = targetsAt(targets);
        const logs = batchesOf(k).map((batches) => logProbAlong(ids, targetAt, batches, world));
        const bound = sum(logs) / logs.length;
        const exact = logMeanExp(logs);
        const run = runOf({ order: 'random', k });
        const { kind, logLikelihood, standardError = 0 } = await scoreOf(world, run, targets, 300);
        expect(kind).toBe('ELBO');
        // Six errors: a false alarm in about 1 of 10^8 comparisons of 18.
        expect(Math.abs(logLikelihood - bound)).toBeLessThanOrEqual(6 * standardError + 1e-6);
        expect(logLikelihood).toBeLessThanOrEqual(exact + 4 * standardError + 1e-6);
      }
    }
  });
});

describe('the bound of masked-lm in a random order', () => {
  it('by threshold is the mean over the paths of all orders, but for its error', async () => {
    const threshold = 0.8;
    const run = runOf({ order: 'random', commit: 'threshold', threshold });
    for (const world of worlds) {
      for (const targets of allFills(3, world).filter((_, index) => index % 4 === 0)) {
        const targetAt = targetsAt(targets);
        const logs = permutations(positions).map((order) =>
          logProbAlong(ids, targetAt, sureBatches(order, targetAt, threshold, world), world),
        );
        const { logLikelihood, standardError = 0 } = await scoreOf(world, run, targets, 100);
        const gap = Math.abs(logLikelihood - sum(logs) / logs.length);
        expect(gap).toBeLessThanOrEqual(6 * standardError + 1e-6);
        expect(logLikelihood).toBeLessThanOrEqual(logMeanExp(logs) + 4 * standardError + 1e-6);
      }
    }
  });

  it('draws by the seed', async () => {
    const [world = { vocabularySize, salt: 0 }] = worlds;
    for (const options of [
      { order: 'random' },
      { order: 'random', commit: 'threshold', threshold: 1 },
    ]) {
      const drawn = [1n, 2n, 1n].map((seed) =>
        scoreOf(world, runOf(options, [], seed), [5, 4, 6], 5),
      );
      const [first, second, third] = await Promise.all(drawn);
      expect(second?.logLikelihood).not.toBe(first?.logLikelihood);
      expect(third).toEqual(first);
    }
  });

  it('of slots with choices is −Infinity for what is no choice, and finite else', async () => {
    const [world = { vocabularySize, salt: 0 }] = worlds;
    for (const options of [{ order: 'random' }, { order: 'random', k: 2 }]) {
      const run = runOf(options, [choiceSlot]);
      for (const targets of allFills(3, world)) {
        const { logLikelihood } = await scoreOf(world, run, targets, 3);
        const isChoice = choiceSlot.choices?.some((ids) => ids.join() === targets.slice(1).join());
        expect(Number.isFinite(logLikelihood)).toBe(isChoice);
        expect(logLikelihood).not.toBeNaN();
      }
    }
  });

  it('has no error of a single draw, and no passes without open positions', async () => {
    const [world = { vocabularySize, salt: 0 }] = worlds;
    expect(await scoreOf(world, runOf({ order: 'random' }), [4, 5, 6], 1)).not.toHaveProperty(
      'standardError',
    );
    const full = { ...runOf({ order: 'random' }), ids: [4, 5] };
    expect(await scoreOf(world, full, [], 4)).toEqual({
      kind: 'ELBO',
      logLikelihood: 0,
      standardError: 0,
    });
  });

  it('ends before the next pass when it is cancelled', async () => {
    const decoder = maskedLm.create(modelsOf({ vocabularySize, salt: 1 }));
    for (const options of [{ order: 'random' }, {}]) {
      const run = runOf(options) as Parameters<typeof decoder.begin>[0];
      await expect(
        decoder.score?.(run, [4, 5, 6], { signal: AbortSignal.abort(), draws: 9 }),
      ).rejects.toEqual(expect.objectContaining({ code: 'CANCELLED' }));
    }
  });
});
