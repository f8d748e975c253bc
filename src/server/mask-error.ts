/**
 * What clients learn of an error: what they can act on, and of everything else a request id, which the log has too.
 */
import { GraphQLError } from 'graphql';
import { handleStreamOrSingleExecutionResult, type Plugin } from 'graphql-yoga';
import { type ErrorFamily, InfillError } from '../errors.ts';
import { describeError } from './describe-error.ts';
import type { Logger } from './logger.ts';
import type { OperationContext } from './operation-context.ts';

const clientFamilies: ReadonlySet<ErrorFamily> = new Set([
  'validation',
  'unsupported',
  'not-found',
  'busy',
  'limited',
  'denied',
  'conflict',
  'stopped',
]);

/** Replaces unexpected errors of results, single or streamed, and logs them under the operation's request id. */
export function useMaskedErrors(logger: Logger): Plugin<OperationContext> {
  const maskResult =
    (context: OperationContext) =>
    ({ result, setResult }: MaskableResult): void => {
      if (result.errors === undefined) return;
      const errors = result.errors.map((error) => maskError(error, context.requestId, logger));
      setResult({ ...result, errors });
    };
  return {
    onExecute: ({ args }) => ({
      onExecuteDone: (payload) =>
        handleStreamOrSingleExecutionResult(payload, maskResult(args.contextValue)),
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeResult: (payload) =>
        handleStreamOrSingleExecutionResult(payload, maskResult(args.contextValue)),
      onSubscribeError: ({ error, setError }) =>
        setError(maskError(error, args.contextValue.requestId, logger)),
    }),
  };
}

type MaskableResult = Parameters<Parameters<typeof handleStreamOrSingleExecutionResult>[1]>[0];

/** The error as a client may see it; an unexpected one is logged. */
export function maskError(error: unknown, requestId: string | null, logger: Logger): GraphQLError {
  const origin = originOf(error);
  const path =
    error instanceof GraphQLError && error.path !== undefined ? { path: error.path } : {};
  if (origin instanceof InfillError && clientFamilies.has(origin.family)) {
    const { code, problems, retryAfterMs } = origin;
    return new GraphQLError(origin.message, {
      ...path,
      extensions: { code, problems, retryAfterMs },
    });
  }
  // The library's own errors: about the operation's text, which the client wrote.
  if (error instanceof GraphQLError && origin instanceof GraphQLError) {
    // Of variables that do not fit; of everything else the library says a code itself.
    error.extensions['code'] ??= 'BAD_USER_INPUT';
    return error;
  }
  logger.error({ requestId, error: describeError(origin) }, 'operation failed');
  return new GraphQLError('Internal error', {
    ...path,
    extensions: { code: 'INTERNAL', requestId },
  });
}

function originOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError
    ? originOf(error.originalError)
    : error;
}
