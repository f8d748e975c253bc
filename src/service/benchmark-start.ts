/**
 * A benchmark before its first unit: what a client asks for, checked whole, as the rows that are stored.
 */
import type { NamedValue } from '../benchmark/benchmark-results.ts';
import { InfillError, type Problem, problemsError } from '../errors.ts';
import { type BenchmarkRow, countUnfinished, type EntrantRow } from '../store/benchmarks.ts';
import type { Database } from '../store/database.ts';
import { uuidV7 } from '../store/uuid-v7.ts';
import {
  type BenchmarkInput,
  benchmarkKey,
  benchmarkLimits,
  checkEntrant,
  inputProblems,
  maskProblems,
} from './benchmark-input.ts';
import type { Datasets } from './datasets.ts';
import type { PreparationOptions } from './prepared-request.ts';
import type { Viewer } from './service.ts';
import type { AdmissionGate } from './submissions.ts';

/** What benchmarks are started with. */
export type StartOptions = PreparationOptions & {
  readonly database: Database;
  readonly datasets: Datasets;
  readonly gate: AdmissionGate;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Versions, device, threads: what speed figures depend on. */
  readonly environment: readonly NamedValue[];
};

/**
 * The rows of a benchmark.
 *
 * @throws the caller's mistakes, all at once; UNSUPPORTED for client tokens; QUEUE_FULL; STORAGE_FULL
 */
export async function checkedBenchmark(
  input: BenchmarkInput,
  viewer: Viewer,
  options: StartOptions,
): Promise<{ readonly benchmark: BenchmarkRow; readonly entrants: readonly EntrantRow[] }> {
  const { database, datasets, gate, environment, newSeed, now } = options;
  const key = benchmarkKey(viewer);
  const [dataset = null] = await datasets.find([input.dataset], viewer);
  const problems = [
    ...(dataset === null ? [noDataset(input.dataset)] : []),
    ...inputProblems(input, dataset),
  ];
  const entrants = await Promise.all(
    input.entrants.map((entrant, index) => checkEntrant(entrant, index, options)),
  );
  problems.push(...entrants.flatMap((entrant) => entrant.problems));
  if (dataset !== null && problems.length === 0) {
    problems.push(...(await maskProblems(database, dataset, input)));
  }
  throwProblems(problems);
  if (dataset === null) throw new InfillError('UNKNOWN_DATASET', 'The dataset is gone.');
  gate.check();
  await requireRoom(viewer, options);
  const createdAt = new Date(now());
  const benchmark: BenchmarkRow = {
    id: uuidV7(createdAt.getTime()),
    owner: viewer.owner,
    name: input.name ?? null,
    status: 'QUEUED',
    datasetId: dataset.id,
    itemCount: input.items ?? dataset.itemCount,
    maskings: input.maskings,
    seed: input.seed ?? newSeed(),
    settings: { measures: input.measures, scoreDraws: input.scoreDraws, key },
    environment,
    createdAt,
    finishedAt: null,
    error: null,
  };
  const rows = entrants.flatMap(({ checked }, ordinal): EntrantRow[] =>
    checked === null
      ? []
      : [{ id: uuidV7(createdAt.getTime()), benchmarkId: benchmark.id, ordinal, ...checked }],
  );
  return { benchmark, entrants: rows };
}

async function requireRoom({ owner }: Viewer, { database }: StartOptions): Promise<void> {
  const { unfinished } = benchmarkLimits;
  const count = await countUnfinished(database, owner);
  if (count < unfinished) return;
  const message = `${count} benchmarks have not ended; the limit is ${unfinished}.`;
  throw new InfillError('QUEUE_FULL', message, { retryAfterMs: 60_000 });
}

function noDataset(id: string): Problem {
  const message = `There is no dataset ${id}.`;
  return { path: ['dataset'], code: 'UNKNOWN_DATASET', message, value: id, limit: null };
}

function throwProblems(problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw problemsError([first, ...others]);
}
