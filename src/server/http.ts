/**
 * The HTTP side of the server: admission, cross-origin answers, health, and the way to `/graphql`.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Config } from '../config.ts';
import type { Service } from '../service/service.ts';
import { bodyRefusal, originRefusal } from './admission.ts';
import { pageHeaders } from './graphiql.ts';
import type { Graphql } from './graphql.ts';
import { readiness } from './health.ts';
import type { Logger } from './logger.ts';
import { type MachineEndpoint, machinePrefix } from './machine.ts';
import type { Metrics } from './metrics.ts';
import { requestIdOf } from './operation-context.ts';
import { refuse, sendJson } from './reply.ts';
import { countWhenClosed, serveMetrics } from './serve-metrics.ts';

/** What the listener is made of. */
export type HttpOptions = {
  readonly config: Pick<Config, 'allowedHosts' | 'allowedOrigins'>;
  readonly service: Service;
  readonly graphql: Graphql;
  /** Absent: there is nothing at its paths. */
  readonly machine?: MachineEndpoint;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'onHttp' | 'read'>;
};

/** Makes the listener of all HTTP requests. */
export function createHttpListener({
  config,
  service,
  metrics,
  graphql,
  machine,
  logger,
}: HttpOptions): RequestListener {
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
    switch (path) {
      case '/':
        return void response.writeHead(302, { location: '/graphql' }).end();
      case '/health/live':
        return sendJson(response, 200, { status: 'live' });
      case '/health/ready':
        return void readiness(service).then((state) =>
          sendJson(response, state.status === 'ready' ? 200 : 503, state),
        );
      case '/metrics':
        return serveMetrics(metrics, request, response);
      case '/graphql':
        return serveGraphql(graphql, requestId, request, response);
      default:
        return refuse(response, {
          status: 404,
          code: 'NOT_FOUND',
          message: 'There is nothing at this path.',
        });
    }
  };
}

function serveGraphql(
  graphql: Graphql,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method === 'OPTIONS') {
    answerPreflight(response);
    return;
  }
  const refusal = request.method === 'POST' ? bodyRefusal(request.headers) : null;
  if (refusal !== null) {
    refuse(response, refusal);
    return;
  }
  if (request.method === 'GET') {
    for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  void graphql(request, response, { requestId, connection: request.socket, signal: gone.signal });
}

/** Lets pages of an allowed origin read the answer; the origin was checked before. */
function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('vary', 'origin');
  if (headers.origin === undefined) return;
  response.setHeader('access-control-allow-origin', headers.origin);
  response.setHeader('access-control-expose-headers', 'x-request-id');
}

function answerPreflight(response: ServerResponse): void {
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'accept, content-type, x-request-id',
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
