/**
 * A PostgreSQL server for tests: made in a temporary folder, on a free loopback port, gone with whoever started it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import postgres from 'postgres';

/** A server that answers. */
export type PostgresServer = {
  /** Of its empty database `postgres`; the user may make others. */
  readonly url: string;
  /** Of the server's first process. */
  readonly pid: number;
  stop(): Promise<void>;
};

const debianFolder = '/usr/lib/postgresql';

/** The folder with `initdb` and `postgres`, the newest of Debian's or the one on the PATH; null where there is none. */
export function findBinaries(): string | null {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder).map(Number) : [];
  const newest = versions.filter(Number.isInteger).sort((a, b) => b - a)[0];
  const folders = [
    ...(newest === undefined ? [] : [join(debianFolder, String(newest), 'bin')]),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return (
    folders.find((folder) =>
      ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))),
    ) ?? null
  );
}

/**
 * Makes and starts a server.
 *
 * It does not flush to disk, so it forgets when the machine goes down, and only then. It ends when the pipe to its
 * keeper closes: with `stop`, and however else this process ends.
 */
export async function startPostgres(binaries: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'lacuna-postgres-'));
  const user = unprivilegedUser();
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const flags = [
    '--no-sync',
    '--auth=trust',
    '--username=lacuna',
    '--encoding=UTF8',
    '--no-locale',
  ];
  execFileSync(join(binaries, 'initdb'), ['-D', data, ...flags], { ...user, stdio: 'ignore' });
  const port = await freePort();
  const settings = [
    `-c port=${port}`,
    '-c listen_addresses=127.0.0.1',
    `-c unix_socket_directories=${folder}`,
    '-c fsync=off',
    '-c max_connections=200',
  ].join(' ');
  // The keeper: it starts the server, says its pid, waits for the end of its input, and cleans up.
  const script = `'${binaries}/postgres' -D '${data}' ${settings} >'${folder}/log' 2>&1 & pid=$!
    echo $pid; cat; kill -INT $pid; wait $pid; cd /; rm -rf '${folder}'`;
  const keeper = spawn('sh', ['-c', script], {
    ...user,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'ignore'],
    // An interrupt at the terminal is for the tests; the keeper learns of it by their end.
    detached: true,
  });
  const [pid] = await once(keeper.stdout, 'data');
  const url = `postgres://lacuna@127.0.0.1:${port}/postgres`;
  await answering(url);
  return {
    url,
    pid: Number(String(pid)),
    async stop() {
      const ended = once(keeper, 'exit');
      keeper.stdin.end();
      await ended;
    },
  };
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const [name] = ['postgres', 'nobody'].filter(isUser);
  if (name === undefined) return null;
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function isUser(name: string): boolean {
  return execFileSync('getent', ['passwd'], { encoding: 'utf8' }).includes(`${name}:`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

/** Asks until there is an answer: the server needs a moment after its start. */
async function answering(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  const ask = () =>
    client`select 1`.then(
      () => true,
      () => false,
    );
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await ask()) return client.end();
    await setTimeout(50);
  }
  throw new Error(`PostgreSQL at ${url} did not start.`);
}
