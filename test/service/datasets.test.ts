import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/test-store.ts';
import { finished, importLines, serveBenchmarks } from './support/benchmarks.ts';
import { codeOf, viewer } from './support/set-up.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

describe('a dataset', () => {
  it('is deleted by its owner, once no benchmark is of it', async () => {
    const served = serveBenchmarks(store);
    const { benchmarks, datasets } = served.service;
    const { id } = await importLines(served);
    const { id: benchmarkId } = await finished(served, { items: 1, measures: ['FILL'] });
    await expect(datasets.delete(id, viewer)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `Dataset ${id} is that of 1 benchmark, which must be deleted first.`,
    });
    await benchmarks.delete(benchmarkId, viewer);
    const stranger = { ...viewer, owner: 'stranger' };
    expect(await codeOf(datasets.delete(id, stranger))).toBe('UNKNOWN_DATASET');
    await datasets.delete(id, viewer);
    expect(await datasets.find([id], viewer)).toEqual([null]);
  });
});
