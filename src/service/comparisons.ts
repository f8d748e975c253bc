/**
 * The use cases of comparisons: start one, follow all its infills at once, find it again.
 *
 * Knows owners; an entrant's infill is a run like any other.
 */
import type { RunEvent } from '../decoding/run-event.ts';
import type { LogView, RunLog } from '../dispatch/run-log.ts';
import { InfillError } from '../errors.ts';
import {
  type ComparisonRow,
  countComparisons,
  findComparisonByKey,
  findComparisons,
  insertComparison,
  listComparisons,
} from '../store/comparisons.ts';
import type { Database } from '../store/database.ts';
import type { Page, PageRequest } from '../store/keyset-pages.ts';
import { findRuns, readEvents } from '../store/runs.ts';
import { uuidV7 } from '../store/uuid-v7.ts';
import { aheadOfBatchWork } from './ahead-of-batch-work.ts';
import {
  type CompareInput,
  compareDigest,
  earlyProblems,
  prepareEntrants,
} from './comparison-input.ts';
import { type CostLedger, charged } from './cost-ledger.ts';
import { KeyedSubmissions, type Submission } from './keyed-submissions.ts';
import { completeLog, mergedEvents } from './merged-events.ts';
import { newRun } from './new-run.ts';
import type { PreparationOptions } from './prepared-request.ts';
import { type RunLifecycle, storeError } from './run-lifecycle.ts';
import type { RunNotice } from './run-notice.ts';
import type { Schedule } from './schedule.ts';
import type { Viewer } from './service.ts';
import type { AdmissionGate } from './submissions.ts';

export type { ComparisonEntrant } from '../store/comparison-tables.ts';
export type { Page } from '../store/keyset-pages.ts';
export type { CompareEntrantInput, CompareInput } from './comparison-input.ts';

/** A comparison as the API shows it. */
export type Comparison = ComparisonRow;

/** An event of one of a comparison's infills. */
export type ComparisonEvent = {
  readonly comparison: Comparison;
  /** Its place among the events of all its infills, from 0. */
  readonly seq: number;
  /** Index of the entrant. */
  readonly entrant: number;
  readonly event: RunEvent & { readonly infillId: string };
};

/** What comparisons are made of. */
export type ComparisonsOptions = PreparationOptions & {
  readonly database: Database;
  readonly runLog: RunLog;
  readonly lifecycle: RunLifecycle;
  readonly ledger: CostLedger;
  readonly gate: AdmissionGate;
  readonly schedule: Schedule;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly observe: (notice: RunNotice) => void;
};

/** The comparisons of all owners. */
export class Comparisons {
  readonly #options: ComparisonsOptions;
  readonly #keyed: KeyedSubmissions<Comparison>;

