/**
 * The operations that start and stop infills.
 */
import { InfillError } from '../src/errors.ts';
import { asResult } from './error.ts';
import { decodeIdOf } from './global-id.ts';
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
        'Fills a text and answers when it is done; cancelled when the client leaves before.',
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
        'Takes a text in and answers at once with the waiting infill; follow it with `infillEvents`.',
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
        asResult(() => service.cancelInfill(runIdOf(args.input.id), viewer)),
    }),
  );
}

/** The id of the run that a global id names. @throws UNKNOWN_RUN for anything else. */
export function runIdOf(globalId: string): string {
  const id = decodeIdOf('Infill', globalId);
  if (id === null) throw new InfillError('UNKNOWN_RUN', 'The id given is not the id of an infill.');
  return id;
}
