/**
 * Probabilities of fills under processes that unmask positions at random, by summing over all paths: slow and plain.
 *
 * Knows a masked model; knows no decoder. Sets of open positions are bits of a number, by index among the open ones.
 */
import assert from 'node:assert/strict';
import type { LoadedModels } from '../../src/model/models.ts';

/** A prompt with what is put at its open positions, in order. */
export type GivenText = {
  readonly models: LoadedModels;
  /** (T); null at open positions. */
  readonly ids: readonly (number | null)[];
  readonly targets: readonly number[];
};

/** A way to fill at random; natural logs. */
export type Process = {
  /** The log-probability of a fill: over all paths to it. */
  readonly exact: (text: GivenText) => Promise<number>;
  /** The mean over paths of the sum of their tokens' log-probabilities, which is at most that. */
  readonly bound: (text: GivenText) => Promise<number>;
};

/** Distributions (V) of positions that are open, by index. */
type Rows = ReadonlyMap<number, Float64Array>;

/** Which positions a stage unmasks together, each set with its probability. */
type Stage = (rows: Rows, stage: number) => ReadonlyMap<number, number>;

/** Positions are unmasked `count` at a time, or what is left; every such set alike. */
export function randomSets(count: number): Process {
  return processOf((rows) => {
    const sets = setsOf([...rows.keys()], Math.min(count, rows.size));
    return new Map(sets.map((set) => [set, 1 / sets.length]));
  });
}

/** Positions are unmasked one by one, each order alike. */
export const anyOrder: Process = randomSets(1);

/** All positions whose best token reaches a probability are unmasked together; where there is none, one at random. */
export function surePositions(threshold: number): Process {
  return processOf((rows) => {
    const sure = [...rows].filter(([, probs]) => Math.max(...probs) >= threshold);
    if (sure.length > 0)
      return new Map([[sure.reduce((set, [index]) => set | (1 << index), 0), 1]]);
    return new Map([...rows.keys()].map((index) => [1 << index, 1 / rows.size]));
  });
}

/** Time goes from 1 to 0 in equal steps; from t to s each open position is unmasked with probability (t − s) / t. */
export function ancestral(stepCount: number): Process {
  return processOf((rows, stage) => {
    const reveal = 1 / (stepCount - stage);
    let sets = new Map([[0, 1]]);
    for (const index of rows.keys()) {
      sets = new Map(
        [...sets].flatMap(([set, share]): [number, number][] => [
          [set | (1 << index), share * reveal],
          ...(reveal < 1 ? [[set, share * (1 - reveal)] as [number, number]] : []),
        ]),
      );
    }
    return sets;
  });
}

function setsOf(indices: readonly number[], size: number): number[] {
  if (size === 0) return [0];
  return indices.flatMap((index, at) =>
    setsOf(indices.slice(at + 1), size - 1).map((set) => set | (1 << index)),
  );
}

function processOf(stageOf: Stage): Process {
  return {
    exact: async (text) => (await pathSums(text, stageOf)).exact,
    bound: async (text) => (await pathSums(text, stageOf)).bound,
  };
}

/** Probability that a path comes to a set of unmasked positions: by its choice of positions, and of tokens as well. */
type Reached = { paths: number; fills: number };

async function pathSums(
  text: GivenText,
  stageOf: Stage,
): Promise<{ exact: number; bound: number }> {
  const open = text.ids.flatMap((id, position) => (id === null ? [position] : []));
  const rowsOf = rememberedRows(text, open);
  let reached = new Map<number, Reached>([[0, { paths: 1, fills: 1 }]]);
  let exact = 0;
  let bound = 0;
  for (let stage = 0; reached.size > 0; stage++) {
    exact += reached.get(2 ** open.length - 1)?.fills ?? 0;
    const next = new Map<number, Reached>();
    for (const [set, { paths, fills }] of reached) {
      for (const { chosen, share, logProb } of choicesOf(await rowsOf(set), stage)) {
        bound += paths * share * logProb;
        const sum = next.get(set | chosen) ?? { paths: 0, fills: 0 };
        sum.paths += paths * share;
        sum.fills += fills * share * Math.exp(logProb);
        next.set(set | chosen, sum);
      }
    }
    reached = next;
  }
  return { exact: Math.log(exact), bound };

  function choicesOf(rows: Rows, stage: number) {
    if (rows.size === 0) return [];
    return [...stageOf(rows, stage)].map(([chosen, share]) => ({
      chosen,
      share,
      logProb: chosenLogProb(rows, chosen, text.targets),
    }));
  }
}

function chosenLogProb(rows: Rows, chosen: number, targets: readonly number[]): number {
  let sum = 0;
  for (const [index, probs] of rows) {
    if ((chosen & (1 << index)) !== 0) sum += Math.log(probs[targets[index] ?? -1] ?? Number.NaN);
  }
  return sum;
}

/** The distributions at positions that are still open, once a set has its targets. */
function rememberedRows(text: GivenText, open: readonly number[]): (set: number) => Promise<Rows> {
  const known = new Map<number, Rows>();
  return async (set) => {
    const rows = known.get(set) ?? (await rowsAfter(text, open, set));
    known.set(set, rows);
    return rows;
  };
}

async function rowsAfter(
  { models, ids, targets }: GivenText,
  open: readonly number[],
  set: number,
): Promise<Rows> {
  const isOpen = (index: number) => (set & (1 << index)) === 0;
  const filled = ids.slice();
  for (const [index, position] of open.entries()) {
    if (!isOpen(index)) filled[position] = targets[index] ?? null;
  }
  const rows = new Map<number, Float64Array>();
  for (const [index, position] of open.entries()) {
    if (isOpen(index)) rows.set(index, await probsAt(models, filled, position));
  }
  return rows;
}

/** The masked model's distribution at a position, every open position masked; special ids have none. @returns (V). */
async function probsAt(
  { masked, facts }: LoadedModels,
  ids: readonly (number | null)[],
  position: number,
): Promise<Float64Array> {
  assert(masked !== null && facts.maskId !== null, 'These processes are of a masked model.');
  const { maskId, bannedIds } = facts;
  const hidden = await masked.encode(ids.map((id) => id ?? maskId));
  const width = masked.hiddenSize;
  const row = await masked.logits(hidden.slice(position * width, (position + 1) * width));
  const weights = Float64Array.from(row, (logit, id) =>
    bannedIds.includes(id) ? 0 : Math.exp(logit),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
