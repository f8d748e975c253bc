/**
 * The diffusion decoder against a plain implementation of ancestral sampling and of ReMDM, by the formulas in t and s.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffusion } from '../../plugins/diffusion/index.ts';
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { ListTokenizer } from '../conformance/list-tokenizer.ts';
import { engineOf, progressOf, requestOf } from '../conformance/runs.ts';
import { drawn, modelsOf, openOf, probsAt, sum, type TinyWorld } from './plain-masked.ts';

const tokenizer = new ListTokenizer(['a', 'b', 'c', 'd', 'e']);
const { vocabularySize } = tokenizer;

type Ids = readonly (number | null)[];
type Draw = { readonly seed: bigint; readonly temperature: 0 | 1 };
type Step = {
  readonly puts: readonly { readonly position: number; readonly id: number }[];
  readonly reopened: readonly number[];
};
type Revision = { readonly schedule: 'cap' | 'rescale' | 'conf'; readonly eta?: number };

async function runOf(ids: Ids, options: Record<string, unknown>, draw: Draw, salt: number) {
  const engine = engineOf(diffusion, { models: modelsOf({ vocabularySize, salt }), tokenizer });
  const request = requestOf(diffusion, {
    source: { tokens: ids },
    decoder: { name: 'diffusion', options },
    sampling: { temperature: draw.temperature },
    seed: draw.seed,
  });
  const progress = await progressOf(engine, request);
  const last = progress.at(-1);
  if (last?.type !== 'completed') throw new Error('The run did not complete.');
  const steps = progress.flatMap((entry): Step[] => {
    if (entry.type !== 'committed' && entry.type !== 'revised') return [];
    const puts = entry.tokens.map(({ position, id }) => ({ position, id }));
    return [{ puts, reopened: entry.type === 'revised' ? entry.reopened : [] }];
  });
  return { steps, passes: last.outcome.usage.maskedPasses };
}

/** Every denoising step that changes something. */
function plainSteps(
  ids: Ids,
  { steps: stepCount, revision }: { steps: number; revision: Revision | null },
  draw: Draw,
  world: TinyWorld,
): Step[] {
  const slots = openOf(ids);
  const filled = ids.slice();
  const committed = new Map<number, number>();
  const steps: Step[] = [];
  for (let step = 0; step < stepCount; step++) {
    const t = 1 - step / stepCount;
    const s = 1 - (step + 1) / stepCount;
    const uniform = (purpose: 'reveal' | 'reopen', position: number) =>
      keyedUniform(draw.seed, { purpose, position, step });
    const sigma = (position: number) => plainSigma(revision, { t, s }, committed, position);
    const revealed = slots.filter(
      (position) =>
        filled[position] === null &&
        uniform('reveal', position) < (t - s + sigma(position) * (1 - t)) / t + 1e-12,
    );
    const reopened = slots.filter(
      (position) => committed.has(position) && uniform('reopen', position) < sigma(position),
    );
    const puts = revealed.map((position) => {
      const probs = probsAt(filled, position, world);
      const id = drawn(probs, draw, { position, step });
      return { position, id, prob: probs[id] ?? 0 };
    });
    for (const position of reopened) {
      filled[position] = null;
      committed.delete(position);
    }
    for (const { position, id, prob } of puts) {
      filled[position] = id;
      committed.set(position, prob);
    }
    if (puts.length + reopened.length > 0) {
      steps.push({ puts: puts.map(({ position, id }) => ({ position, id })), reopened });
    }
  }
  return steps;
}

function plainSigma(
  revision: Revision | null,
  { t, s }: { t: number; s: number },
  committed: ReadonlyMap<number, number>,
  position: number,
): number {
  if (revision === null || committed.size === 0) return 0;
  const { schedule, eta = 0.02 } = revision;
  const largest = Math.min(1, s / (1 - t));
  if (schedule === 'cap') return Math.min(eta, largest);
  if (schedule === 'rescale') return eta * largest;
  const prob = committed.get(position);
  if (prob === undefined) return 0;
  return (Math.exp(-prob) / sum([...committed.values()].map((each) => Math.exp(-each)))) * largest;
}

const prompts = fc.array(fc.option(fc.integer({ min: 4, max: 8 }), { freq: 1 }), { maxLength: 9 });
const draws = fc.record({
  seed: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  temperature: fc.constantFrom<(0 | 1)[]>(0, 1),
});
const salts = fc.nat({ max: 10_000 });
const etas = fc.double({ min: 0.01, max: 1, noNaN: true });
const revisions: fc.Arbitrary<Revision> = fc.oneof(
  fc.record({ schedule: fc.constantFrom<('cap' | 'rescale')[]>('cap', 'rescale'), eta: etas }),
  fc.constant({ schedule: 'conf' } as const),
);

describe('diffusion', () => {
  it('reveals at random what each step’s chance says, drawn from the pass before it', async () => {
    const stepCounts = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(prompts, stepCounts, draws, salts, async (ids, steps, draw, salt) => {
        const world = { vocabularySize, salt };
        const expected = plainSteps(ids, { steps, revision: null }, draw, world);
        expect(await runOf(ids, { steps }, draw, salt)).toEqual({
          steps: expected,
          passes: expected.length,
        });
      }),
      { numRuns: 120 },
    );
  });

  it('reopens by ReMDM, and draws reopened positions again', async () => {
    const stepCounts = fc.integer({ min: 1, max: 25 });
    let reopenedCount = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(prompts, stepCounts, revisions),
        draws,
        salts,
        async ([ids, steps, revision], draw, salt) => {
          const world = { vocabularySize, salt };
          const expected = plainSteps(ids, { steps, revision }, draw, world);
          const { steps: seen } = await runOf(
            ids,
            { steps, revise: 'remdm', ...revision },
            draw,
            salt,
          );
          expect(seen).toEqual(expected);
          reopenedCount += sum(expected.map(({ reopened }) => reopened.length));
        },
      ),
      { numRuns: 120, seed: 11 },
    );
    expect(reopenedCount).toBeGreaterThan(100);
  });

  it('reveals everything at once in one step', async () => {
    const { steps, passes } = await runOf(
      [null, 5, null, null],
      { steps: 1 },
      { seed: 1n, temperature: 1 },
      1,
    );
    expect(steps.map(({ puts }) => puts.map(({ position }) => position))).toEqual([[0, 2, 3]]);
    expect(passes).toBe(1);
  });

  it('has options of ReMDM only with it, and no eta where the schedule has none', () => {
    const refused = (options: Record<string, unknown>) =>
      diffusion.options.safeParse(options).error?.issues.map(({ path }) => path.join()) ?? [];
    expect(refused({ schedule: 'cap', eta: 0.1 })).toEqual(['schedule', 'eta']);
    expect(refused({ revise: 'remdm', schedule: 'conf', eta: 0.1 })).toEqual(['eta']);
    expect(refused({ steps: 0, eta: 0.1 })).toEqual(['steps', 'eta']);
    expect(refused({ revise: 'some', schedule: 'cap', eta: 0.1 })).toEqual(['revise']);
    expect(diffusion.options.parse({})).toEqual({ steps: 64, revise: 'none' });
    expect(diffusion.options.parse({ revise: 'remdm' })).toEqual({
      steps: 64,
      revise: 'remdm',
      schedule: 'cap',
      eta: 0.02,
    });
    expect(diffusion.options.parse({ revise: 'remdm', schedule: 'conf' })).toEqual({
      steps: 64,
      revise: 'remdm',
      schedule: 'conf',
    });
  });
});
