/**
 * What of a benchmark is left to do: its units in their order, without those that are stored.
 *
 * Knows rows and places; does no unit.
 */
import { type Masking, maskingName } from '../benchmark/masking.ts';
import type { ServedPack } from '../dispatch/dispatcher.ts';
import { InfillError } from '../errors.ts';
import { readUnitKeys, type UnitKey } from '../store/benchmark-units.ts';
import { type BenchmarkRow, type EntrantRow, readEntrants } from '../store/benchmarks.ts';
import type { Database } from '../store/database.ts';
import { findDatasets, readItems } from '../store/datasets.ts';
import type { Unit } from './benchmark-attempts.ts';
import { datasetItemOf } from './datasets.ts';

/** Of one benchmark, imported ones included: it spaces the ordinals of units. */
export const maxEntrants = 32;

const itemsPerRead = 50;

/** The work at a benchmark. */
export type BenchmarkWork = {
  readonly datasetDigest: string;
  /** Units in all, those of imported entrants included. */
  readonly total: number;
  /** Those that are not stored, item by item: all entrants do one after another what is compared. */
  units(): AsyncGenerator<Unit>;
};

/**
 * Reads what is left.
 *
 * @throws UNKNOWN_MODEL where a pack of an entrant is not served, or another one under its name: figures would be of both.
 */
export async function readWork(
  database: Database,
  benchmark: BenchmarkRow,
  packs: readonly ServedPack[],
): Promise<BenchmarkWork> {
  const { id, owner, datasetId, itemCount, maskings } = benchmark;
  const [dataset] = await findDatasets(database, owner, [datasetId]);
  if (!dataset) throw new InfillError('STORE_FAILED', 'The dataset of the benchmark is gone.');
  const everyone = await readEntrants(database, id);
  const entrants = everyone.filter(({ isImported }) => !isImported);
  for (const entrant of entrants) requireServed(entrant, packs);
  const done = new Set((await readUnitKeys(database, id)).map(unitName));
  return {
    datasetDigest: dataset.digest,
    total: itemCount * maskings.length * everyone.length,
    units: () => unitsLeft(database, benchmark, entrants, done),
  };
}

function requireServed(
  { label, packId, modelDigest }: EntrantRow,
  packs: readonly ServedPack[],
): void {
  const served = packs.find(({ id }) => id === packId);
  if (served?.digest === modelDigest) return;
  const now = served === undefined ? 'this server has no such pack' : `it now has ${served.digest}`;
  const message = `Entrant "${label}" is of model pack "${packId}" with digest ${modelDigest}; ${now}.`;
  throw new InfillError('UNKNOWN_MODEL', message);
}

async function* unitsLeft(
  database: Database,
  benchmark: BenchmarkRow,
  entrants: readonly EntrantRow[],
  done: ReadonlySet<string>,
): AsyncGenerator<Unit> {
  const { maskings, itemCount, datasetId } = benchmark;
  for (let start = 0; start < itemCount; start += itemsPerRead) {
    const after = start === 0 ? null : start - 1;
    const limit = Math.min(itemsPerRead, itemCount - start);
    const { items } = await readItems(database, datasetId, { after, limit });
    for (const row of items) {
      const item = datasetItemOf(row);
      const units = unitsOfItem({ item, maskings, entrants }, row.ordinal);
      yield* units.filter((unit) => !done.has(unitName(keyOf(unit))));
    }
  }
}

type ItemUnits = Pick<Unit, 'item'> & {
  readonly maskings: readonly Masking[];
  readonly entrants: readonly EntrantRow[];
};

function unitsOfItem({ item, maskings, entrants }: ItemUnits, itemOrdinal: number): Unit[] {
  return maskings.flatMap((masking, place) =>
    entrants.map((entrant) => {
      const ordinal = unitOrdinal({ item: itemOrdinal, masking: place, entrant }, maskings.length);
      return { item, masking, entrant, ordinal };
    }),
  );
}

/** The place of a unit among all of its benchmark: item by item, then masking by masking. Both are counted from 0. */
export function unitOrdinal(
  place: { readonly item: number; readonly masking: number; readonly entrant: EntrantRow },
  maskingCount: number,
): number {
  return (place.item * maskingCount + place.masking) * maxEntrants + place.entrant.ordinal;
}

function keyOf({ item, masking, entrant }: Unit): UnitKey {
  return { itemId: item.id, maskingName: maskingName(masking), entrantId: entrant.id };
}

function unitName({ entrantId, maskingName: masking, itemId }: UnitKey): string {
  return JSON.stringify([entrantId, masking, itemId]);
}
