/**
 * Figures of benchmarks, computed beside the thread of the API: resampling holds a thread for seconds.
 *
 * One computation at a time, each in a thread of its own that ends with it. Knows threads; knows no statistics.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Cell } from './benchmark/cells.ts';
import type { Difference } from './benchmark/differences.ts';
import { InfillError } from './errors.ts';
import type { FiguresAnswer, FiguresRequest } from './figures-worker.ts';
import { packageRoot } from './package-root.ts';
import type { Figures } from './service/benchmark-figures.ts';

/** Computes figures in threads. */
export function figuresInThreads(): Figures {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    cells: (results) => inTurn(async () => (await answerTo({ results, baselineId: null })).cells),
    differences: (results, baselineId) =>
      inTurn(async () => (await answerTo({ results, baselineId })).differences.map(asThrown)),
  };
}

type Computed = { readonly cells: Cell[]; readonly differences: FiguresAnswer['differences'] };

function answerTo(request: FiguresRequest): Promise<Computed> {
  return new Promise((resolve, reject) => {
    const file = join(packageRoot(), 'dist/src/figures-worker.js');
    const thread = new Worker(file, { workerData: request });
    thread.once('message', (answer: FiguresAnswer) => {
      if (answer.error === null)
        resolve({ cells: [...answer.cells], differences: answer.differences });
      else reject(new InfillError(answer.error.code, answer.error.message));
    });
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('The thread of the figures ended without them.')));
  });
}

/** Errors lose their class between threads. */
function asThrown({ refusal, ...difference }: FiguresAnswer['differences'][number]): Difference {
  const error = refusal === null ? null : new InfillError(refusal.code, refusal.message);
  return { ...difference, refusal: error };
}
