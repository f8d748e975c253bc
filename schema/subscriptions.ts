/**
 * The operations that follow infills, entry by entry.
 */
import type { InfillEvent } from '../src/service/service.ts';
import { endingOnReturn } from './ending-on-return.ts';
import { type ExpectedError, endingWithExpected } from './error.ts';
import { requireIdOf } from './global-id.ts';
import { type InfillValue, infillInputOf } from './infill-input.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

/** Adds `infill` and `infillEvents`. */
export function defineSubscriptions({ builder, service }: Parts, types: OperationTypes): void {
  builder.subscriptionField('infill', (t) =>
    t.field({
      type: types.streamItem,
      authScopes: { INFILL: true },
      description:
        'Fills a text and tells every step; cancelled when the client leaves before the last event, unless ' +
        '`onDisconnect` says otherwise. With the `idempotencyKey` of an earlier call it tells the events of that ' +
        'infill, from the first.',
      args: {
        input: t.arg({ type: types.input, required: true, description: 'What to fill, and how.' }),
      },
      subscribe: (_, args, { viewer, signal }) =>
        following(
          (own) => service.streamInfill(infillInputOf(args.input, service), viewer, own),
          signal,
          args.input,
        ),
      resolve: (item) => item,
    }),
  );
  builder.subscriptionField('infillEvents', (t) =>
    t.field({
      type: types.streamItem,
      description:
        'The events of an infill: those that happened, then live ones, up to the last event. An infill that is to ' +
        'be cancelled on disconnection goes on while somebody follows it here, and ends with the last who does.',
      args: {
        id: t.arg.id({ required: true, description: 'Global id of an infill.' }),
        after: t.arg.int({ description: 'Only events with a larger `seq`; all when absent.' }),
      },
      subscribe: (_, { id, after }, { viewer, signal }) =>
        following(
          (own) => service.infillEvents(requireIdOf('Infill', id), after ?? null, viewer, own),
          signal,
        ),
      resolve: (item) => item,
    }),
  );
}

function following(
  start: (signal: AbortSignal) => AsyncIterable<InfillEvent>,
  signal: AbortSignal,
  asked?: InfillValue,
): AsyncIterableIterator<InfillEvent | ExpectedError> {
  return endingOnReturn((own) => endingWithExpected(() => start(own), asked), signal);
}
