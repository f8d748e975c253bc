/**
 * Whether a new run could be kept: the database is this process's own, and its disk has room.
 *
 * Knows a folder's file system; knows no run.
 */
import { statfsSync } from 'node:fs';
import { InfillError } from '../errors.ts';
import type { Store } from './open-store.ts';

/** What refuses new runs. */
export type StoreGate = {
  /** @throws STORAGE_FULL; STORE_UNAVAILABLE */
  check(): void;
};

/** The disk of the embedded database. */
export type WatchedDisk = {
  /** Exists. */
  readonly folder: string;
  /** MiB; 0 is always met. */
  readonly minFreeMb: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** How old a figure of free space may be. */
const lookAgainMs = 1000;
/** Space comes back when somebody makes room. */
const retryAfterFullMs = 30_000;
const retryAfterLostMs = 2000;
const mebibyte = 2 ** 20;

/** Makes the gate of a store. @param disk - null where the database is not on this machine. */
export function storeGate(store: Pick<Store, 'isHeld'>, disk: WatchedDisk | null): StoreGate {
  const freeMb = disk === null ? () => Number.POSITIVE_INFINITY : freeSpaceOf(disk);
  return {
    check() {
      if (!store.isHeld()) throw databaseLost();
      const free = freeMb();
      if (disk !== null && free < disk.minFreeMb) throw diskFull(free, disk);
    },
  };
}

/** Free MiB for this process, asked of the system at most once in `lookAgainMs`. */
function freeSpaceOf({ folder, minFreeMb, now }: WatchedDisk): () => number {
  if (minFreeMb === 0) return () => Number.POSITIVE_INFINITY;
  let free = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() - lookedAt >= lookAgainMs) {
      free = freeMbOf(folder);
      lookedAt = now();
    }
    return free;
  };
}

function freeMbOf(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return (bavail * bsize) / mebibyte;
  } catch (cause) {
    throw diskLost(cause);
  }
}

function diskFull(free: number, { minFreeMb }: WatchedDisk): InfillError {
  return new InfillError(
    'STORAGE_FULL',
    `The disk of the database has ${Math.floor(free)} MiB free; below ${minFreeMb} MiB no infill is taken in.`,
    { retryAfterMs: retryAfterFullMs },
  );
}

function diskLost(cause: unknown): InfillError {
  return new InfillError(
    'STORE_UNAVAILABLE',
    'The folder of the database cannot be reached; no infill is taken in until it is back.',
    { cause, retryAfterMs: retryAfterLostMs },
  );
}

function databaseLost(): InfillError {
  return new InfillError(
    'STORE_UNAVAILABLE',
    'The database cannot be reached, or another server uses it; no infill is taken in until it is back.',
    { retryAfterMs: retryAfterLostMs },
  );
}
