import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { KeptFigures } from '../../src/service/kept-figures.ts';
import type { BenchmarkRow } from '../../src/store/benchmarks.ts';
import { exampleSummary } from '../benchmark/example-summary.ts';

const { results, cells, differences } = exampleSummary();
const [first, second] = results.entrants;
const goesOn = { id: 'a', finishedAt: null } as BenchmarkRow;
const over = { id: 'a', finishedAt: new Date(0) } as BenchmarkRow;

/** Counts what is computed; each computation takes `tookMs`. */
function keeping({ tookMs }: { readonly tookMs: number }) {
  const state = { now: 0, done: 0, computed: 0, read: 0, failure: null as Error | null, cells };
  const took = async <T>(value: T): Promise<T> => {
    state.computed += 1;
    state.now += tookMs;
    if (state.failure !== null) throw state.failure;
    return value;
  };
  const kept = new KeptFigures({
    figures: { cells: () => took(state.cells), differences: () => took(differences) },
    now: () => state.now,
    doneOf: async () => state.done,
    resultsOf: async () => {
      state.read += 1;
      return results;
    },
    storedCellsOf: async () => [],
  });
  return { state, kept };
}

describe('figures of a benchmark that goes on', () => {
  it('are computed once for all who ask while nothing is done', async () => {
    const { state, kept } = keeping({ tookMs: 1 });
    const all = await Promise.all([kept.cells(goesOn), kept.cells(goesOn)]);
    state.now += 1e6;
    expect(await kept.cells(goesOn)).toBe(cells);
    expect([all, state.computed]).toEqual([[cells, cells], 1]);
    await kept.cells({ ...goesOn, id: 'b' });
    expect(state.computed).toBe(2);
  });

  it('are computed at most a tenth of the time, while nobody waits for that', async () => {
    const { state, kept } = keeping({ tookMs: 100 });
    await kept.cells(goesOn);
    state.done = 1;
    state.now += 999;
    await kept.cells(goesOn);
    expect(state.computed).toBe(1);
    state.now += 1;
    const newer = [...cells];
    state.cells = newer;
    expect(await kept.cells(goesOn)).toBe(cells);
    expect(state.computed).toBe(2);
    await setImmediate();
    expect(await kept.cells(goesOn)).toBe(newer);
    expect(state.computed).toBe(2);
  });

  it('are computed again where that failed', async () => {
    const { state, kept } = keeping({ tookMs: 100 });
    state.failure = new Error('No.');
    await expect(kept.cells(goesOn)).rejects.toThrow('No.');
    state.failure = null;
    expect(await kept.cells(goesOn)).toBe(cells);
    Object.assign(state, { failure: new Error('Not now.'), done: 1, now: 1e6 });
    for (let turn = 0; turn < 3; turn++) {
      expect(await kept.cells(goesOn)).toBe(cells);
      await setImmediate();
    }
    expect(state.computed).toBe(3);
  });
});

describe('results with their figures', () => {
  it('are read once for all who ask meanwhile, and not kept', async () => {
    const { state, kept } = keeping({ tookMs: 1 });
    const [one, other] = await Promise.all([kept.summary(goesOn), kept.summary(goesOn)]);
    expect(one).toMatchObject({ results, cells, differences });
    expect([other === one, state.read]).toEqual([true, 1]);
    await kept.summary(goesOn);
    expect(state.read).toBe(2);
  });

  it('are never older than the units of a benchmark that is over', async () => {
    const { state, kept } = keeping({ tookMs: 1 });
    const before = kept.summary(over);
    await Promise.resolve();
    state.done = 5;
    expect(await kept.summary(over)).not.toBe(await before);
  });
});

describe('figures of a benchmark that is over', () => {
  it('are never older than its units', async () => {
    const { state, kept } = keeping({ tookMs: 100 });
    await kept.differences(goesOn, 'x');
    await kept.differences(over, 'x');
    await kept.differences(over, 'x', ['EXACT_MATCH']);
    expect(state.computed).toBe(2);
    // Fills made elsewhere were taken in.
    state.done = 5;
    await kept.differences(over, 'x');
    expect(state.computed).toBe(3);
    expect(await kept.cells(over)).toEqual([]);
  });

  it('are those of the metrics that are asked for, from the baseline that is', async () => {
    const { state, kept } = keeping({ tookMs: 1 });
    const asked = await kept.differences(over, first?.id ?? '', ['EXACT_MATCH']);
    expect(new Set(asked.map(({ metric }) => metric))).toEqual(new Set(['EXACT_MATCH']));
    await kept.differences(over, second?.id ?? '');
    expect(state.computed).toBe(2);
  });
});
