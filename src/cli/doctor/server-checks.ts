/**
 * Whether a server could listen, and whether what it reads at start is in order.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { buildSchema } from '../../../schema/build-schema.ts';
import type { Config } from '../../config.ts';
import { builtInDecoders } from '../../decoders.ts';
import { readPersistedOperations } from '../../server/persisted-operations.ts';
import type { Service } from '../../service/service.ts';
import type { Holder } from './data-checks.ts';
import { type Finding, failures, notOk, ok } from './finding.ts';

/** Takes the port for a moment, unless the server of the data folder has it. */
export async function checkPort({ host, port }: Config, holder: Holder): Promise<Finding> {
  const subject = { group: 'server', subject: 'PORT' } as const;
  if (port === 0) return ok(subject, 'any free one');
  if (holder?.url && Number(new URL(holder.url).port) === port) {
    return ok(subject, `${port} is that of the server that runs`);
  }
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
    return ok(subject, `${port} on ${host} is free`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice = 'Set PORT to a free port, or to 0 for any.';
    return notOk(subject, 'failed', [`${port} on ${host} cannot be taken: ${reason}.`, advice]);
  } finally {
    probe.close();
  }
}

/** Checks the list of operations where there is one; against the schema without plugins. */
export function checkPersistedOperations({
  persistedOperations,
  plugins,
}: Config): readonly Finding[] {
  if (persistedOperations === null) return [];
  const subject = { group: 'server', subject: 'operations' } as const;
  const decoders = builtInDecoders.descriptions;
  try {
    // Only resolvers use the rest of the service, and validation resolves nothing.
    const schema = buildSchema({ decoders } as Service);
    const { size } = readPersistedOperations(persistedOperations, schema);
    return [ok(subject, `${size} operations, all valid`)];
  } catch (error) {
    const found = failures(subject, error);
    // A field of a plugin's decoder is unknown here.
    return plugins.length === 0
      ? found
      : found.map((one) => ({ ...one, state: 'warning' as const }));
  }
}
