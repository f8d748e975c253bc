/**
 * What happens to an infill, as the entries of a subscription.
 */
import { InfillError } from '../src/errors.ts';
import type { Infill, InfillEvent } from '../src/service/service.ts';
import type { Context } from './context.ts';
import { encodeId } from './global-id.ts';
import type { Parts } from './parts.ts';

type EventOf<K extends InfillEvent['type']> = Extract<InfillEvent, { readonly type: K }>;

const typeNames = {
  queued: 'InfillQueued',
  started: 'InfillStarted',
  committed: 'InfillTokensCommitted',
  revised: 'InfillTokensRevised',
  lagged: 'InfillLagged',
  completed: 'InfillCompleted',
  failed: 'InfillFailed',
  cancelled: 'InfillCancelled',
} as const satisfies Record<InfillEvent['type'], string>;

/** The name of an event's object type. */
export function eventTypeName(event: InfillEvent): string {
  return typeNames[event.type];
}

/** Adds the interface `InfillEvent` and its types; returns references for the union. */
export function defineInfillEvents(parts: Parts) {
  const { builder } = parts;
  builder.interfaceType('InfillEvent', {
    description: 'Something that happened to an infill. In its log, `seq` counts without gaps.',
    resolveType: eventTypeName,
    fields: (t) => ({
      infillId: t.id({
        description: 'Global id of the infill.',
        resolve: ({ infillId }) => encodeId('Infill', infillId),
      }),
      seq: t.exposeInt('seq', {
        description: 'Counts from 0; the last one seen is the `after` to go on from.',
      }),
      at: t.expose('at', { type: 'DateTime', description: 'When it happened.' }),
    }),
  });
  return [...defineProgress(parts), ...defineTokenEvents(parts), ...defineTerminal(parts)];
}

function defineProgress({ builder }: Parts) {
  const queued = builder.objectRef<EventOf<'queued'>>(typeNames.queued).implement({
    interfaces: ['InfillEvent'],
    description: 'It waits for its turn.',
    fields: (t) => ({ position: t.exposeInt('position', { description: 'Runs ahead of it.' }) }),
  });
  const started = builder.objectRef<InfillEvent>(typeNames.started).implement({
    interfaces: ['InfillEvent'],
    description: 'Its turn has come.',
  });
  return [queued, started];
}

function defineTokenEvents({ builder }: Parts) {
  const slots = 'The slots that changed, with their text so far.';
  const committed = builder.objectRef<EventOf<'committed'>>(typeNames.committed).implement({
    interfaces: ['InfillEvent'],
    description: 'The decoder chose tokens.',
    fields: (t) => ({
      tokens: t.expose('tokens', {
        type: ['CommittedToken'],
        description: 'The tokens, as they were chosen.',
      }),
      slots: t.expose('slots', { type: ['SlotUpdate'], description: slots }),
    }),
  });
  const revised = builder.objectRef<EventOf<'revised'>>(typeNames.revised).implement({
    interfaces: ['InfillEvent'],
    description:
      'Tokens were taken back, and others may have been chosen: by the decoder, or because another candidate ranks first.',
    fields: (t) => ({
      tokens: t.expose('tokens', { type: ['CommittedToken'], description: 'The tokens it chose.' }),
      reopened: t.exposeIntList('reopened', { description: 'Positions that are open again.' }),
      slots: t.expose('slots', { type: ['SlotUpdate'], description: slots }),
    }),
  });
  const lagged = builder.objectRef<EventOf<'lagged'>>(typeNames.lagged).implement({
    interfaces: ['InfillEvent'],
    description:
      'In place of events this subscriber was too slow for, or that were not kept; `seq` is the last one covered.',
    fields: (t) => ({
      skippedFrom: t.exposeInt('skippedFrom', { description: 'The first `seq` that was skipped.' }),
      slots: t.expose('slots', {
        type: ['SlotUpdate'],
        description: 'All slots, with their text so far; none where no text is kept.',
      }),
    }),
  });
  return [committed, revised, lagged];
}

function defineTerminal({ builder, enums }: Parts) {
  const description = 'The infill as it ended.';
  const completed = builder.objectRef<InfillEvent>(typeNames.completed).implement({
    interfaces: ['InfillEvent'],
    description: 'Every slot is filled. The last event.',
    fields: (t) => ({ infill: t.field({ type: 'Infill', description, resolve: infillOf }) }),
  });
  const cancelled = builder.objectRef<InfillEvent>(typeNames.cancelled).implement({
    interfaces: ['InfillEvent'],
    description: 'It was ended on purpose. The last event.',
    fields: (t) => ({
      infill: t.field({ type: 'Infill', description, resolve: infillOf }),
      reason: t.field({
        type: enums.cancelReason,
        nullable: true,
        description: 'Why; null of infills from before reasons were kept.',
        resolve: async (event, args, context) =>
          (await infillOf(event, args, context)).cancelReason,
      }),
    }),
  });
  const failed = builder.objectRef<EventOf<'failed'>>(typeNames.failed).implement({
    interfaces: ['InfillEvent'],
    description: 'It ended by an error. The last event.',
    fields: (t) => ({
      infill: t.field({ type: 'Infill', description, resolve: infillOf }),
      error: t.expose('error', { type: 'RunError', description: 'Why it failed.' }),
    }),
  });
  return [completed, cancelled, failed];
}

async function infillOf(
  { infillId }: InfillEvent,
  _: unknown,
  { infills }: Context,
): Promise<Infill> {
  const infill = await infills.load(infillId);
  // Deleted, or forgotten, while its last event was still to be read.
  if (infill === null) throw new InfillError('UNKNOWN_RUN', 'The infill is not kept any longer.');
  return infill;
}
