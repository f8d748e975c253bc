/**
 * What the measurements under load share: a server with room for many clients, its own figures, and its memory.
 */
import { execFileSync } from 'node:child_process';
import {
  makeDataDir,
  type ServerProcess,
  startServerProcess,
} from '../test/support/server-process.ts';

/** Settings under which no client of a measurement is refused. */
export const roomySettings: Readonly<Record<string, string>> = {
  MAX_CONNECTIONS: '4000',
  MAX_WEBSOCKETS: '2000',
  MAX_SUBSCRIPTIONS: '4000',
  MAX_QUEUED_RUNS: '4000',
  LOG_LEVEL: 'info',
};

/** Runs a measurement against a server of its own, which is stopped after it. */
export async function withServer(work: (server: ServerProcess) => Promise<void>): Promise<void> {
  const data = makeDataDir();
  const server = await startServerProcess(data.path, roomySettings);
  try {
    await work(server);
  } finally {
    await server.stop();
    data.remove();
  }
}

/** Sums of a server's own figures over their labels, by name. @param url - the server's, without a path. */
export async function figuresOf(url: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const sums = new Map<string, number>();
  for (const [, name = '', value = ''] of text.matchAll(/^(\w+)(?:\{[^\n]*\})? (\S+)$/gm)) {
    sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}

/** Megabytes of a server's main process that are in memory. */
export function residentMegabytes({ child }: ServerProcess): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)])) / 1024;
}

/** Polls until a condition holds. @returns milliseconds that it took. @throws when it does not within `limitMs`. */
export async function timeUntil(
  condition: () => Promise<boolean> | boolean,
  limitMs: number,
): Promise<number> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > limitMs) throw new Error(`It did not happen in ${limitMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return performance.now() - start;
}

/** Such as `p50 12.1 ms, p95 30.5 ms, max 41.0 ms (n = 100)`. */
export function percentiles(samples: readonly number[]): string {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms (n = ${samples.length})`;
}

/** Prints a line. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
