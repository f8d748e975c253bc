/**
 * What clients and logs learn of an error.
 *
 * Clients get what they can act on, and of everything else a request id; logs get the rest, but no message that
 * may carry a text.
 */
import { GraphQLError } from 'graphql';
import { handleStreamOrSingleExecutionResult, type Plugin } from 'graphql-yoga';
import { type ErrorFamily, InfillError } from '../errors.ts';
import type { Logger } from './logger.ts';
import type { OperationContext } from './operation-context.ts';

const clientFamilies: ReadonlySet<ErrorFamily> = new Set([
  'validation',
  'unsupported',
  'not-found',
  'busy',
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
  if (error instanceof GraphQLError && origin instanceof GraphQLError) return error;
  logger.error({ requestId, error: describeError(origin) }, 'operation failed');
  return new GraphQLError('Internal error', {
    ...path,
    extensions: { code: 'INTERNAL', requestId },
  });
}

/** An error for a log: where it comes from and why, without messages that may carry a text. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return {
    name: error.name,
    ...(error instanceof InfillError ? { code: error.code } : {}),
    ...(hasOwnMessage(error) ? { message: error.message } : {}),
    frames: frames.map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** Messages of this project and of the language itself name no texts; those of libraries may. */
function hasOwnMessage(error: Error): boolean {
  return error instanceof InfillError || error instanceof TypeError || error instanceof RangeError;
}

function originOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError
    ? originOf(error.originalError)
    : error;
}
