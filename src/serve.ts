/**
 * Serving, from the environment to the last signal: start in order, wait to be told to stop, drain, stop in reverse.
 *
 * Knows processes and signals; knows no request.
 */
import { once } from 'node:events';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from '../schema/build-schema.ts';
import { type Application, openApplication } from './application.ts';
import { ownDocuments } from './client/own-documents.ts';
import { type Config, type Environment, isReachable, readConfig } from './config.ts';
import { InfillError } from './errors.ts';
import { logApplication, logRetention } from './log-application.ts';
import { machineBackupHandler, machineBackupPath } from './machine-backup.ts';
import { observeTogether } from './observe-together.ts';
import { requireKeys } from './require-keys.ts';
import { createLogger, type Logger } from './server/logger.ts';
import { createMachineEndpoint } from './server/machine.ts';
import { machineKeysHandler, machineKeysPath } from './server/machine-keys.ts';
import { createMetrics, type Metrics } from './server/metrics.ts';
import { readPersistedOperations } from './server/persisted-operations.ts';
import { type RunningServer, startServer } from './server/start-server.ts';
import { startRetention } from './service/retention.ts';
import { hasApiKeys } from './store/api-keys.ts';
import type { Store } from './store/open-store.ts';

const stopSignals = ['SIGTERM', 'SIGINT'] as const;
const parentCheckMs = 250;

/**
 * Serves until SIGTERM or SIGINT, then lets admitted runs end and returns; a second signal ends the process at once.
 *
 * A start that fails is explained on standard error and sets the exit code to 1.
 */
export async function serve(env: Environment): Promise<void> {
  try {
    const config = readConfig(env);
    const logger = createLogger(config.logLevel);
    const stop = stopSignal(env);
    const metrics = createMetrics();
    metrics.watchProcess();
    const observer = observeTogether([logApplication(logger), metrics]);
    const application = await openApplication(config, observer, keyCheck(config));
    await serveApplication(application, { config, logger, metrics, stop });
  } catch (error) {
    process.stderr.write(explain(error));
    process.exitCode = 1;
  }
}

/** Undefined where the store may be without keys: it opens beside the packs then. */
function keyCheck(config: Config) {
  if (!isReachable(config.host)) return;
  return ({ database }: Store) => requireKeys(config, { hasKeys: () => hasApiKeys(database) });
}

type Serving = {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly stop: AbortSignal;
};

async function serveApplication(application: Application, serving: Serving): Promise<void> {
  const { config, logger, metrics, stop } = serving;
  const stopRetention = startRetention({
    database: application.store.database,
    now: Date.now,
    retentionDays: config.retentionDays,
    ...logRetention(logger),
  });
  let server: RunningServer | null = null;
  try {
    const { service, store, identity, ledger } = application;
    const machine = createMachineEndpoint({
      identity,
      handlers: {
        [machineKeysPath]: machineKeysHandler(identity),
        [machineBackupPath]: machineBackupHandler(store.database),
      },
      logger,
    });
    const schema = buildSchema(service);
    const persisted = persistedOperations(config, schema);
    server = await startServer({
      config,
      identity,
      receipts: ledger,
      logger,
      metrics,
      service,
      schema,
      machine,
      persisted,
    });
    store.setServerUrl(server.url);
    const unfinished = await service.benchmarks.resume();
    if (unfinished > 0) logger.info({ benchmarks: unfinished }, 'going on with benchmarks');
    if (process.stdout.isTTY) process.stdout.write(`Lacuna serves at ${server.url}/graphql\n`);
    if (!stop.aborted) await once(stop, 'abort');
    logger.info({ graceMs: config.shutdownGraceMs }, 'draining');
    await application.drain(config.shutdownGraceMs);
  } finally {
    await server?.close();
    await stopRetention();
    await application.close();
  }
  logger.info('stopped');
}

/** Undefined where any operation may run. @throws INVALID_CONFIG */
function persistedOperations(config: Config, schema: GraphQLSchema) {
  if (config.persistedOperations === null) return;
  const documents = readPersistedOperations(config.persistedOperations, schema);
  return { documents, ownDocuments: ownDocuments() };
}

/**
 * Aborts at the first signal; the next one, of either kind, finds no listener and ends the process.
 *
 * npm hands a SIGTERM to the shell it starts scripts in, and that shell dies of it without passing it on: under
 * `npm start` the loss of the parent counts as the signal.
 */
function stopSignal(env: Environment): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    for (const signal of stopSignals) process.off(signal, stop);
    clearInterval(watch);
    stopping.abort();
  };
  const parent = process.ppid;
  const isOrphan = () => env['npm_lifecycle_event'] === 'start' && process.ppid !== parent;
  const watch = setInterval(() => isOrphan() && stop(), parentCheckMs).unref();
  for (const signal of stopSignals) process.on(signal, stop);
  return stopping.signal;
}

/** A line per problem; of an error that nobody expected, its stack. */
function explain(error: unknown): string {
  if (error instanceof InfillError) {
    const lines =
      error.problems.length > 0 ? error.problems.map(({ message }) => message) : [error.message];
    return `Lacuna cannot start (${error.code}):\n${lines.map((line) => `  ${line}\n`).join('')}`;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Lacuna cannot start: ${error.message}. Set PORT to a free port, or to 0 for any.\n`;
  }
  return `Lacuna cannot start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
