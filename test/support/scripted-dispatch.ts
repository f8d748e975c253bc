/**
 * Requests, folders and time limits for tests against `fixtures/scripted-worker.mjs`.
 *
 * Knows the names of what that worker does; see there.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { InfillRequest, ScoreRequest } from '../../src/decoding/infill-request.ts';
import type { RunProgress } from '../../src/decoding/run-event.ts';
import type { WorkerTiming } from '../../src/dispatch/worker-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Its path, as a dispatcher takes it. */
export const scriptedWorker = resolve(import.meta.dirname, '../fixtures/scripted-worker.mjs');

/** Short where a test waits for the limit to pass, long where it must not pass. */
export const quickTiming: WorkerTiming = {
  openTimeoutMs: 30_000,
  answerTimeoutMs: 30_000,
  pingMs: 20,
  hangMs: 30_000,
  closeTimeoutMs: 10_000,
  firstRestartMs: 1,
  maxRestartMs: 4,
  healthyMs: 60_000,
};

const folders = temporaryFolder();

const plain = { sampling: {}, alternatives: 0, samples: 1, lengthSearch: 'CAL' } as const;

/** A request for what the worker does under that name. */
export function requestFor(name: string, seed = 0n): InfillRequest {
  const decoder = { name, options: {} };
  return { source: { text: '[MASK]' }, decoder, ...plain, seed };
}

/** A score of such a request. */
export function scoreFor(name: string): ScoreRequest {
  return { request: requestFor(name), fill: { tokens: [1] }, draws: 1 };
}

/** A folder that the worker opens as its name says, and where it counts its starts. */
export function packFolder(name: string): string {
  return join(mkdtempSync(join(folders, 'pack-')), name);
}

/** How often workers were started with that folder. */
export function startCount(folder: string): number {
  return readFileSync(join(dirname(folder), `${folder.slice(dirname(folder).length + 1)}-starts`))
    .length;
}

/** Reads progress to its end. */
export async function readAll(progress: AsyncIterable<RunProgress>): Promise<RunProgress[]> {
  const entries: RunProgress[] = [];
  for await (const entry of progress) entries.push(entry);
  return entries;
}

/** Notices as they come, and a wait for one of a type. */
export function collectNotices<N extends { readonly type: string }>() {
  const notices: N[] = [];
  const waits = new Set<() => void>();
  return {
    notices,
    observe(notice: N): void {
      notices.push(notice);
      for (const wake of waits) wake();
    },
    /** Waits until `count` notices of `type` have come; returns the last of them. */
    async nth<T extends N['type']>(type: T, count: number): Promise<Extract<N, { type: T }>> {
      for (;;) {
        const found = notices.filter(
          (notice): notice is Extract<N, { type: T }> => notice.type === type,
        );
        const last = found[count - 1];
        if (last !== undefined) return last;
        await new Promise<void>((resolve) => {
          waits.add(resolve);
        });
      }
    },
  };
}
