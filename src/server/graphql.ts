/**
 * GraphQL over fetch: parsing, limits, execution, masking and the page, for whichever transport carries it.
 *
 * Knows no socket; both transports take their functions from here, so that limits hold on both.
 */
import assert from 'node:assert/strict';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { createContext } from '../../schema/context.ts';
import type { Config } from '../config.ts';
import type { CostReceipts } from '../service/cost-ledger.ts';
import { localViewer, type Service } from '../service/service.ts';
import { useCostExtension } from './cost-extension.ts';
import { createGraphiqlPage, graphiqlOptions } from './graphiql.ts';
import type { Logger } from './logger.ts';
import { maskError, useMaskedErrors } from './mask-error.ts';
import type { Metrics } from './metrics.ts';
import { type OperationContext, requestIdOf } from './operation-context.ts';
import {
  useNoSubscriptionsOverGet,
  useOperationLimits,
  usePlainStatus,
} from './operation-limits.ts';
import { type PersistedOperations, useOnlyPersisted } from './persisted-operations.ts';
import { useReadableParameters } from './request-parameters.ts';
import { useSubscriptionCap } from './subscription-cap.ts';

/** What serves GraphQL. */
export type GraphqlOptions = {
  readonly config: Pick<Config, 'graphiql' | 'maxSubscriptions' | 'maxSubscriptionsPerConnection'>;
  readonly service: Service;
  readonly schema: GraphQLSchema;
  readonly receipts: CostReceipts;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'setSubscriptions'>;
  /** Any operation may run when absent. */
  readonly persisted?: PersistedOperations | undefined;
};

/** GraphQL as fetch, as a listener, and as the functions the WebSocket transport runs. */
export type Graphql = ReturnType<typeof createGraphql>;

const maxBodyBytes = 1024 * 1024;

/** Makes the endpoint `/graphql`. */
export function createGraphql(options: GraphqlOptions) {
  const { persisted, config, service, schema, receipts, metrics, logger } = options;
  return createYoga<OperationContext>({
    schema,
    context: ({ viewer, signal }) => {
      assert(viewer !== null, 'Only the page is shown to nobody.');
      return createContext(service, viewer, signal);
    },
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health/yoga',
    landingPage: false,
    graphiql: config.graphiql && graphiqlOptions,
    renderGraphiQL: createGraphiqlPage(),
    // Admission answers these, before anything is read.
    cors: false,
    multipart: false,
    batching: false,
    maxRequestBodySize: maxBodyBytes,
    // Its entries are as large as the operations' texts, and parsing takes a tenth of a millisecond.
    parserAndValidationCache: false,
    logging: false,
    maskedErrors: { maskError: (error) => maskError(error, null, logger) },
    plugins: [
      useReadableParameters(),
      ...(persisted === undefined ? [] : [useOnlyPersisted(persisted)]),
      useNoSubscriptionsOverGet(),
      usePlainStatus(),
      useOperationLimits(),
      useSubscriptionCap(config, metrics.setSubscriptions),
      useMaskedErrors(logger),
      useCostExtension(receipts),
    ],
  });
}

/** A fetch function that reaches GraphQL without a socket, as the machine itself; admission does not apply to it. */
export function fetchInProcess(graphql: Graphql): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    return graphql.fetch(request, {
      requestId: requestIdOf(undefined),
      viewer: localViewer,
      connection: request,
      signal,
    });
  };
}