  constructor(options: ComparisonsOptions) {
    this.#options = options;
    this.#keyed = new KeyedSubmissions(
      (owner, key) => findComparisonByKey(options.database, owner, key),
      'a comparison',
    );
  }

  /**
   * Checks all entrants, then charges, admits and stores all or none; answers at once. Sent again under its idempotency key it
   * is the same comparison.
   *
   * @throws every problem of every entrant at once; CONFLICT when the key stands for another input; RATE_LIMITED;
   *   STORAGE_FULL; QUEUE_FULL, SHUTTING_DOWN; WORKER_FAILED
   */
  compare(input: CompareInput, viewer: Viewer): Promise<Comparison> {
    return this.#comparisonOf(input, viewer).catch((error: unknown) => {
      if (error instanceof InfillError) {
        this.#options.observe({ type: 'rejected', code: error.code });
      }
      throw error;
    });
  }

  #comparisonOf(input: CompareInput, viewer: Viewer): Promise<Comparison> {
    const key = input.idempotencyKey;
    // What is wrong with an input is told, whatever its key stands for; and a wrong key names nothing.
    if (key === undefined || earlyProblems(input).length > 0) {
      return this.#admit(input, viewer, null);
    }
    const submission = { owner: viewer.owner, key, digest: compareDigest(input) };
    return this.#keyed.once(submission, () => this.#admit(input, viewer, submission));
  }

  #admit(input: CompareInput, viewer: Viewer, submission: Submission | null): Promise<Comparison> {
    return aheadOfBatchWork(this.#options.dispatcher, 'INTERACTIVE', () =>
      this.#start(input, viewer, submission),
    );
  }

  async #start(
    input: CompareInput,
    viewer: Viewer,
    submission: Submission | null,
  ): Promise<Comparison> {
    const { database, lifecycle, ledger, gate, now } = this.#options;
    const requests = await prepareEntrants(input, this.#options);
    gate.check();
    const submittedAt = now();
    const { owner } = viewer;
    const origin = {
      owner,
      submittedAt,
      labels: input.labels ?? [],
      storePolicy: 'FULL',
      idempotencyKey: null,
      inputDigest: null,
    } as const;
    const admissions = requests.map((prepared) => ({
      run: newRun(origin, prepared),
      request: prepared.request,
    }));
    const comparison = {
      ...{ id: uuidV7(submittedAt), owner, source: input.source, createdAt: new Date(submittedAt) },
      idempotencyKey: submission?.key ?? null,
      inputDigest: submission?.digest ?? null,
      entrants: input.entrants.map(({ label }, index) => ({
        label,
        runId: admissions[index]?.run.id ?? '',
      })),
    };
    const terms = {
      onDisconnect: 'CONTINUE',
      deadlineMs: input.deadlineMs ?? null,
      priority: 'INTERACTIVE',
    } as const;
    const cost = requests.reduce((sum, { prepared }) => sum + prepared.cost, 0);
    const newRuns = admissions.map(({ run }) => run);
    await charged(ledger, viewer, cost, () =>
      lifecycle.beginTogether(admissions, terms, () =>
        insertComparison(database, comparison, newRuns),
      ),
    );
    return comparison;
  }

  /**
   * Follows all its infills: events after `after` (all when null) in the order of their times, and the last one of each
   * infill whatever `after` is; those that happened, then live ones, until all infills have ended.
   *
   * Whoever reads slowly is told every event all the same: nothing is kept for a reader but its place.
   *
   * @throws UNKNOWN_COMPARISON
   */
  async *events(
    id: string,
    after: number | null,
    viewer: Viewer,
    signal: AbortSignal,
  ): AsyncGenerator<ComparisonEvent> {
    const comparison = await this.#require(id, viewer);
    const { entrants } = comparison;
    const logs = await Promise.all(entrants.map(({ runId }) => this.#logOf(runId)));
    const following = { after, signal, schedule: this.#options.schedule };
    for await (const { seq, entrant, event } of mergedEvents(logs, following)) {
      const infillId = entrants[entrant]?.runId ?? '';
      yield { comparison, seq, entrant, event: { infillId, ...event } };
    }
  }

  /** In the order of `ids`; null where the viewer has no such comparison. */
  find(ids: readonly string[], { owner }: Viewer): Promise<readonly (Comparison | null)[]> {
    return findComparisons(this.#options.database, owner, ids);
  }

  /** The newest first. @throws INVALID_INPUT when a cursor is not one that a page carried. */
  list(page: PageRequest, { owner }: Viewer): Promise<Page<Comparison>> {
    return listComparisons(this.#options.database, owner, page);
  }

  count({ owner }: Viewer): Promise<number> {
    return countComparisons(this.#options.database, owner);
  }

  async #require(id: string, viewer: Viewer): Promise<Comparison> {
    const [found = null] = await this.find([id], viewer);
    if (found === null) {
      throw new InfillError('UNKNOWN_COMPARISON', `There is no comparison ${id}.`);
    }
    return found;
  }

  /** Of a run that has been deleted, a log without events; of one whose end could not be stored, nothing but that. */
  async #logOf(runId: string): Promise<LogView> {
    const { runLog, database, now } = this.#options;
    if (runLog.has(runId)) return runLog.view(runId);
    const events = await readEvents(database, runId, null);
    if (events.length > 0) return completeLog(events);
    const [run = null] = await findRuns(database, [runId]);
    // It was stored, and begins, while the store was asked.
    if (runLog.has(runId)) return runLog.view(runId);
    const failed = { seq: 0, at: now(), type: 'failed', error: storeError } as const;
    return completeLog(run === null ? [] : [failed]);
  }
}
