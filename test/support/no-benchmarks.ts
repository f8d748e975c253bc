/**
 * Datasets and benchmarks of a service that has none.
 */
import { InfillError } from '../../src/errors.ts';
import type { Service } from '../../src/service/service.ts';

/** There is no dataset, and none can be made. */
export const noDatasets: Service['datasets'] = {
  list: async () => [],
  find: async (ids) => ids.map(() => null),
  require: (id) => Promise.reject(new InfillError('UNKNOWN_DATASET', `There is no dataset ${id}.`)),
  items: async () => ({ items: [], hasNext: false }),
  firstItems: async () => [],
  async *lines() {
    yield '';
  },
  delete: (id) => Promise.reject(new InfillError('UNKNOWN_DATASET', `There is no dataset ${id}.`)),
  import: () => Promise.reject(new InfillError('UNSUPPORTED', 'There are no datasets here.')),
  async *importing() {
    yield await Promise.reject<never>(new InfillError('UNSUPPORTED', 'No datasets here.'));
  },
};

const noBenchmark = (id: string) =>
  Promise.reject(new InfillError('UNKNOWN_BENCHMARK', `There is no benchmark ${id}.`));

/** There is no benchmark, and none can be started. */
export const noBenchmarks: Service['benchmarks'] = {
  resume: async () => 0,
  stop: async () => undefined,
  start: () => Promise.reject(new InfillError('UNSUPPORTED', 'There are no benchmarks here.')),
  cancel: noBenchmark,
  delete: noBenchmark,
  find: async (ids) => ids.map(() => null),
  list: async () => ({ edges: [], hasNext: false, hasPrevious: false }),
  count: async () => 0,
  leaderboard: async () => ({ rows: [], total: 0 }),
  require: noBenchmark,
  entrants: async () => [],
  importFills: ({ benchmarkId }) => noBenchmark(benchmarkId),
  progress: async () => ({ done: 0, failed: 0, total: 0, secondsLeft: null }),
  cells: async () => [],
  differences: async () => [],
  results: ({ id }) => noBenchmark(id),
  exported: noBenchmark,
  async *maskedLines({ datasetId }) {
    yield await noBenchmark(datasetId);
  },
  units: async () => ({ units: [], hasNext: false }),
  async *events(id) {
    yield await noBenchmark(id);
  },
};
