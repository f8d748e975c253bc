/**
 * Deleting infills that are over.
 */
import { type InfillError, problemsError } from '../src/errors.ts';
import type { InfillSelection } from '../src/service/service.ts';
import { asResult, isExpectedError } from './error.ts';
import { decodeIdOf } from './global-id.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

/** Most ids of one call. */
const maxIds = 100;

/** Value of `DeleteInfillsInput`: exactly one of its fields. */
type DeleteValue = {
  readonly ids?: readonly string[] | null | undefined;
  readonly finishedBefore?: Date | null | undefined;
};

/** Adds the field `deleteInfills` and its types. */
export function defineDeleteInfills(
  { builder, service }: Parts,
  { errors }: Pick<OperationTypes, 'errors'>,
): void {
  const input = builder.inputRef<DeleteValue>('DeleteInfillsInput');
  input.implement({
    isOneOf: true,
    description: 'Which infills to delete. Exactly one field.',
    fields: (t) => ({
      ids: t.idList({
        description: `Global ids, from 1 to ${maxIds}; all of infills of yours that are over.`,
      }),
      finishedBefore: t.field({
        type: 'DateTime',
        description: 'All infills of yours that ended before this time.',
      }),
    }),
  });
  const deleted = builder.objectRef<{ readonly count: number }>('DeletedInfills').implement({
    description: 'What was deleted, for good.',
    fields: (t) => ({ count: t.exposeInt('count', { description: 'How many infills.' }) }),
  });
  const result = builder.unionType('DeleteInfillsResult', {
    description: 'What was deleted, or what was wrong with the request; then nothing was.',
    types: [deleted, ...errors],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'DeletedInfills'),
  });
  builder.mutationField('deleteInfills', (t) =>
    t.field({
      type: result,
      authScopes: { ADMIN: true },
      description:
        'Deletes infills of yours that are over, with their events, for good. With `ids`, all or none: an id that is ' +
        'unknown, of somebody else, or of an infill that is not over is a problem of its own.',
      args: { input: t.arg({ type: input, required: true, description: 'Which infills.' }) },
      resolve: (_, args, { viewer }) =>
        asResult(async () => ({
          count: await service.deleteInfills(selectionOf(args.input), viewer),
        })),
    }),
  );
}

/** An id of something else stays in its place, as one that no infill has. @throws INVALID_INPUT */
function selectionOf({ ids, finishedBefore }: DeleteValue): InfillSelection {
  if (finishedBefore != null) return { finishedBefore };
  const given = ids ?? [];
  if (given.length === 0 || given.length > maxIds) throw wrongCount(given.length);
  return { ids: given.map((id) => decodeIdOf('Infill', id) ?? '') };
}

function wrongCount(count: number): InfillError {
  const limit = `from 1 to ${maxIds}`;
  const message = `The list has ${count} ids; it must have ${limit}.`;
  return problemsError([
    { path: ['ids'], code: 'INVALID_INPUT', message, value: String(count), limit },
  ]);
}
