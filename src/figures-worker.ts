/**
 * The thread that computes figures of one benchmark and ends.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { BenchmarkResults } from './benchmark/benchmark-results.ts';
import { benchmarkCells, type Cell } from './benchmark/cells.ts';
import { benchmarkDifferences, type Difference } from './benchmark/differences.ts';
import { InfillError } from './errors.ts';

/** What to compute: the cells, or the differences from a baseline. */
export type FiguresRequest = {
  readonly results: BenchmarkResults;
  readonly baselineId: string | null;
};

type PlainError = Pick<InfillError, 'code' | 'message'>;

/** What was computed; an error where the request was wrong. */
export type FiguresAnswer = {
  readonly cells: readonly Cell[];
  readonly differences: readonly (Omit<Difference, 'refusal'> & {
    readonly refusal: PlainError | null;
  })[];
  readonly error: PlainError | null;
};

parentPort?.postMessage(answerTo(workerData as FiguresRequest));

function answerTo({ results, baselineId }: FiguresRequest): FiguresAnswer {
  if (baselineId === null) {
    return { cells: [...benchmarkCells(results)], differences: [], error: null };
  }
  try {
    const differences = benchmarkDifferences(results, baselineId).map((difference) => ({
      ...difference,
      refusal: difference.refusal === null ? null : plain(difference.refusal),
    }));
    return { cells: [], differences, error: null };
  } catch (error) {
    if (error instanceof InfillError) return { cells: [], differences: [], error: plain(error) };
    throw error;
  }
}

function plain({ code, message }: InfillError): PlainError {
  return { code, message };
}
