/**
 * The masked-LM decoder against a plain implementation of decoding by masked passes.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskedLm } from '../../plugins/masked-lm/index.ts';
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { ListTokenizer } from '../conformance/list-tokenizer.ts';
import { engineOf, progressOf, requestOf } from '../conformance/runs.ts';
import { bestOf, drawn, modelsOf, openOf, probsAt, sum, type TinyWorld } from './plain-masked.ts';

const tokenizer = new ListTokenizer(['a', 'b', 'c', 'd', 'e']);
const { vocabularySize } = tokenizer;

type Ids = readonly (number | null)[];
type Draw = { readonly seed: bigint; readonly temperature: 0 | 1 };
type Put = { readonly position: number; readonly id: number };

/** What the decoder put where, step by step. */
async function stepsOf(ids: Ids, options: Record<string, unknown>, draw: Draw, salt: number) {
  const engine = engineOf(maskedLm, { models: modelsOf({ vocabularySize, salt }), tokenizer });
  const request = requestOf(maskedLm, {
    source: { tokens: ids },
    decoder: { name: 'masked-lm', options },
    sampling: { temperature: draw.temperature },
    seed: draw.seed,
  });
  const progress = await progressOf(engine, request);
  expect(progress.at(-1)?.type).toBe('completed');
  return progress.flatMap((entry) =>
    entry.type === 'committed' || entry.type === 'revised'
      ? [sorted(entry.tokens.map(({ position, id }) => ({ position, id })))]
      : [],
  );
}

function sorted(puts: readonly Put[]): Put[] {
  return [...puts].sort((a, b) => a.position - b.position);
}

/** Sorts by a cost, lowest position first where costs are equal. */
function rankedBy(positions: readonly number[], cost: (position: number) => number): number[] {
  return [...positions].sort((a, b) => cost(a) - cost(b) || a - b);
}

function costOf(order: string, ids: Ids, draw: Draw, world: TinyWorld) {
  return (position: number): number => {
    const probs = probsAt(ids, position, world);
    const [first = 0, second = 0] = [...probs].sort((a, b) => b - a);
    switch (order) {
      case 'random':
        return keyedUniform(draw.seed, { purpose: 'order', position, step: 0 });
      case 'confidence':
        return -first;
      case 'margin':
        return second - first;
      case 'entropy':
        return entropyOf(probs);
      default:
        return position;
    }
  };
}

function entropyOf(probs: readonly number[]): number {
  return sum(probs.map((prob) => (prob === 0 ? 0 : -prob * Math.log(prob))));
}

type PlainOptions = {
  readonly order?: string;
  readonly commit?: string;
  readonly k?: number;
  readonly threshold?: number;
  readonly entropyBound?: number;
};

/** Which positions a pass commits, as plainly as it can be said. */
function committedBy(options: PlainOptions, ids: Ids, draw: Draw, world: TinyWorld): number[] {
  const {
    order = 'confidence',
    commit = 'k',
    k = 1,
    threshold = 0.9,
    entropyBound = 0.5,
  } = options;
  const open = openOf(ids);
  const ranked = rankedBy(open, costOf(order, ids, draw, world));
  if (commit === 'one-shot') return open;
  if (commit === 'k') return ranked.slice(0, k);
  if (commit === 'threshold') {
    const sure = open.filter((position) => bestOf(probsAt(ids, position, world)).prob >= threshold);
    return sure.length > 0 ? sure : ranked.slice(0, 1);
  }
  const byEntropy = rankedBy(open, costOf('entropy', ids, draw, world));
  const fits = (count: number) => {
    const entropies = byEntropy
      .slice(0, count)
      .map((position) => entropyOf(probsAt(ids, position, world)));
    return sum(entropies) - Math.max(...entropies) <= entropyBound;
  };
  const counts = byEntropy.map((_, index) => index + 1).filter(fits);
  return byEntropy.slice(0, Math.max(...counts));
}

function plainSteps(ids: Ids, options: PlainOptions, draw: Draw, world: TinyWorld): Put[][] {
  const filled = ids.slice();
  const steps: Put[][] = [];
  while (openOf(filled).length > 0) {
    const puts = committedBy(options, filled, draw, world).map((position) => ({
      position,
      id: drawn(probsAt(filled, position, world), draw, { position, step: 0 }),
    }));
    for (const { position, id } of puts) filled[position] = id;
    steps.push(sorted(puts));
  }
  return steps;
}

