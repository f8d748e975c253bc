/**
 * The HTTP side of the server: admission, cross-origin answers, health, and the way to `/graphql`.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Config } from '../config.ts';
import type { Service } from '../service/service.ts';
import { type AdmissionPolicy, bodyRefusal, originRefusal } from './admission.ts';
import { type Authenticator, viewerOf } from './authentication.ts';
import { exportsPrefix, serveExport } from './exports.ts';
import { pageHeaders } from './graphiql.ts';
import type { Graphql } from './graphql.ts';
import { readiness } from './health.ts';
import type { Logger } from './logger.ts';
import { type MachineEndpoint, machinePrefix } from './machine.ts';
import type { Metrics } from './metrics.ts';
import { requestIdOf } from './operation-context.ts';
import { answerFailure, type Exchange, refuse, sendJson } from './reply.ts';
import { countWhenClosed, serveMetrics } from './serve-metrics.ts';

/** What the listener is made of. */
export type HttpOptions = {
  readonly config: AdmissionPolicy & Pick<Config, 'graphiql'>;
  readonly service: Service;
  readonly graphql: Graphql;
  readonly identity: Authenticator;
  /** Absent: there is nothing at its paths. */
  readonly machine?: MachineEndpoint;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'onHttp' | 'read'>;
};

/** Makes the listener of all HTTP requests. */
export function createHttpListener(options: HttpOptions): RequestListener {
  const { config, service, metrics, machine, logger } = options;
  return (request, response) => {
    const requestId = requestIdOf(request.headers['x-request-id']);
    const [path = ''] = (request.url ?? '').split('?');
    response.setHeader('x-request-id', requestId);
    logWhenClosed(logger, requestId, request, response);
    countWhenClosed(metrics, request, response);
    const refusal = originRefusal(request.headers, config);
    if (refusal !== null) return refuse(response, refusal);
    if (machine !== undefined && path.startsWith(machinePrefix)) {
      return void machine(path, requestId, request, response);
    }
    allowOrigin(request, response);
    const exchange = { request, response, requestId };
    const answered = (answering: Promise<void>) =>
      void answering.catch((error: unknown) => answerFailure(exchange, error, logger));
    if (path.startsWith(exportsPrefix)) return answered(serveExportTo(exchange, options));
    switch (path) {
      case '/':
        return void response.writeHead(302, { location: '/graphql' }).end();
      case '/health/live':
        return sendJson(response, 200, { status: 'live' });
      case '/health/ready':
        return answered(serveReadiness(service, response));
      case '/metrics':
        return answered(serveMetricsTo(exchange, options));
      case '/graphql':
        return answered(serveGraphql(exchange, options));
      default:
        return refuse(response, {
          status: 404,
          code: 'NOT_FOUND',
          message: 'There is nothing at this path.',
        });
    }
  };
}

async function serveReadiness(service: Service, response: ServerResponse): Promise<void> {
  const state = await readiness(service);
  sendJson(response, state.status === 'ready' ? 200 : 503, state);
}

async function serveMetricsTo(
  exchange: Exchange,
  { identity, logger, metrics }: HttpOptions,
): Promise<void> {
  const { request, response } = exchange;
  const viewer = await viewerOf(exchange, identity, logger);
  if (viewer?.scopes.has('ADMIN') === true) return serveMetrics(metrics, request, response);
  if (viewer === null) return;
  const message = `The metrics need the scope ADMIN; this credential has: ${[...viewer.scopes].join(', ')}.`;
  refuse(response, { status: 403, code: 'FORBIDDEN', message });
}

async function serveExportTo(
  exchange: Exchange,
  { service, identity, logger }: HttpOptions,
): Promise<void> {
  if (exchange.request.method === 'OPTIONS') {
    answerPreflight(exchange.response);
    return;
  }
  const viewer = await viewerOf(exchange, identity, logger);
  if (viewer !== null) await serveExport(exchange, service, viewer);
}

async function serveGraphql(
  exchange: Exchange,
  { config, graphql, identity, logger }: HttpOptions,
): Promise<void> {
  const { request, response, requestId } = exchange;
  if (request.method === 'OPTIONS') {
    answerPreflight(response);
    return;
  }
  const refusal = request.method === 'POST' ? bodyRefusal(request.headers) : null;
  if (refusal !== null) {
    refuse(response, refusal);
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const isPage = config.graphiql && asksForPage(request);
  const viewer = isPage ? null : await viewerOf(exchange, identity, logger);
  if (viewer === null && !isPage) return;
  if (request.method === 'GET') {
    for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
  }
  const { socket: connection } = request;
  await graphql(request, response, { requestId, viewer, connection, signal: gone.signal });
}

/** As the library decides it: who asks so gets the page whatever else is asked for, and no operation runs. */
function asksForPage({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.accept?.includes('text/html') === true;
}

/** Lets pages of an allowed origin read the answer; the origin was checked before. */
function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('vary', 'origin');
  if (headers.origin === undefined) return;
  response.setHeader('access-control-allow-origin', headers.origin);
  response.setHeader('access-control-expose-headers', 'content-disposition, x-request-id');
}

function answerPreflight(response: ServerResponse): void {
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'accept, authorization, content-type, x-request-id',
      'access-control-max-age': '600',
    })
    .end();
}

function logWhenClosed(
  logger: Logger,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const startedAt = performance.now();
  response.once('close', () => {
    logger.info(
      {
        requestId,
        method: request.method,
        status: response.statusCode,
        bytesIn: Number(request.headers['content-length'] ?? 0),
        isComplete: response.writableFinished,
        ms: Math.round(performance.now() - startedAt),
      },
      'request',
    );
  });
}
