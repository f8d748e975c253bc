/**
 * The built server as a child process, on a free port, with a data folder of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../src/package-root.ts';

/** A server that listens. */
export type ServerProcess = {
  readonly url: string;
  readonly child: ChildProcess;
  /** JSON lines so far. */
  readonly log: readonly Record<string, unknown>[];
  /** Sends SIGTERM and waits. @returns the exit code, null when a signal ended it. */
  stop(): Promise<number | null>;
  /** Waits for the end. */
  exited(): Promise<number | null>;
};

/** Makes an empty data folder; the caller removes it. */
export function makeDataDir(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'lacuna-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts a server and waits until it listens. @param env - settings besides PORT and DATA_DIR. */
export async function startServerProcess(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [join(packageRoot(), 'dist/src/main.js')], {
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const log: Record<string, unknown>[] = [];
  const listening = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry = JSON.parse(line);
      log.push(entry);
      if (entry.msg === 'listening') resolve(entry.url);
    });
    void exit.then((code) =>
      reject(new Error(`The server ended with ${code} before it listened.`)),
    );
  });
  const url = await listening;
  return {
    url,
    child,
    log,
    exited: () => exit,
    stop() {
      child.kill('SIGTERM');
      return exit;
    },
  };
}