const prompts = fc.array(fc.option(fc.integer({ min: 4, max: 8 }), { freq: 1 }), { maxLength: 9 });
const draws = fc.record({
  seed: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  temperature: fc.constantFrom<(0 | 1)[]>(0, 1),
});
const salts = fc.nat({ max: 10_000 });
const orders = fc.constantFrom('random', 'confidence', 'margin', 'entropy', 'left-to-right');
const commitOptions: fc.Arbitrary<PlainOptions> = fc.oneof(
  fc.record({ order: orders, k: fc.integer({ min: 1, max: 4 }) }, { requiredKeys: [] }),
  fc.record({
    commit: fc.constant('threshold'),
    order: orders,
    threshold: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({
    commit: fc.constant('entropy-bound'),
    entropyBound: fc.double({ min: 0, max: 6, noNaN: true }),
  }),
  fc.constant({ commit: 'one-shot' }),
);

describe('masked-lm', () => {
  it('commits what the rule names, drawn from the pass that named it, step by step', async () => {
    await fc.assert(
      fc.asyncProperty(prompts, commitOptions, draws, salts, async (ids, options, draw, salt) => {
        const expected = plainSteps(ids, options, draw, { vocabularySize, salt });
        expect(await stepsOf(ids, { ...options }, draw, salt)).toEqual(expected);
      }),
      { numRuns: 120 },
    );
  });

  it('predicts the least probable tokens again, fewer from iteration to iteration', async () => {
    const iterationCounts = fc.integer({ min: 1, max: 8 });
    await fc.assert(
      fc.asyncProperty(
        prompts,
        iterationCounts,
        draws,
        salts,
        async (ids, iterations, draw, salt) => {
          const options = { revise: 'mask-predict', iterations };
          const expected = plainMaskPredict(ids, iterations, draw, { vocabularySize, salt });
          expect(await stepsOf(ids, options, draw, salt)).toEqual(expected);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('replaces a committed token where another is more probable than the threshold', async () => {
    let editedCount = 0;
    await fc.assert(
      fc.asyncProperty(prompts, draws, salts, async (ids, draw, salt) => {
        const options = { revise: 'edit', editThreshold: 0.6, k: 2 };
        const expected = plainEdits(ids, 0.6, draw, { vocabularySize, salt });
        editedCount += sum(expected.map((puts) => puts.length)) - openOf(ids).length;
        expect(await stepsOf(ids, options, draw, salt)).toEqual(expected);
      }),
      { numRuns: 80, seed: 7 },
    );
    expect(editedCount).toBeGreaterThan(20);
  });

  it.each([
    [{ commit: 'one-shot' }, 'Commit rule "one-shot"'],
    [{ revise: 'mask-predict' }, 'Revision "mask-predict"'],
  ])('refuses slots with choices of several tokens with %j', async (options, cause) => {
    const engine = engineOf(maskedLm, { models: modelsOf({ vocabularySize, salt: 1 }), tokenizer });
    const requestFor = (choices: readonly string[]) => {
      const length = { tokens: choices[0]?.length ?? 0 };
      return requestOf(maskedLm, {
        source: { segments: [{ text: 'ab' }, { slot: { length, choices } }] },
        decoder: { name: 'masked-lm', options },
      });
    };
    const message = `${cause} fills all positions in one pass, which a slot with choices of several tokens does not allow.`;
    const problem = expect.objectContaining({ code: 'UNSUPPORTED', message });
    const refused = expect.objectContaining({ problems: expect.arrayContaining([problem]) });
    expect(() => engine.prepare(requestFor(['cd', 'dc']))).toThrow(refused);
    const fill = { slots: ['cd'] };
    const score = { request: requestFor(['cd', 'dc']), fill, draws: 1 };
    await expect(engine.score(score, new AbortController().signal)).rejects.toEqual(refused);
    const [put] = (await progressOf(engine, requestFor(['c', 'd']))).filter(
      ({ type }) => type === 'committed',
    );
    expect(put).toMatchObject({ tokens: [{ position: 2 }] });
  });

  it('makes one pass per step, and none beside', async () => {
    const engine = engineOf(maskedLm, { models: modelsOf({ vocabularySize, salt: 1 }), tokenizer });
    const source = { tokens: new Array<null>(60).fill(null) };
    const decoder = { name: 'masked-lm', options: { k: 7 } };
    const last = (await progressOf(engine, requestOf(maskedLm, { source, decoder }))).at(-1);
    if (last?.type !== 'completed') throw new Error('The run did not complete.');
    expect(last.outcome.usage).toMatchObject({ maskedPasses: 9, causalPasses: 0 });
  });
});

function plainMaskPredict(ids: Ids, iterations: number, draw: Draw, world: TinyWorld): Put[][] {
  const open = openOf(ids);
  const filled = ids.slice();
  const probs = new Map<number, number>();
  const steps: Put[][] = [];
  for (let step = 0; step < iterations; step++) {
    const count = Math.floor((open.length * (iterations - step)) / iterations);
    if (count === 0) break;
    const again = rankedBy(open, (position) => probs.get(position) ?? 0).slice(0, count);
    for (const position of again) filled[position] = null;
    const puts = again.map((position) => {
      const distribution = probsAt(filled, position, world);
      const id = drawn(distribution, draw, { position, step });
      probs.set(position, distribution[id] ?? 0);
      return { position, id };
    });
    for (const { position, id } of puts) filled[position] = id;
    steps.push(sorted(puts));
  }
  return steps;
}

/** By confidence, two at a time; at most four edits of a position. */
function plainEdits(ids: Ids, threshold: number, draw: Draw, world: TinyWorld): Put[][] {
  const slots = openOf(ids);
  const filled = ids.slice();
  const edits = new Map(slots.map((position) => [position, 0]));
  const steps: Put[][] = [];
  for (;;) {
    const replaced = slots
      .filter((position) => filled[position] !== null && (edits.get(position) ?? 0) < 4)
      .map((position) => ({ position, ...bestOf(probsAt(filled, position, world)) }))
      .filter(({ position, id, prob }) => id !== filled[position] && prob > threshold)
      .map(({ position, id }) => ({ position, id }));
    const committed = committedBy({ k: 2 }, filled, draw, world).map((position) => ({
      position,
      id: drawn(probsAt(filled, position, world), draw, { position, step: 0 }),
    }));
    const puts = sorted([...replaced, ...committed]);
    if (puts.length === 0) return steps;
    for (const { position } of replaced) edits.set(position, (edits.get(position) ?? 0) + 1);
    for (const { position, id } of puts) filled[position] = id;
    steps.push(puts);
  }
}
