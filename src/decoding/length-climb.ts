/**
 * Which lengths of slots are tried, in which order, and which win: hill-climbing with patience, one slot at a time.
 *
 * Knows lengths and the figures it is told; knows no model. Follows CAL, arXiv:2602.00476.
 */

/** One figure that the climb asks for: how good the length of `slot` is when the slots have `lengths`. */
export type LengthProbe = { readonly lengths: readonly number[]; readonly slot: number };

/** A climb goes on in one direction until this many lengths in a row are no better than the best. */
const patience = 2;

/** Several slots of unknown length are gone through twice: the first were climbed beside lengths that changed since. */
const maxSweeps = 2;

/**
 * Climbs from the middle of each slot's lengths, slots in reading order: from where it stands to shorter ones, then to
 * longer ones. The best of what was tried wins; ties go to the shorter. Ends with the lengths by slot.
 *
 * Asks for a figure at most once per slot and lengths, so at most `maxProbes` times.
 *
 * @param allowed - by slot, ascending, at least one each.
 */
export function* climbLengths(
  allowed: readonly (readonly number[])[],
): Generator<LengthProbe, readonly number[], number> {
  const lengths = allowed.map((candidates) => candidates[(candidates.length - 1) >> 1] ?? 0);
  const known = new Map<string, number>();
  for (let sweep = 0; sweep < sweepCount(allowed); sweep++) {
    const before = lengths.join();
    for (const [slot, candidates] of allowed.entries()) {
      if (candidates.length === 1) continue;
      lengths[slot] = yield* climbSlot({ lengths, slot }, candidates, known);
    }
    if (lengths.join() === before) break;
  }
  return lengths;
}

/** The most figures that a climb asks for: every length of every slot, once, or twice where several are unknown. */
export function maxProbes(allowed: readonly (readonly number[])[]): number {
  const counts = allowed.map(({ length }) => length).filter((length) => length > 1);
  return sweepCount(allowed) * counts.reduce((sum, count) => sum + count, 0);
}

function sweepCount(allowed: readonly (readonly number[])[]): number {
  const unknownCount = allowed.filter(({ length }) => length > 1).length;
  return Math.min(unknownCount, maxSweeps);
}

type Found = { readonly index: number; readonly figure: number };
type Climb<Result> = Generator<LengthProbe, Result, number>;

function* climbSlot(
  { lengths, slot }: LengthProbe,
  candidates: readonly number[],
  known: Map<string, number>,
): Climb<number> {
  function* foundAt(index: number): Climb<Found> {
    const probe = { slot, lengths: lengths.with(slot, candidates[index] ?? 0) };
    const key = `${slot}:${probe.lengths.join()}`;
    const figure = known.get(key) ?? (yield probe);
    known.set(key, figure);
    return { index, figure };
  }
  const start = candidates.indexOf(lengths[slot] ?? 0);
  const shorter = Array.from({ length: start }, (_, index) => start - 1 - index);
  const longer = Array.from(candidates.keys()).slice(start + 1);
  const found = yield* foundAt(start);
  const best = yield* climbAlong(longer, yield* climbAlong(shorter, found, foundAt), foundAt);
  return candidates[best.index] ?? 0;
}

/** Goes along `indices` until `patience` in a row are no better than the best, and returns that. */
function* climbAlong(
  indices: readonly number[],
  from: Found,
  foundAt: (index: number) => Climb<Found>,
): Climb<Found> {
  let best = from;
  let misses = 0;
  for (const index of indices) {
    if (misses === patience) break;
    const found = yield* foundAt(index);
    const isBetter =
      found.figure > best.figure || (found.figure === best.figure && found.index < best.index);
    misses = isBetter ? 0 : misses + 1;
    if (isBetter) best = found;
  }
  return best;
}
