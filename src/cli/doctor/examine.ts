/**
 * All checks, in the order of the report.
 */
import { availableParallelism } from 'node:os';
import { type Environment, readConfig, variableNames } from '../../config.ts';
import { checkDatabase, checkFolder, checkLock } from './data-checks.ts';
import { checkDevices } from './device-checks.ts';
import { type Finding, failures, ok } from './finding.ts';
import { checkPacks, checkPlugins } from './model-checks.ts';
import { checkNode, checkThreads, describeMachine } from './runtime-checks.ts';
import { checkPersistedOperations, checkPort } from './server-checks.ts';

const settingsSubject = { group: 'server', subject: 'settings' } as const;

/** Examines this machine for a start with these settings; wrong ones are told, and their defaults taken for the rest. */
export async function examine(env: Environment): Promise<readonly Finding[]> {
  const { config, findings } = settingsOf(env);
  const [lock, holder] = await checkLock(config.dataDir);
  const [devices, packs, plugins, database, port] = await Promise.all([
    checkDevices(config),
    checkPacks(config),
    checkPlugins(config),
    checkDatabase(config, holder),
    checkPort(config, holder),
  ]);
  return [
    checkNode(process.versions.node),
    describeMachine(),
    checkThreads(config, availableParallelism()),
    ...devices,
    ...packs,
    ...plugins,
    ...checkFolder(config),
    lock,
    ...database.filter(({ group }) => group === 'data'),
    ...findings,
    ...database.filter(({ group }) => group === 'server'),
    port,
    ...checkPersistedOperations(config),
  ];
}

function settingsOf(env: Environment) {
  try {
    const config = readConfig(env);
    const set = variableNames.filter((name) => env[name]);
    const message = set.length === 0 ? 'all are the defaults' : `set: ${set.join(', ')}`;
    return { config, findings: [ok(settingsSubject, message)] };
  } catch (error) {
    return { config: readConfig({}), findings: failures(settingsSubject, error) };
  }
}
