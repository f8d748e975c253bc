/**
 * Errors as data: what a client may expect to go wrong, as members of result unions.
 *
 * GraphQL throws any `Error` a resolver returns, so an `InfillError` becomes a plain object here.
 */
import { type ErrorFamily, InfillError, type Problem } from '../src/errors.ts';
import type { DecoderDescription } from '../src/service/service.ts';
import type { Builder } from './builder.ts';
import { type DecoderChoice, isByName, optionsPath } from './decoder-input.ts';
import type { Parts } from './parts.ts';

/** The object type of each family that clients get as data. */
const typeOfFamily = {
  validation: 'ValidationError',
  unsupported: 'UnsupportedError',
  'not-found': 'NotFoundError',
  busy: 'QueueFullError',
  limited: 'RateLimitedError',
  conflict: 'ConflictError',
} as const satisfies Partial<Record<ErrorFamily, string>>;

/** An `InfillError` of an expected family, as the value of its object type. */
export type ExpectedError = Pick<InfillError, 'code' | 'message' | 'problems' | 'retryAfterMs'> & {
  readonly typeName: (typeof typeOfFamily)[keyof typeof typeOfFamily] | 'DecodingError';
  /** The request. */
  readonly asked: Asked;
};

/** A request, as far as the paths of its problems depend on it; one that compares has its entrants. */
type Asked = {
  readonly decoder?: DecoderChoice | null | undefined;
  readonly entrants?: readonly Asked[] | null | undefined;
};

/** Wait before another attempt where the error does not say: about the length of a short run. */
const defaultRetryAfterMs = 1000;

/** Whether a member of a result union is an error. */
export function isExpectedError(value: object): value is ExpectedError {
  return 'typeName' in value;
}

/** The error as data when clients get it so; throws everything else on. */
export function expected(error: unknown, asked: Asked = {}): ExpectedError {
  if (!(error instanceof InfillError && isExpectedFamily(error.family))) throw error;
  const { code, message, problems, retryAfterMs } = error;
  return { typeName: typeOfFamily[error.family], code, message, problems, retryAfterMs, asked };
}

function isExpectedFamily(family: ErrorFamily): family is keyof typeof typeOfFamily {
  return family in typeOfFamily;
}

/** The answer, or the expected error it ended with. */
export async function asResult<T>(
  answer: () => Promise<T>,
  asked?: Asked,
): Promise<T | ExpectedError> {
  try {
    return await answer();
  } catch (error) {
    return expected(error, asked);
  }
}

/** The failure of a decoder or its process as data; any other error again. Runs tell the same failures in `error`. */
export function decodingFailure(error: unknown): ExpectedError {
  const isFailure =
    error instanceof InfillError &&
    (error.code === 'DECODE_FAILED' || error.code === 'WORKER_FAILED');
  if (!isFailure) throw error;
  const { code, message, problems, retryAfterMs } = error;
  return { typeName: 'DecodingError', code, message, problems, retryAfterMs, asked: {} };
}

/** A stream with an expected error, also of its start, as its last entry instead of a throw. */
export async function* endingWithExpected<T>(
  start: () => AsyncIterable<T>,
  asked?: Asked,
): AsyncGenerator<T | ExpectedError> {
  try {
    yield* start();
  } catch (error) {
    yield expected(error, asked);
  }
}

/** Adds the error types; returns references for unions. */
export function defineErrors({ builder, enums, service }: Parts) {
  builder.interfaceType('Error', {
    description: 'Something a client can expect to go wrong, as data.',
    resolveType: ({ typeName }) => typeName,
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
    validation: builder.objectRef<ExpectedError>('ValidationError'),
    unsupported: builder.objectRef<ExpectedError>('UnsupportedError'),
    notFound: builder.objectRef<ExpectedError>('NotFoundError'),
    queueFull: defineRetryLater(
      builder,
      'QueueFullError',
      'The server takes no more runs, or scores, now.',
    ),
    rateLimited: defineRetryLater(
      builder,
      'RateLimitedError',
      'The key or token has used up what it may.',
    ),
    conflict: builder.objectRef<ExpectedError>('ConflictError'),
  };
  refs.validation.implement({
    interfaces: ['Error'],
    description: 'The input is wrong and will stay wrong. Carries all problems at once.',
    fields: (t) => ({
      problems: t.field({
        type: ['Problem'],
        description: 'At least one.',
        resolve: (error) => problemsOf(error, service.decoders),
      }),
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
  refs.conflict.implement({
    interfaces: ['Error'],
    description: 'Contradicts something that was acknowledged before.',
  });
  return Object.values(refs);
}

/** An error that says when to try again. */
function defineRetryLater(builder: Builder, name: string, description: string) {
  return builder.objectRef<ExpectedError>(name).implement({
    interfaces: ['Error'],
    description,
    fields: (t) => ({
      retryAfterMs: t.int({
        description: 'How long to wait before another attempt, in milliseconds.',
        resolve: (error) => error.retryAfterMs ?? defaultRetryAfterMs,
      }),
    }),
  });
}

/** Adds the error of operations that decode without a run to keep it; returns its reference. */
export function defineDecodingError({ builder }: Parts) {
  return builder.objectRef<ExpectedError>('DecodingError').implement({
    interfaces: ['Error'],
    description: 'The decoder failed, or the process it runs in.',
  });
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

function problemsOf(
  { code, message, problems, asked }: ExpectedError,
  decoders: readonly DecoderDescription[],
): readonly Problem[] {
  if (problems.length === 0) return [{ path: [], code, message, value: null, limit: null }];
  return problems.map((problem) => ({
    ...problem,
    path: inputPath(problem.path, decoders, asked),
  }));
}

/** Where the core names a decoder, the input has its field, or its options under `plugin`. */
function inputPath(
  path: readonly string[],
  decoders: readonly DecoderDescription[],
  asked: Asked,
): readonly string[] {
  const [root, name, ...rest] = path;
  if (root === 'entrants' && name !== undefined) {
    return [root, name, ...inputPath(rest, decoders, asked.entrants?.[Number(name)] ?? {})];
  }
  const decoder = root === 'decoder' && decoders.find((known) => known.name === name);
  if (!decoder) return path;
  return asked.decoder != null && isByName(asked.decoder)
    ? [...optionsPath, ...rest]
    : [root, decoder.fieldName, ...rest];
}
