/**
 * The whole application in this process, for a command that found no server.
 *
 * Opens it, and lets it store what was run before it is closed; knows no command.
 */
import { buildSchema } from '../../schema/build-schema.ts';
import { openApplication } from '../application.ts';
import { type Client, createClient } from '../client/client.ts';
import type { Config } from '../config.ts';
import { logApplication } from '../log-application.ts';
import { createGraphql, fetchInProcess } from '../server/graphql.ts';
import { createLogger } from '../server/logger.ts';
import { createMetrics } from '../server/metrics.ts';

/** No host has this name. */
const url = 'http://lacuna.invalid/graphql';

/** How long a run that was left has for its last step. */
const closeGraceMs = 5000;

/**
 * Opens the application for as long as `use` runs; warnings go to `stderr`.
 *
 * @throws the startup family
 */
export async function withApplication<T>(
  config: Config,
  stderr: NodeJS.WriteStream,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const logger = createLogger('warn', stderr);
  const application = await openApplication(config, logApplication(logger));
  try {
    const { service, ledger } = application;
    const graphql = createGraphql({
      config,
      service,
      schema: buildSchema(service),
      receipts: ledger,
      logger,
      metrics: createMetrics(),
    });
    return await use(createClient({ url, fetch: fetchInProcess(graphql) }));
  } finally {
    await application.drain(closeGraceMs);
    await application.close();
  }
}
