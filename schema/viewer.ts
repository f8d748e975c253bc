/**
 * Who is asking and what is left of the limits.
 */
import type { Balance, Service, Viewer, ViewerLimits } from '../src/service/service.ts';
import type { Builder } from './builder.ts';
import type { Parts } from './parts.ts';

/** Value of `Viewer`. */
export type ViewerState = Viewer & ViewerLimits & Balance;

/** Adds `Viewer` and the field `viewer`. */
export function defineViewer({ builder, enums, service }: Parts): void {
  builder.objectType('Viewer', {
    description: 'Who is asking, what for they may, and the limits that apply.',
    fields: (t) => ({
      owner: t.exposeString('owner', { description: 'The name infills are stored under.' }),
      scopes: t.field({
        type: [enums.scope],
        description: 'What the credential allows; everything where no API key is needed.',
        resolve: ({ scopes }) => [...scopes],
      }),
      keyName: t.string({
        nullable: true,
        description: 'Name of the API key; null of a client token, and where none is needed.',
        resolve: ({ credential }) => (credential.kind === 'API_KEY' ? credential.name : null),
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When the API key or client token expires; null where it does not.',
        resolve: ({ credential }) => (credential.kind === 'LOCAL' ? null : credential.expiresAt),
      }),
    }),
  });
  defineLimits(builder);
  builder.queryField('viewer', (t) =>
    t.field({
      type: 'Viewer',
      description: 'Who is asking, what for they may, and the limits that apply.',
      resolve: (_, __, { viewer }) => stateOf(viewer, service),
    }),
  );
}

function defineLimits(builder: Builder): void {
  builder.objectFields('Viewer', (t) => ({
    maxQueuedRuns: t.exposeInt('maxQueuedRuns', {
      description: 'Most runs of one priority that may wait at once.',
    }),
    queuedRuns: t.exposeInt('queuedRuns', { description: 'Interactive runs that wait now.' }),
    maxRequestCost: t.exposeInt('maxRequestCost', {
      description:
        'Most open tokens of one request, times its samples, all lengths counted where all are decoded; of a ' +
        'bound, times its draws.',
    }),
    costPerMinute: t.exposeInt('costPerMinute', {
      nullable: true,
      description: 'Most cost per minute of the API key, its tokens counted; null where none is.',
    }),
    costLeft: t.exposeInt('costLeft', {
      nullable: true,
      description: 'What may be spent of it now; it fills up again all the time.',
    }),
    budgetLeft: t.exposeInt('budgetLeft', {
      nullable: true,
      description: 'What a client token may still spend in all; null of other credentials.',
    }),
  }));
}

async function stateOf(viewer: Viewer, service: Service): Promise<ViewerState> {
  return { ...viewer, ...service.viewer(viewer), ...(await service.balance(viewer)) };
}
