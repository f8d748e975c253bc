/**
 * Who is asking and what is left of the limits.
 */
import type { Parts } from './parts.ts';

/** Adds `Viewer` and the field `viewer`. */
export function defineViewer({ builder, service }: Parts): void {
  builder.objectType('Viewer', {
    description: 'Who is asking, and the limits that apply.',
    fields: (t) => ({
      owner: t.exposeString('owner', { description: 'The name infills are stored under.' }),
      maxQueuedRuns: t.exposeInt('maxQueuedRuns', {
        description: 'Most runs that may wait at once.',
      }),
      queuedRuns: t.exposeInt('queuedRuns', { description: 'Runs that wait now.' }),
      maxRequestCost: t.exposeInt('maxRequestCost', {
        description:
          'Most open tokens of one request, times its samples, all lengths counted where all are decoded; of a ' +
          'bound, times its draws.',
      }),
    }),
  });
  builder.queryField('viewer', (t) =>
    t.field({
      type: 'Viewer',
      description: 'Who is asking, and the limits that apply.',
      resolve: (_, __, { viewer }) => service.viewer(viewer),
    }),
  );
}
