/**
 * How an input becomes a run: checked, charged, admitted and stored, once per submission of a client, however often it is sent.
 *
 * Knows submissions by their idempotency keys; what a run goes through once it is admitted is in `run-lifecycle.ts`.
 */
import { InfillError } from '../errors.ts';
import type { RunRow } from '../store/runs.ts';
import { aheadOfBatchWork } from './ahead-of-batch-work.ts';
import { type CostLedger, charged } from './cost-ledger.ts';
import { inputDigest } from './input-digest.ts';
import { KeyedSubmissions, type Submission } from './keyed-submissions.ts';
import type { KnownRuns } from './known-runs.ts';
import { newRun } from './new-run.ts';
import { type PreparationOptions, prepareInfill } from './prepared-request.ts';
import type { RunLifecycle } from './run-lifecycle.ts';
import type { RunNotice } from './run-notice.ts';
import { disconnectPolicyOf, type Operation, termsProblems } from './run-terms.ts';
import type { InfillInput, Priority, Viewer } from './service.ts';

/** What inputs are submitted with. */
export type SubmissionOptions = PreparationOptions & {
  readonly lifecycle: RunLifecycle;
  readonly known: KnownRuns;
  readonly ledger: CostLedger;
  readonly gate: AdmissionGate;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly observe: (notice: RunNotice) => void;
};

/** What can refuse every run that is to be stored. */
export type AdmissionGate = {
  /** Called before such a run is admitted. @throws STORAGE_FULL */
  check(): void;
};

/** One call with an input. */
type Call = {
  readonly input: InfillInput;
  readonly viewer: Viewer;
  readonly operation: Operation;
  /** The benchmark that makes it; null of every other call. */
  readonly benchmarkId: string | null;
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
};

/** Takes inputs in. */
export class Submissions {
  readonly #options: SubmissionOptions;
  readonly #keyed: KeyedSubmissions<RunRow>;

  constructor(options: SubmissionOptions) {
    this.#options = options;
    this.#keyed = new KeyedSubmissions(
      (owner, key) => options.known.findByKey(owner, key),
      'an infill',
    );
  }

  /**
   * Returns the run of an input: a new one that is durable, or the one that the same submission has started.
   *
   * @throws as `prepareInfill`; CONFLICT when the key stands for another input; UNKNOWN_RUN when there is none to
   * supersede; RATE_LIMITED; STORAGE_FULL; QUEUE_FULL, SHUTTING_DOWN
   */
  async submit(
    input: InfillInput,
    viewer: Viewer,
    operation: Operation,
    benchmarkId: string | null = null,
  ): Promise<RunRow> {
    const { lifecycle, now } = this.#options;
    const call = { input, viewer, operation, benchmarkId, submittedAt: now() };
    const run = await this.#runOf(call).catch((error: unknown) => this.#refuse(error));
    // Whoever asked that it go on may rely on it, also when somebody else started it.
    if (disconnectPolicyOf(input, operation) === 'CONTINUE') lifecycle.continue(run.id);
    return run;
  }

  #refuse(error: unknown): never {
    if (error instanceof InfillError) {
      this.#options.observe({ type: 'rejected', code: error.code });
    }
    throw error;
  }

  #runOf(call: Call): Promise<RunRow> {
    const { input, viewer, operation } = call;
    const key = input.idempotencyKey;
    // What is wrong with an input is told, whatever its key stands for; and a wrong key names nothing.
    const problems = [...(input.problems ?? []), ...termsProblems(input, operation)];
    if (key === undefined || problems.length > 0) return this.#admit(call, null);
    const submission = { owner: viewer.owner, key, digest: inputDigest(input) };
    return this.#keyed.once(submission, () => this.#admit(call, submission));
  }

  #admit(call: Call, submission: Submission | null): Promise<RunRow> {
    const { priority = 'INTERACTIVE' } = call.input;
    return aheadOfBatchWork(this.#options.dispatcher, priority, () =>
      this.#begin(call, submission, priority),
    );
  }

  async #begin(call: Call, submission: Submission | null, priority: Priority): Promise<RunRow> {
    const { lifecycle, known, ledger } = this.#options;
    const { input, viewer, operation } = call;
    const { supersedes } = input;
    const superseded = await known.supersededProblems(input, viewer);
    const terms = [...termsProblems(input, operation), ...superseded];
    const checked = await prepareInfill(input, this.#options, terms);
    if (input.store !== 'NONE') this.#options.gate.check();
    const run = newRun(
      {
        owner: viewer.owner,
        storePolicy: input.store,
        submittedAt: call.submittedAt,
        labels: input.labels ?? [],
        idempotencyKey: submission?.key ?? null,
        inputDigest: submission?.digest ?? null,
        benchmarkId: call.benchmarkId,
      },
      checked,
    );
    const onDisconnect = disconnectPolicyOf(input, operation);
    const row = await charged(ledger, viewer, checked.prepared.cost, () =>
      lifecycle.begin(run, checked.request, {
        onDisconnect,
        deadlineMs: input.deadlineMs ?? null,
        priority,
      }),
    );
    if (supersedes !== undefined) lifecycle.cancel(supersedes, 'SUPERSEDED');
    return row;
  }
}
