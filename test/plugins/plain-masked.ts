/**
 * What masked decoders are checked against: distributions of the fake masked model computed plainly, and draws by key.
 *
 * Knows no decoder.
 */
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { fakeModels, maskedRow } from '../support/fake-models.ts';

/** A vocabulary of four special tokens and `ordinaryCount` others, with random models. */
export type TinyWorld = { readonly vocabularySize: number; readonly salt: number };

/** The first id that is no special. */
export const firstId = 4;
const maskId = 3;

/** The models of a world. */
export const modelsOf = (world: TinyWorld) => fakeModels(world);

/** (V) probabilities at one position of a prompt; null is open. */
export function probsAt(
  ids: readonly (number | null)[],
  position: number,
  world: TinyWorld,
): number[] {
  const row = maskedRow(
    ids.map((id) => id ?? maskId),
    position,
    world,
  );
  const weights = [...row].map((logit, id) => (id < firstId ? 0 : Math.exp(logit)));
  const total = sum(weights);
  return weights.map((weight) => weight / total);
}

/** The most probable token and its probability. */
export function bestOf(probs: readonly number[]): { id: number; prob: number } {
  const prob = Math.max(...probs);
  return { id: probs.indexOf(prob), prob };
}

/** A token drawn by key at temperature 1, or the most probable one at temperature 0. */
export function drawn(
  probs: readonly number[],
  { seed, temperature }: { readonly seed: bigint; readonly temperature: 0 | 1 },
  place: { readonly position: number; readonly step: number },
): number {
  if (temperature === 0) return bestOf(probs).id;
  let rest = keyedUniform(seed, { purpose: 'sample', ...place });
  for (const [id, prob] of probs.entries()) {
    rest -= prob;
    if (rest < 0) return id;
  }
  throw new Error('Probabilities sum to 1.');
}

/** Positions that are null, ascending. */
export function openOf(ids: readonly (number | null)[]): number[] {
  return [...ids.keys()].filter((position) => ids[position] === null);
}

/** Every fill of `count` positions with ordinary tokens. */
export function allFills(count: number, { vocabularySize }: TinyWorld): number[][] {
  if (count === 0) return [[]];
  const ordinary = Array.from({ length: vocabularySize - firstId }, (_, index) => firstId + index);
  return allFills(count - 1, { vocabularySize, salt: 0 }).flatMap((fill) =>
    ordinary.map((id) => [...fill, id]),
  );
}

/** Every order of some positions. */
export function permutations(positions: readonly number[]): number[][] {
  if (positions.length === 0) return [[]];
  return positions.flatMap((first) =>
    permutations(positions.filter((position) => position !== first)).map((rest) => [
      first,
      ...rest,
    ]),
  );
}

/** Σ log p of targets along batches of positions, each batch from what the ones before it put in place. */
export function logProbAlong(
  ids: readonly (number | null)[],
  targetAt: ReadonlyMap<number, number>,
  batches: readonly (readonly number[])[],
  world: TinyWorld,
): number {
  const filled = ids.slice();
  let total = 0;
  for (const batch of batches) {
    for (const position of batch) {
      total += Math.log(probsAt(filled, position, world)[targetAt.get(position) ?? 0] ?? 0);
    }
    for (const position of batch) filled[position] = targetAt.get(position) ?? null;
  }
  return total;
}

/** Σ of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** log of the mean of exp. */
export function logMeanExp(logs: readonly number[]): number {
  return Math.log(sum(logs.map((each) => Math.exp(each))) / logs.length);
}
