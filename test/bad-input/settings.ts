/**
 * Environments and command lines that are wrong.
 */

import { readConfig } from '../../src/config.ts';
import { startCli } from '../cli/run-cli.ts';
import { type Answer, type Area, refusal } from './answer.ts';
import type { Folders } from './folders.ts';
import type { ServerUnderTest } from './server-under-test.ts';

const environments: readonly Readonly<Record<string, string>>[] = [
  { PORT: 'x' },
  { PORT: '65536' },
  { PORT: '-1' },
  { PORT: '4e3' },
  { PORT: '0x10' },
  { PORT: ' 4000' },
  { HOST: '0.0.0.0' },
  { HOST: 'localhost.evil.example' },
  { THREADS: '0' },
  { THREADS: 'all' },
  { DEVICE: 'gpu' },
  { LOG_LEVEL: 'verbose' },
  { GRAPHIQL: 'yes' },
  { ALLOWED_HOSTS: 'https://example.org' },
  { ALLOWED_ORIGINS: 'example.org' },
  { ALLOWED_ORIGINS: 'https://example.org/path' },
  { ALLOWED_ORIGINS: '*' },
  { DATABASE_URL: 'mysql://127.0.0.1/x' },
  { DATABASE_URL: 'lacuna' },
  { RETENTION_DAYS: '0' },
  { RETENTION_DAYS: 'never' },
  { MIN_FREE_DISK_MB: '-5' },
  { MAX_QUEUED_RUNS: '10001' },
  { MAX_RUNNING_RUNS: '0' },
  { MAX_REQUEST_COST: '1.5' },
  { MAX_CONNECTIONS: '99999999999999999999' },
  { MAX_WEBSOCKETS: 'Infinity' },
  { SHUTDOWN_GRACE_MS: '10s' },
  { LACUNA_PORT: '4000' },
  { PORT: 'x', THREADS: '0', DEVICE: 'gpu', LACUNA_MODEL: 'x' },
];

const commandLines: readonly (readonly string[])[] = [
  ['fill', 'A [MASK].'],
  ['infill'],
  ['infill', 'A [MASK:0].', '--samples', '99'],
  ['infill', 'A [MASK].', '--temperature', 'hot'],
  ['infill', 'A [MASK].', '--temprature', '1'],
  ['infill', 'A [MASK].', '--decoder', 'nothing'],
  ['infill', 'A [MASK].', '--option', 'draftWindow'],
  ['infill', 'A [MASK].', '--option', 'nothing=1'],
  ['infill', 'A [MASK].', '--seed', '-1'],
  ['infill', 'A [MASK].', '--model', 'nothing'],
  ['infill', 'A [MASK].', '--server', 'ftp://127.0.0.1'],
  ['infill', 'A [MASK].', '--server', 'nothing'],
  ['score', 'A [MASK].'],
  ['score', 'A [MASK].', '--fill', 'cat', '--fill', 'dog'],
  ['serve', '--port', 'x'],
  ['pack', 'build'],
  ['pack', 'build', '--out', '/dev/null/x', '--id', 'x'],
  ['pack', 'verify', '/dev/null'],
  ['pack', 'verify', '.', '--tolerance', 'x'],
];

/** Settings. */
export const settingAreas: readonly Area<Folders>[] = [
  {
    title: 'Environment variables',
    about: 'The server does not start; its exit code is 1.',
    inputs: environments.map((env) => ({
      sent: Object.entries(env)
        .map(([name, value]) => `${name}=${/\s/.test(value) ? `"${value}"` : value}`)
        .join(' '),
      answer: () => refusal('exit 1', () => readConfig(env)),
    })),
  },
];

/** Arguments, beside the server. Each is a process of its own. */
export const commandAreas: readonly Area<ServerUnderTest>[] = [
  {
    title: 'Command lines',
    about:
      'The exit code, and what is written to standard error; nothing is written to standard output.',
    inputs: commandLines.map((args) => ({
      sent: ['lacuna', ...args].map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg)).join(' '),
      answer: ({ dataDir }) => commandAnswer(args, dataDir),
    })),
  },
];

async function commandAnswer(args: readonly string[], dataDir: string): Promise<Answer> {
  const { code, stdout, stderr } = await startCli(args, { DATA_DIR: dataDir }).result;
  if (code === 0 || stdout !== '') throw new Error(`Nothing was refused: ${stdout}`);
  return { status: `exit ${code}`, codes: [], messages: stderr.trimEnd().split('\n') };
}
