import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { findRuns, finishRun, insertRun } from '../../src/store/runs.ts';
import { storeGate } from '../../src/store/store-gate.ts';
import { interruptUnfinished } from '../../src/store/unfinished-runs.ts';
import { smallDisk } from './support/folders.ts';
import { sampleEnd, sampleRun } from './support/sample-runs.ts';

const open = (dataDir: string) => openStore({ dataDir, serverUrl: null, now: Date.now });

/** Leaves about so many MiB free. */
function leaveFree(folder: string, megabytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const bytes = bavail * bsize - megabytes * 2 ** 20;
  writeFileSync(join(folder, 'ballast'), Buffer.alloc(bytes));
}

/** Inserts and finishes runs until the database refuses; ids of those that were acknowledged. */
async function fillUp({ database }: Store) {
  const finished: string[] = [];
  const queued: string[] = [];
  const end = sampleEnd('x'.repeat(200_000), 3);
  for (let count = 0; count < 2000; count++) {
    const run = sampleRun({ source: { text: `[MASK]${'y'.repeat(100_000)}` } });
    const isStored = await insertRun(database, run).then(
      () => true,
      () => false,
    );
    if (!isStored) return { finished, queued };
    queued.push(run.id);
    const isEnded = await finishRun(database, run.id, end).catch(() => null);
    if (isEnded === null) return { finished, queued };
    finished.push(run.id);
  }
  throw new Error('The disk did not fill up.');
}

describe('a disk that fills up', () => {
  it('refuses runs before it is full, stores the ends of those it took, and takes runs again', async ({
    skip,
  }) => {
    const folder = smallDisk(200) ?? skip('This user may not mount a file system.');
    const store = await open(folder);
    let now = 0;
    const gate = storeGate(store, { folder, minFreeMb: 32, now: () => now });
    gate.check();
    const run = await insertRun(store.database, sampleRun());
    leaveFree(folder, 24);
    now = 1000;
    expect(() => gate.check()).toThrow(/has 2\d MiB free; below 32 MiB/);
    expect(await finishRun(store.database, run.id, sampleEnd('cat'))).toBe(true);
    rmSync(join(folder, 'ballast'));
    now = 2000;
    gate.check();
    await store.close();
  }, 120_000);

  it('loses nothing that was acknowledged when it is full to the last byte', async ({ skip }) => {
    const folder = smallDisk(200) ?? skip('This user may not mount a file system.');
    const store = await open(folder);
    leaveFree(folder, 20);
    const { finished, queued } = await fillUp(store);
    await store.close().catch(() => null);
    rmSync(join(folder, 'ballast'));
    rmSync(join(folder, 'lacuna.lock'), { force: true });

    const again = await open(folder);
    await interruptUnfinished(again.database, new Date());
    const found = await findRuns(again.database, queued);
    expect(found.filter((run) => run === null)).toEqual([]);
    const statuses = new Set(found.map((run) => run?.status));
    expect([...statuses].every((status) => status === 'COMPLETED' || status === 'FAILED')).toBe(
      true,
    );
    const ended = await findRuns(again.database, finished);
    expect(ended.every((run) => run?.status === 'COMPLETED')).toBe(true);
    expect(finished.length).toBeGreaterThan(0);
    await again.close();
  }, 180_000);
});
