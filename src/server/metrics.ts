/**
 * The figures of one server, for Prometheus: runs, workers, store, transports and the process.
 *
 * Knows how they are fed and written; who may read them is for the HTTP side. `docs/operations.md` has the list.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RunNotice } from '../service/run-notice.ts';
import { createRunMetrics } from './run-metrics.ts';

/** What is counted of a worker. */
export type WorkerFact = {
  readonly type: 'ready' | 'failed';
  readonly packId: string;
  /** Of the plugin that the worker is for; null: the built-in decoders. */
  readonly decoderName: string | null;
};

/** What is counted of an answered request. */
export type HttpFact = {
  readonly method: string;
  /** A path that is served; empty for others. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
};

/** The figures and what feeds them. */
export type Metrics = {
  onRun(notice: RunNotice): void;
  onWorker(fact: WorkerFact): void;
  onStoreFailure(): void;
  onHttp(fact: HttpFact): void;
  /** Streams that are open now, over all transports. */
  setSubscriptions(count: number): void;
  /** Asked at every reading. */
  countWebSocketsBy(count: () => number): void;
  /** Adds what Node tells of its process: memory, CPU, garbage, event-loop lag, file descriptors. */
  watchProcess(): void;
  /** The exposition, with its media type. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>;
};

/** Methods that are told apart; OpenTelemetry's name for the rest is `_OTHER`. */
const methods = ['GET', 'POST', 'OPTIONS', 'HEAD', 'PUT', 'DELETE', 'PATCH'];

/** Seconds. OpenTelemetry's, and what a stream may last. */
const httpBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 60, 600,
];

/** Makes metrics with a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  return {
    onRun: createRunMetrics(registry),
    onWorker: workerMetrics(registry),
    ...storeMetrics(registry),
    ...transportMetrics(registry),
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    async read() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function workerMetrics(registry: Registry): Metrics['onWorker'] {
  const registers = [registry];
  const labelNames = ['pack', 'decoder'] as const;
  const failures = new Counter({
    name: 'lacuna_worker_failures_total',
    help: 'Decoding workers that died, hung or did not open. The decoder is empty for the built-in ones.',
    labelNames,
    registers,
  });
  const restarts = new Counter({
    name: 'lacuna_worker_restarts_total',
    help: 'Decoding workers that were ready again. The decoder is empty for the built-in ones.',
    labelNames,
    registers,
  });
  const seen = new Set<string>();
  return ({ type, packId, decoderName }) => {
    const labels = { pack: packId, decoder: decoderName ?? '' };
    const name = `${packId}/${labels.decoder}`;
    if (type === 'failed') failures.inc(labels);
    else restarts.inc(labels, seen.has(name) ? 1 : 0);
    seen.add(name);
  };
}

function storeMetrics(registry: Registry): Pick<Metrics, 'onStoreFailure'> {
  const failures = new Counter({
    name: 'lacuna_store_failures_total',
    help: 'Starts and ends of runs that could not be stored.',
    registers: [registry],
  });
  return { onStoreFailure: () => failures.inc() };
}

function transportMetrics(
  registry: Registry,
): Pick<Metrics, 'onHttp' | 'setSubscriptions' | 'countWebSocketsBy'> {
  const registers = [registry];
  const http = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time from a request to the end of its answer, streams included, in seconds.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'] as const,
    buckets: httpBuckets,
    registers,
  });
  const subscriptions = new Gauge({
    name: 'lacuna_subscriptions_open',
    help: 'Open subscriptions, over all transports.',
    registers,
  });
  return {
    onHttp({ method, route, status, ms }) {
      const labels = {
        http_request_method: methods.includes(method) ? method : '_OTHER',
        http_route: route,
        http_response_status_code: status,
      };
      http.observe(labels, ms / 1000);
    },
    setSubscriptions: (count) => subscriptions.set(count),
    countWebSocketsBy(count) {
      new Gauge({
        name: 'lacuna_websockets_open',
        help: 'Open WebSocket connections.',
        registers,
        collect() {
          this.set(count());
        },
      });
    },
  };
}
