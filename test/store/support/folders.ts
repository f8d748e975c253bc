/** Temporary data folders, and processes that use them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';

/** An empty folder of its own; the caller removes it. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'lacuna-store-'));
}

/** An empty folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = newFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file system of its own in memory; null where this user may not make one. */
export function smallDisk(megabytes: number): string | null {
  const folder = newFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
  } catch {
    return null;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** A running script of test/store/children. */
export type Child = {
  readonly process: ChildProcess;
  /** The next line of its output; rejects when it ended without one. */
  nextLine(): Promise<string>;
  /** Kills it at once and waits until it is gone. */
  kill(): Promise<void>;
};

/** Starts a script of test/store/children; it is killed when the test ends. */
export function startChild(script: string, ...parameters: string[]): Child {
  const path = join(packageRoot(), 'test', 'store', 'children', script);
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...parameters], {
    cwd: packageRoot(),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  return {
    process: child,
    kill,
    async nextLine() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} ended without another line.`);
      return value;
    },
  };
}
