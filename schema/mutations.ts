/**
 * The operations that start and stop infills.
 */
import { asResult } from './error.ts';
import { requireIdOf } from './global-id.ts';
import { infillInputOf } from './infill-input.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

/** Adds `infill`, `submitInfill` and `cancelInfill`. */
export function defineMutations(
  { builder, service }: Parts,
  { input, result }: OperationTypes,
): void {
  const inputArg = { type: input, required: true, description: 'What to fill, and how.' } as const;
  const cancelInput = builder.inputType('CancelInfillInput', {
    description: 'Which infill to cancel.',
    fields: (t) => ({ id: t.id({ required: true, description: 'Global id of an infill.' }) }),
  });
  builder.mutationField('infill', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description:
        'Fills a text and answers when it is done, or after `waitMs`; cancelled when the client leaves before, unless ' +
        '`onDisconnect` says otherwise. With the `idempotencyKey` of an earlier call it answers with that infill.',
      args: { input: t.arg(inputArg) },
      resolve: (_, args, { viewer, signal }) =>
        asResult(
          () => service.infill(infillInputOf(args.input, service), viewer, signal),
          args.input,
        ),
    }),
  );
  builder.mutationField('submitInfill', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description:
        'Takes a text in and answers at once with the waiting infill; follow it with `infillEvents`. It goes on ' +
        'without its client, unless `onDisconnect` says otherwise.',
      args: { input: t.arg(inputArg) },
      resolve: (_, args, { viewer }) =>
        asResult(
          () => service.submitInfill(infillInputOf(args.input, service), viewer),
          args.input,
        ),
    }),
  );
  builder.mutationField('cancelInfill', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description:
        'Stops an infill within one decode step, and answers with the state it found. Idempotent.',
      args: { input: t.arg({ type: cancelInput, required: true, description: 'Which infill.' }) },
      resolve: (_, args, { viewer }) =>
        asResult(() => service.cancelInfill(requireIdOf('Infill', args.input.id), viewer)),
    }),
  );
}
