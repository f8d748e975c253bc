/**
 * The metrics over HTTP: counting what is answered, and answering who reads them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';
import { refuse } from './reply.ts';

/** Paths that are told apart in the figures: what clients make up must not become labels. */
const routes = ['/', '/health/live', '/health/ready', '/metrics', '/graphql'];

/** Counts a request once its answer has ended, a stream too. */
export function countWhenClosed(
  metrics: Pick<Metrics, 'onHttp'>,
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
): void {
  const startedAt = performance.now();
  const [path = ''] = url.split('?');
  const route = routes.includes(path) ? path : '';
  response.once('close', () => {
    const ms = performance.now() - startedAt;
    metrics.onHttp({ method, route, status: response.statusCode, ms });
  });
}

/** Answers with the exposition. */
export async function serveMetrics(
  metrics: Pick<Metrics, 'read'>,
  { method }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    const message = 'Metrics are read with GET.';
    refuse(response, { status: 405, code: 'BAD_REQUEST', message });
    return;
  }
  const { contentType, text } = await metrics.read();
  response.writeHead(200, { 'content-type': contentType }).end(text);
}
