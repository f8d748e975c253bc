/**
 * Bounds on the text of an operation: tokens, depth, aliases, directives.
 *
 * The work an operation asks for is bounded by the service, which knows what it costs.
 */
import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import { GraphQLError, getOperationAST, type ValidationContext } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';

/** Bounds that the documents of GraphiQL and of the command line stay well under. */
export const operationLimits = { tokens: 1000, depth: 12, aliases: 30, directives: 20 } as const;

/** Refuses operations above the limits, on every transport. */
export function useOperationLimits(): Plugin {
  // Reported like any other validation error, so that each transport answers in its own way.
  const reported = {
    propagateOnRejection: false,
    onReject: [
      (context: ValidationContext | null, error: GraphQLError) => context?.reportError(error),
    ],
  };
  return EnvelopArmorPlugin({
    maxTokens: { n: operationLimits.tokens },
    maxDepth: { n: operationLimits.depth, flattenFragments: true, ...reported },
    maxAliases: { n: operationLimits.aliases, ...reported },
    maxDirectives: { n: operationLimits.directives, ...reported },
    // Prices fields by position, which says nothing of this API's costs.
    costLimit: { enabled: false },
    // The schema is public: suggestions help.
    blockFieldSuggestion: { enabled: false },
  });
}

/** Refuses subscriptions over GET: a page of another site can make a browser send one. */
export function useNoSubscriptionsOverGet(): Plugin {
  return {
    onParse:
      () =>
      ({ result, context }) => {
        const { request, params } = context;
        if (request?.method !== 'GET' || result === null || result instanceof Error) return;
        if (getOperationAST(result, params?.operationName)?.operation === 'subscription') {
          throw new GraphQLError('Can only perform a subscription operation from a POST request.', {
            extensions: { code: 'BAD_REQUEST', http: { status: 405, headers: { Allow: 'POST' } } },
          });
        }
      },
  };
}

/**
 * Answers operations that are missing, cannot be parsed or are invalid with 400, also in `application/json`.
 *
 * The specification advises 200 for what is not missing, for the sake of old clients. Those that ask for
 * `application/json` by name get that; a plain HTTP client, which takes anything, would take it for success.
 */
export function usePlainStatus(): Plugin {
  return {
    onResultProcess({ request, result }) {
      if (isAsyncIterable(result)) return;
      const asksForJson = request.headers.get('accept')?.includes('application/json') ?? false;
      for (const { extensions } of [result].flat().flatMap(({ errors = [] }) => errors)) {
        const isAsAdvised = asksForJson && extensions['code'] !== 'BAD_REQUEST';
        if (!isAsAdvised && isMutable(extensions['http'])) extensions['http'].spec = false;
      }
    },
  };
}

function isMutable(http: unknown): http is { spec: boolean } {
  return typeof http === 'object' && http !== null && 'spec' in http;
}
