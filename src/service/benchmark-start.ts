/**
 * A benchmark before its first unit: what a client asks for, checked whole, as the rows that are stored.
 */
import type { NamedValue } from '../benchmark/benchmark-results.ts';
import { maskingProblems } from '../benchmark/masking.ts';
import { InfillError, type Problem, problemsError } from '../errors.ts';
import {
  type BenchmarkRow,
  countUnfinished,
  type EntrantRow,
  findBenchmarkByKey,
  insertBenchmark,
} from '../store/benchmarks.ts';
import type { Database } from '../store/database.ts';
import { uuidV7 } from '../store/uuid-v7.ts';
import {
  type BenchmarkInput,
  benchmarkDigest,
  benchmarkKey,
  benchmarkLimits,
  checkEntrant,
  inputProblems,
} from './benchmark-input.ts';
import { type Trial, trialProblems } from './benchmark-trial.ts';
import type { Dataset, Datasets } from './datasets.ts';
import { KeyedSubmissions, type Submission } from './keyed-submissions.ts';
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

/** Starts of benchmarks, each stored once however often it is sent. */
export class BenchmarkStarts {
  readonly #options: StartOptions;
  readonly #add: (id: string) => void;
  readonly #keyed: KeyedSubmissions<BenchmarkRow>;
  /** Those that are being checked, the first to come first. */
  readonly #checking = new Set<Checking>();

  /** @param add - takes the id of each benchmark that is stored and not yet begun. */
  constructor(options: StartOptions, add: (id: string) => void) {
    this.#options = options;
    this.#add = add;
    this.#keyed = new KeyedSubmissions(
      (owner, key) => findBenchmarkByKey(options.database, owner, key),
      'a benchmark',
    );
  }

  /**
   * Checks, stores and begins a benchmark, or finds what was begun under its key; durable when this resolves.
   *
   * @throws the caller's mistakes, all at once; CONFLICT when the key stands for another input; UNSUPPORTED for client
   *   tokens; QUEUE_FULL; STORAGE_FULL
   */
  async start(input: BenchmarkInput, viewer: Viewer): Promise<BenchmarkRow> {
    const key = input.idempotencyKey;
    // What is wrong with an input is told, whatever its key stands for; and a wrong key names nothing.
    if (key === undefined || inputProblems(input, null).length > 0) {
      return this.#insert(input, viewer, null);
    }
    const submission = { owner: viewer.owner, key, digest: benchmarkDigest(input) };
    return this.#keyed.once(submission, () => this.#insert(input, viewer, submission));
  }

  async #insert(
    input: BenchmarkInput,
    viewer: Viewer,
    submission: Submission | null,
  ): Promise<BenchmarkRow> {
    const checking = { id: uuidV7(this.#options.now()), owner: viewer.owner };
    this.#checking.add(checking);
    try {
      const before = () => this.#idsBefore(checking);
      const options = { ...this.#options, id: checking.id, submission, before };
      const { benchmark, entrants } = await checkedBenchmark(input, viewer, options);
      await insertBenchmark(options.database, benchmark, entrants);
      this.#add(benchmark.id);
      return benchmark;
    } finally {
      this.#checking.delete(checking);
    }
  }

  #idsBefore(checking: Checking): string[] {
    const all = [...this.#checking];
    const earlier = all.slice(0, all.indexOf(checking));
    return earlier.flatMap(({ id, owner }) => (owner === checking.owner ? id : []));
  }
}

/** A benchmark that is being checked. */
type Checking = { readonly id: string; readonly owner: string };

type CheckOptions = StartOptions & {
  readonly id: string;
  readonly submission: Submission | null;
  /** Those of the owner that came before it and are being checked or stored. */
  readonly before: () => readonly string[];
};

async function checkedBenchmark(
  input: BenchmarkInput,
  viewer: Viewer,
  options: CheckOptions,
): Promise<{ readonly benchmark: BenchmarkRow; readonly entrants: readonly EntrantRow[] }> {
  const { database, datasets, environment, newSeed, now, submission } = options;
  const { measures } = input;
  const key = benchmarkKey(viewer);
  const [dataset = null] = await datasets.find([input.dataset], viewer);
  const problems = [
    ...(dataset === null ? [noDataset(input.dataset)] : []),
    ...inputProblems(input, dataset),
  ];
  const entrants = await Promise.all(
    input.entrants
      .slice(0, benchmarkLimits.entrants)
      .map((entrant, index) => checkEntrant(entrant, index, { ...options, measures })),
  );
  problems.push(...entrants.flatMap((entrant) => entrant.problems));
  const seed = input.seed ?? newSeed();
  if (dataset !== null && canBeTried(input)) {
    await requireRoom(viewer, options, problems);
    const checked = entrants.map((entrant) => entrant.checked);
    const costPerMinute = key?.costPerMinute ?? null;
    const trial = trialOf(input, { dataset, entrants: checked, seed, costPerMinute });
    problems.push(...(await trialProblems(trial, database, options)));
  }
  throwProblems(problems);
  if (dataset === null) throw new InfillError('UNKNOWN_DATASET', 'The dataset is gone.');
  const createdAt = new Date(now());
  const benchmark: BenchmarkRow = {
    id: options.id,
    owner: viewer.owner,
    name: input.name ?? null,
    status: 'QUEUED',
    datasetId: dataset.id,
    itemCount: input.items ?? dataset.itemCount,
    maskings: input.maskings.filter((masking) => masking !== null),
    seed,
    settings: { measures, scoreDraws: input.scoreDraws, key },
    environment,
    createdAt,
    finishedAt: null,
    error: null,
    idempotencyKey: submission?.key ?? null,
    inputDigest: submission?.digest ?? null,
  };
  const rows = entrants.flatMap(({ checked }, ordinal): EntrantRow[] =>
    checked === null
      ? []
      : [{ id: uuidV7(createdAt.getTime()), benchmarkId: benchmark.id, ordinal, ...checked }],
  );
  return { benchmark, entrants: rows };
}

/** Whether there are not too many of anything. */
function canBeTried({ maskings, entrants, seed = 0n, scoreDraws }: BenchmarkInput): boolean {
  return (
    maskings.length <= benchmarkLimits.maskings &&
    entrants.length <= benchmarkLimits.entrants &&
    seed >= 0n &&
    seed < 2n ** 63n &&
    scoreDraws >= 1 &&
    scoreDraws <= benchmarkLimits.scoreDraws
  );
}

/** What of an input can be tried: maskings and entrants that are right by themselves, of as many items as there are. */
function trialOf(
  { maskings, items, measures, scoreDraws }: BenchmarkInput,
  found: Pick<Trial, 'entrants' | 'seed' | 'costPerMinute'> & { readonly dataset: Dataset },
): Trial {
  const { itemCount } = found.dataset;
  return {
    ...found,
    ...{ measures, scoreDraws },
    maskings: maskings.map((masking) =>
      masking === null || maskingProblems(masking, []).length > 0 ? null : masking,
    ),
    itemCount: Math.min(items ?? itemCount, itemCount),
  };
}

/** A trial can take minutes: without room for the benchmark there is none. @throws `problems`, else QUEUE_FULL, STORAGE_FULL */
async function requireRoom(
  { owner }: Viewer,
  { database, gate, before }: CheckOptions,
  problems: readonly Problem[],
): Promise<void> {
  const { unfinished } = benchmarkLimits;
  const earlier = before();
  const count = earlier.length + (await countUnfinished(database, owner, earlier));
  if (count < unfinished) {
    if (problems.length === 0) gate.check();
    return;
  }
  throwProblems(problems);
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
