/**
 * Comparisons of a service that has none.
 */
import { InfillError } from '../../src/errors.ts';
import type { Service } from '../../src/service/service.ts';

/** There is no comparison, and none can be made. */
export const noComparisons: Service['comparisons'] = {
  compare: () => Promise.reject(new InfillError('UNSUPPORTED', 'Nothing is compared here.')),
  async *events(id) {
    yield await Promise.reject<never>(
      new InfillError('UNKNOWN_COMPARISON', `There is no comparison ${id}.`),
    );
  },
  find: async (ids) => ids.map(() => null),
  list: async () => ({ edges: [], hasNext: false, hasPrevious: false }),
  count: async () => 0,
};
