/**
 * The events of several runs as one sequence: by time, then by the order of the runs; each run's own in their order.
 *
 * Live or read later, the sequence is the same. An event is told once nothing that is still to come can go before it:
 * within a millisecond or two, and while the end of another run is being stored, after that. Knows logs; knows no store.
 */
import type { RunEvent } from '../decoding/run-event.ts';
import type { LogView } from '../dispatch/run-log.ts';
import { isTerminal } from '../dispatch/terminal.ts';
import type { Schedule } from './schedule.ts';

/** An event with its place in the sequence, from 0, and the index of its run. */
export type MergedEvent = {
  readonly seq: number;
  readonly entrant: number;
  readonly event: RunEvent;
};

/** How a sequence is followed. */
export type Following = {
  /** Only events with a larger `seq`, and the last ones of each run whatever theirs; all when null. */
  readonly after: number | null;
  readonly schedule: Schedule;
  /** Ends the sequence early. */
  readonly signal: AbortSignal;
};

/** Milliseconds until the clock is asked again whether an event is the next one. */
const settlingMs = 1;

/** A view of a log that is complete. */
export function completeLog(events: readonly RunEvent[]): LogView {
  return { events, earliestNext: () => Number.POSITIVE_INFINITY, onNext: () => () => undefined };
}

/** Tells the events of logs, those that happened and live ones, until all logs have ended. */
export async function* mergedEvents(
  logs: readonly LogView[],
  { after, ...waiting }: Following,
): AsyncGenerator<MergedEvent> {
  for await (const merged of inOrder(logs, waiting)) {
    if (merged.seq > (after ?? -1) || isTerminal(merged.event.type)) yield merged;
  }
}

async function* inOrder(
  logs: readonly LogView[],
  { schedule, signal }: Omit<Following, 'after'>,
): AsyncGenerator<MergedEvent> {
  const cursors = logs.map(() => 0);
  let seq = 0;
  while (!signal.aborted) {
    const next = smallest(logs, cursors);
    if (next === null && logs.every(hasEnded)) return;
    if (next === null || !isSettled(next, logs, cursors)) {
      await change(logs, { signal, ...(next === null ? {} : { schedule }) });
    } else {
      yield { seq, ...next };
      cursors[next.entrant] = (cursors[next.entrant] ?? 0) + 1;
      seq += 1;
    }
  }
}

function hasEnded(log: LogView): boolean {
  return log.earliestNext() === Number.POSITIVE_INFINITY;
}

type Head = Omit<MergedEvent, 'seq'>;

/** The event that goes first among those that are there. */
function smallest(logs: readonly LogView[], cursors: readonly number[]): Head | null {
  let first: Head | null = null;
  for (const [entrant, { events }] of logs.entries()) {
    const event = events[cursors[entrant] ?? 0];
    if (event !== undefined && (first === null || event.at < first.event.at)) {
      first = { entrant, event };
    }
  }
  return first;
}

/** Whether no event that is still to come goes before it. */
function isSettled(
  { entrant, event }: Head,
  logs: readonly LogView[],
  cursors: readonly number[],
): boolean {
  return logs.every((log, other) => {
    const isThere = other === entrant || (cursors[other] ?? 0) < log.events.length;
    const earliest = isThere ? Number.POSITIVE_INFINITY : log.earliestNext();
    return event.at < earliest || (event.at === earliest && entrant < other);
  });
}

/** Waits for an event of any log, for the abort, and with a schedule for the clock. */
function change(
  logs: readonly LogView[],
  { signal, schedule }: { readonly signal: AbortSignal; readonly schedule?: Schedule },
): Promise<void> {
  return new Promise((resolve) => {
    const undo: (() => void)[] = [];
    const end = () => {
      for (const step of undo) step();
      resolve();
    };
    undo.push(...logs.map((log) => log.onNext(end)));
    signal.addEventListener('abort', end);
    undo.push(() => signal.removeEventListener('abort', end));
    if (schedule !== undefined) undo.push(schedule(settlingMs, end));
  });
}
