import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { InfillError, type Problem } from '../../src/errors.ts';
import type { BenchmarkInput } from '../../src/service/benchmarks.ts';
import { countUnfinished } from '../../src/store/benchmarks.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/test-store.ts';
import { askedBenchmark, importLines, type Served, serveBenchmarks } from './support/benchmarks.ts';
import { viewer } from './support/set-up.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

vi.setConfig({ testTimeout: 20_000 });

const serve = () => serveBenchmarks(store);
const words = { kind: 'RATE', rate: 0.5, unit: 'WORD' } as const;

async function problemsOf(
  served: Served,
  changes: Partial<BenchmarkInput>,
): Promise<readonly Problem[]> {
  const asked = await askedBenchmark(served, changes);
  const error: unknown = await served.service.benchmarks
    .start(asked, viewer)
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof InfillError)) throw new Error('Nothing was refused.');
  return error.problems;
}

const places = (problems: readonly Problem[]) => problems.map(({ path }) => path.join('.'));

describe('a dataset', () => {
  it('is not taken in while there is no room for it', async () => {
    const served = serve();
    served.gate.check = () => {
      throw new InfillError('STORAGE_FULL', 'The disk is full.');
    };
    await expect(importLines(served, 'a new text')).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  });

  it('is refused with what is wrong with its name and with its lines', async () => {
    const { service } = serve();
    const facts = { name: '', licence: 'CC0-1.0', source: 'test', format: 'JSONL' } as const;
    const error = await service.datasets
      .import({ ...facts, content: { inline: '{}' } }, viewer)
      .catch((thrown: InfillError) => thrown);
    expect('problems' in error && places(error.problems)).toEqual([
      'name',
      'content.1',
      'content.1',
    ]);
  });
});

describe('a benchmark before its first unit', () => {
  it('has 100,000 units at most, also where all its fills are to be imported', async () => {
    const served = serve();
    const texts = Array.from({ length: 3126 }, (_, index) => `Text ${index} of many.`);
    const { id } = await importLines(served, texts.join('\n'));
    const maskings = Array.from({ length: 32 }, (_, index) => ({
      ...words,
      rate: (index + 1) / 100,
    }));
    const problems = await problemsOf(served, { dataset: id, maskings, entrants: [] });
    expect(problems).toMatchObject([{ value: '100032', limit: '100000' }]);
  });

  it('names the items that a masking of tokens does not fit, with all else that is wrong', async () => {
    const served = serve();
    const lines = Array.from({ length: 60 }, (_, index) =>
      index === 54 ? 'abc' : `A longer text, number ${index}.`,
    );
    const { id } = await importLines(served, lines.join('\n'));
    const problems = await problemsOf(served, {
      dataset: id,
      name: 'a\0b',
      measures: ['FILL', 'FILL'],
      maskings: [null, words, { kind: 'SPAN', length: 4, unit: 'TOKEN' }],
      entrants: [{ label: 'a' }, { label: 'a', model: 'nobody' }],
      problems: [
        {
          path: ['maskings', '0'],
          code: 'INVALID_INPUT',
          message: 'No.',
          value: null,
          limit: null,
        },
      ],
    });
    expect(places(problems).toSorted()).toEqual([
      'entrants.1',
      'entrants.1.model',
      'maskings.0',
      'maskings.2',
      'measures.1',
      'name',
    ]);
    expect(problems.find(({ path }) => path.join('.') === 'maskings.2')).toMatchObject({
      message: 'Item "55" has 3 tokens; span-4-token needs 5.',
      value: '55',
    });
  });

  it('names the items that are too long for a model pack', async () => {
    const served = serve();
    const { id } = await importLines(served, ['short one', 'x'.repeat(1200)].join('\n'));
    const [first, ...others] = await problemsOf(served, { dataset: id, maskings: [words] });
    expect(first).toMatchObject({ path: ['entrants', '0'], code: 'PROMPT_TOO_LONG', value: '2' });
    expect(first?.message).toContain('1200 tokens; the limit of model pack "scripted" is 1000.');
    expect(others).toEqual([]);
  });

  it('tells what an entrant may not do with the longest item', async () => {
    const served = serve();
    served.dispatcher.likelihood = 'ELBO';
    served.dispatcher.openTokens = 50;
    const problems = await problemsOf(served, { scoreDraws: 1024, maskings: [words] });
    expect(places(problems)).toEqual(['entrants.0', 'entrants.1']);
    expect(problems[0]).toMatchObject({ code: 'COST_TOO_HIGH' });
    expect(problems[0]?.message).toMatch(/^Item "\d" under rate-0.5-word: The request costs 51200/);
  });

  it('refuses entrants that cannot be measured', async () => {
    const served = serve();
    served.dispatcher.likelihood = 'NONE';
    const problems = await problemsOf(served, { measures: ['SCORE'] });
    expect(places(problems)).toEqual(['entrants.0.decoder', 'entrants.1.decoder']);
    expect(problems.map(({ code }) => code)).toEqual(['UNSUPPORTED', 'UNSUPPORTED']);
  });

  it('is not tried where its owner has too many that have not ended, or are being tried', async () => {
    const served = serve();
    const { benchmarks, datasets } = served.service;
    const crowd = { ...viewer, owner: 'crowd' };
    const facts = { name: 'few', licence: 'CC0-1.0', source: 'test', format: 'LINES' } as const;
    const { id } = await datasets.import({ ...facts, content: { inline: 'One. Two.' } }, crowd);
    const asked = { ...(await askedBenchmark(served, { maskings: [words] })), dataset: id };
    served.dispatcher.isFull = true;
    const starts = await Promise.allSettled(
      Array.from({ length: 9 }, () => benchmarks.start(asked, crowd)),
    );
    const begun = starts.flatMap((start) => (start.status === 'fulfilled' ? start.value.id : []));
    expect(begun).toHaveLength(8);
    expect(starts.at(-1)).toMatchObject({ reason: { code: 'QUEUE_FULL' } });
    served.dispatcher.tokenize = () => Promise.reject(new Error('It is tried.'));
    await expect(benchmarks.start(asked, crowd)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    const wrong = benchmarks.start({ ...asked, name: '' }, crowd);
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    // One that is being stored may be there already: who counts it as that does not count its row.
    expect(await countUnfinished(store.database, 'crowd', [])).toBe(8);
    expect(await countUnfinished(store.database, 'crowd', begun.slice(0, 3))).toBe(5);
    for (const each of begun) await benchmarks.cancel(each, crowd);
  });

  it('tells what a unit costs more than the API key may ever spend', async () => {
    const served = serve();
    served.dispatcher.openTokens = 7;
    const asked = await askedBenchmark(served, { measures: ['FILL'] });
    const key = { id: 'k', name: 'slow', costPerMinute: 6, expiresAt: null };
    const slow = { ...viewer, credential: { kind: 'API_KEY', ...key } } as const;
    await expect(served.service.benchmarks.start(asked, slow)).rejects.toMatchObject({
      code: 'COST_TOO_HIGH',
    });
  });
});
