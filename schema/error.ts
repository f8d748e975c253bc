/**
 * Errors as data: what a client may expect to go wrong, as members of result unions.
 *
 * An `InfillError` of an expected family is the value of these types as it is.
 */
import { type ErrorFamily, InfillError, type Problem } from '../src/errors.ts';
import type { Parts } from './parts.ts';

/** The object type of each family that clients get as data. */
const typeOfFamily = {
  validation: 'ValidationError',
  unsupported: 'UnsupportedError',
  'not-found': 'NotFoundError',
  busy: 'QueueFullError',
  conflict: 'ConflictError',
} as const satisfies Partial<Record<ErrorFamily, string>>;

type ExpectedFamily = keyof typeof typeOfFamily;

/** Wait before another attempt where the error does not say: about the length of a short run. */
const defaultRetryAfterMs = 1000;

/** The name of the object type of an expected error. */
export function errorTypeName(error: InfillError): string {
  return typeOfFamily[error.family as ExpectedFamily];
}

/** The error itself when clients get it as data; throws everything else on. */
export function expected(error: unknown): InfillError {
  if (error instanceof InfillError && error.family in typeOfFamily) return error;
  throw error;
}

/** A stream with an expected error, also of its start, as its last entry instead of a throw. */
export async function* endingWithExpected<T>(
  start: () => AsyncIterable<T>,
): AsyncGenerator<T | InfillError> {
  try {
    yield* start();
  } catch (error) {
    yield expected(error);
  }
}

/** Adds the error types; returns references for unions. */
export function defineErrors({ builder, enums }: Parts) {
  builder.interfaceType('Error', {
    description: 'Something a client can expect to go wrong, as data.',
    resolveType: errorTypeName,
    fields: (t) => ({
      message: t.exposeString('message', {
        description: 'A full sentence that names the offending value and the limit.',
      }),
      code: t.expose('code', {
        type: enums.errorCode,
        description: 'What went wrong, for programs.',
      }),
    }),
  });
  defineProblem({ builder, enums });
  const refs = {
    validation: builder.objectRef<InfillError>('ValidationError'),
    unsupported: builder.objectRef<InfillError>('UnsupportedError'),
    notFound: builder.objectRef<InfillError>('NotFoundError'),
    queueFull: builder.objectRef<InfillError>('QueueFullError'),
    conflict: builder.objectRef<InfillError>('ConflictError'),
  };
  refs.validation.implement({
    interfaces: ['Error'],
    description: 'The input is wrong and will stay wrong. Carries all problems at once.',
    fields: (t) => ({
      problems: t.field({ type: ['Problem'], description: 'At least one.', resolve: problemsOf }),
    }),
  });
  refs.unsupported.implement({
    interfaces: ['Error'],
    description: 'A valid request for something this decoder or model pack cannot do.',
  });
  refs.notFound.implement({
    interfaces: ['Error'],
    description: 'An id or a name that names nothing.',
  });
  refs.queueFull.implement({
    interfaces: ['Error'],
    description: 'The server takes no more runs now.',
    fields: (t) => ({
      retryAfterMs: t.int({
        description: 'How long to wait before another attempt, in milliseconds.',
        resolve: (error) => error.retryAfterMs ?? defaultRetryAfterMs,
      }),
    }),
  });
  refs.conflict.implement({
    interfaces: ['Error'],
    description: 'Contradicts something that was acknowledged before.',
  });
  return Object.values(refs);
}

function defineProblem({ builder, enums }: Pick<Parts, 'builder' | 'enums'>): void {
  builder.objectType('Problem', {
    description: 'One thing that is wrong with an input.',
    fields: (t) => ({
      path: t.exposeStringList('path', {
        description:
          'Where: field names from the root of the input, list indices as decimal strings.',
      }),
      code: t.expose('code', {
        type: enums.errorCode,
        description: 'What is wrong, for programs.',
      }),
      message: t.exposeString('message', { description: 'A full sentence.' }),
      value: t.exposeString('value', { nullable: true, description: 'The offending value.' }),
      limit: t.exposeString('limit', { nullable: true, description: 'The limit it breaks.' }),
    }),
  });
}

function problemsOf(error: InfillError): readonly Problem[] {
  if (error.problems.length > 0) return error.problems;
  return [{ path: [], code: error.code, message: error.message, value: null, limit: null }];
}
