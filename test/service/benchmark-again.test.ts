import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchmarkInput } from '../../src/service/benchmarks.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/test-store.ts';
import { askedBenchmark, type Served, serveBenchmarks, untilOver } from './support/benchmarks.ts';
import { codeOf, viewer } from './support/set-up.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

let keys = 0;
async function named(served: Served, changes: Partial<BenchmarkInput> = {}) {
  keys += 1;
  return askedBenchmark(served, { idempotencyKey: `benchmark ${keys}`, ...changes });
}

const count = ({ service }: Served) => service.benchmarks.count({}, viewer);

describe('a benchmark that is sent again', () => {
  it('is the same one, at once, while it runs and when it is over, with each unit once', async () => {
    const served = serveBenchmarks(store);
    const { benchmarks } = served.service;
    const before = await count(served);
    const input = await named(served);
    const [first, second] = await Promise.all([
      benchmarks.start(input, viewer),
      benchmarks.start(input, viewer),
    ]);
    expect(second).toEqual(first);
    expect((await benchmarks.start(input, viewer)).id).toBe(first.id);
    const over = await untilOver(served, first.id);
    expect(await benchmarks.start(input, viewer)).toEqual(over);
    expect(await count(served)).toBe(before + 1);
    const { items } = await benchmarks.results(over);
    expect(items).toHaveLength(24);
  });

  it('is refused with another input', async () => {
    const served = serveBenchmarks(store);
    const { benchmarks } = served.service;
    const input = await named(served, { items: 1 });
    const { id } = await benchmarks.start(input, viewer);
    for (const changes of [{ seed: 4n }, { items: 2 }, { entrants: input.entrants.toReversed() }]) {
      expect(await codeOf(benchmarks.start({ ...input, ...changes }, viewer))).toBe('CONFLICT');
    }
    const { seed: _, ...unseeded } = input;
    expect(await codeOf(benchmarks.start(unseeded, viewer))).toBe('CONFLICT');
    await untilOver(served, id);
  });

  it('is told what is wrong with it before its key is looked up', async () => {
    const served = serveBenchmarks(store);
    const { benchmarks } = served.service;
    const input = await named(served, { items: 1 });
    const { id } = await benchmarks.start(input, viewer);
    await untilOver(served, id);
    await expect(
      benchmarks.start({ ...input, scoreDraws: 0, idempotencyKey: '' }, viewer),
    ).rejects.toMatchObject({
      problems: [
        {
          path: ['idempotencyKey'],
          message: 'idempotencyKey has 0 characters; it must have from 1 to 128.',
        },
        { path: ['scoreDraws'] },
      ],
    });
  });

  it('is found where another process has stored it meanwhile', async () => {
    const [one, other] = [serveBenchmarks(store), serveBenchmarks(store)];
    const input = await named(one, { items: 1 });
    const [first, second] = await Promise.all(
      [one, other].map(({ service }) => service.benchmarks.start(input, viewer)),
    );
    expect(second?.id).toBe(first?.id);
    await Promise.all([one, other].map((served) => untilOver(served, first?.id ?? '')));
  });
});
