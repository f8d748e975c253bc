/**
 * Probabilities of fills under processes that unmask positions at random, by summing over all orders: slow and plain.
 *
 * Knows a masked model; knows no decoder.
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

/** Natural log of a fill's probability. */
export type Process = (text: GivenText) => Promise<number>;

/** Positions are unmasked one by one, each order alike. */
export async function anyOrder(text: GivenText): Promise<number> {
  const { count, termsOf } = subsets(text);
  const reached = new Float64Array(2 ** count);
  reached[0] = 1;
  for (let done = 0; done < 2 ** count - 1; done++) {
    const terms = await termsOf(done);
    for (const [index, term] of terms) {
      const next = done | (1 << index);
      reached[next] = at(reached, next) + (at(reached, done) * Math.exp(term)) / terms.size;
    }
  }
  return Math.log(at(reached, 2 ** count - 1));
}

/** Time goes from 1 to 0 in equal steps; from t to s each open position is unmasked with probability (t − s) / t. */
export function ancestral(steps: number): Process {
  return async (text) => {
    const { count, termsOf } = subsets(text);
    let reached = new Float64Array(2 ** count);
    reached[0] = 1;
    for (let step = 0; step < steps; step++) {
      const reveal = 1 / (steps - step);
      const next = new Float64Array(reached.length);
      for (const [done, probability] of reached.entries()) {
        const terms = await termsOf(done);
        for (const [chosen, share] of choicesOf(terms, reveal)) {
          next[done | chosen] = at(next, done | chosen) + probability * share;
        }
      }
      reached = next;
    }
    return Math.log(at(reached, 2 ** count - 1));
  };
}

/** Every set of positions that could be unmasked together, with the probability that it is, to these targets. */
function choicesOf(terms: ReadonlyMap<number, number>, reveal: number): Map<number, number> {
  let choices = new Map([[0, 1]]);
  for (const [index, term] of terms) {
    const wider = new Map<number, number>();
    for (const [set, share] of choices) {
      wider.set(set, share * (1 - reveal));
      wider.set(set | (1 << index), share * reveal * Math.exp(term));
    }
    choices = wider;
  }
  return choices;
}

/**
 * What the bound of an any-order process is the mean of: l uniform in 1 … S, l random positions masked, S / l times the
 * log-probability of their targets.
 */
export async function expectedBound(text: GivenText): Promise<number> {
  const { count, termsOf } = subsets(text);
  const sums = new Float64Array(count + 1);
  const sizes = new Float64Array(count + 1);
  for (let done = 0; done < 2 ** count - 1; done++) {
    const terms = await termsOf(done);
    const sum = [...terms.values()].reduce((total, term) => total + term, 0);
    sums[terms.size] = at(sums, terms.size) + sum * (count / terms.size);
    sizes[terms.size] = at(sizes, terms.size) + 1;
  }
  let bound = 0;
  for (let masked = 1; masked <= count; masked++) bound += at(sums, masked) / at(sizes, masked);
  return count === 0 ? 0 : bound / count;
}

/** Open positions by index, and what each set of them, as bits, leaves: log-probabilities of the targets still open. */
function subsets(text: GivenText) {
  const open = text.ids.flatMap((id, position) => (id === null ? [position] : []));
  const known = new Map<number, ReadonlyMap<number, number>>();
  return {
    count: open.length,
    async termsOf(done: number): Promise<ReadonlyMap<number, number>> {
      const terms = known.get(done) ?? (await openTerms(text, open, done));
      known.set(done, terms);
      return terms;
    },
  };
}

async function openTerms(
  { models, ids, targets }: GivenText,
  open: readonly number[],
  done: number,
): Promise<ReadonlyMap<number, number>> {
  const isDone = (index: number) => (done & (1 << index)) !== 0;
  const filled = ids.slice();
  for (const [index, position] of open.entries()) {
    if (isDone(index)) filled[position] = targets[index] ?? null;
  }
  const terms = new Map<number, number>();
  for (const [index, position] of open.entries()) {
    const place = { position, target: targets[index] ?? -1 };
    if (!isDone(index)) terms.set(index, await maskedTerm(models, filled, place));
  }
  return terms;
}

/** log p(target) at a position, every open position masked. */
async function maskedTerm(
  { masked, facts }: LoadedModels,
  ids: readonly (number | null)[],
  { position, target }: { readonly position: number; readonly target: number },
): Promise<number> {
  assert(masked !== null && facts.maskId !== null, 'These processes are of a masked model.');
  const { maskId, bannedIds, vocabularySize } = facts;
  const hidden = await masked.encode(ids.map((id) => id ?? maskId));
  const width = masked.hiddenSize;
  const row = await masked.logits(hidden.slice(position * width, (position + 1) * width));
  let total = 0;
  for (let id = 0; id < vocabularySize; id++) {
    if (!bannedIds.includes(id)) total += Math.exp(at(row, id));
  }
  return at(row, target) - Math.log(total);
}

function at(values: Float32Array | Float64Array, index: number): number {
  return values[index] ?? Number.NaN;
}
