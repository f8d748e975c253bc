/**
 * Where runs and their events are found: in memory where no text of theirs is stored, or while they are alive; else in
 * the store.
 *
 * Knows whose a run is; changes none.
 */
import type { RunEvent } from '../decoding/run-event.ts';
import type { Lagged, RunLog } from '../dispatch/run-log.ts';
import { InfillError, type Problem } from '../errors.ts';
import type { Database } from '../store/database.ts';
import { findRunByKey, findRuns, type RunRow, readEvents } from '../store/runs.ts';
import type { RunMemory } from './run-memory.ts';
import type { InfillInput, Viewer } from './service.ts';
import { withGapsTold } from './text-free.ts';

/** What it looks in. */
export type KnownRunsOptions = {
  readonly database: Database;
  readonly runLog: RunLog;
  readonly memory: RunMemory;
};

/** Runs as their owners see them. */
export class KnownRuns {
  readonly #options: KnownRunsOptions;

  constructor(options: KnownRunsOptions) {
    this.#options = options;
  }

  /** In the order of `ids`; null where the viewer has no such run. */
  async find(
    ids: readonly string[],
    { owner }: Pick<Viewer, 'owner'>,
  ): Promise<readonly (RunRow | null)[]> {
    const { database, memory } = this.#options;
    const held = ids.map((id) => memory.get(id));
    const isHeld = held.every((row) => row !== undefined);
    const stored = isHeld ? [] : await findRuns(database, ids);
    const found = ids.map((_, index) => held[index] ?? stored[index] ?? null);
    return found.map((run) => (run?.owner === owner ? run : null));
  }

  /** @throws UNKNOWN_RUN */
  async require(id: string, viewer: Pick<Viewer, 'owner'>): Promise<RunRow> {
    const [run = null] = await this.find([id], viewer);
    if (run === null) throw new InfillError('UNKNOWN_RUN', `There is no infill ${id}.`);
    return run;
  }

  /** What is wrong with the run that an input supersedes: that the viewer has no such run. */
  async supersededProblems(
    { supersedes: id }: Pick<InfillInput, 'supersedes'>,
    viewer: Pick<Viewer, 'owner'>,
  ): Promise<Problem[]> {
    const [found] = id === undefined ? [] : await this.find([id], viewer);
    if (id === undefined || found !== null) return [];
    const message = `There is no infill ${id}.`;
    return [{ path: ['supersedes'], code: 'UNKNOWN_RUN', message, value: id, limit: null }];
  }

  /** The run an owner submitted under an idempotency key; null when there is none. */
  async findByKey(owner: string, key: string): Promise<RunRow | null> {
    const { database, memory } = this.#options;
    return memory.findByKey(owner, key) ?? (await findRunByKey(database, owner, key));
  }

  /**
   * Events after `after` (all when null), from the log while there is one, else from the store; both number them alike.
   * Where not all were stored, a snapshot without slots tells which are missing.
   *
   * @throws STORE_FAILED when the run is over and has none
   */
  async *events(
    id: string,
    after: number | null,
    signal: AbortSignal,
  ): AsyncGenerator<RunEvent | Lagged> {
    const { runLog, database } = this.#options;
    if (runLog.has(id)) {
      yield* runLog.tail(id, after, signal);
      return;
    }
    const events = await readEvents(database, id, after);
    if (events.length === 0) {
      throw new InfillError('STORE_FAILED', `Run ${id} is over, but its events are not stored.`);
    }
    yield* withGapsTold(events, after);
  }
}
