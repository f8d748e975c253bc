/**
 * What is kept of a run whose texts are not: times, numbers, settings and labels.
 *
 * A token id is text, and so is a choice that a slot was given. Pure; knows the shapes of runs and no database.
 */
import type { Outcome, RunEvent } from '../decoding/run-event.ts';
import type { Lagged } from '../dispatch/run-log.ts';
import { isTerminal } from '../dispatch/terminal.ts';
import type { NewRun } from '../store/runs.ts';

/** Settings whose values are a client's texts. */
const textSetting = /^slots\.\d+\.(?:choices|banned)$/;

/** A run as it is stored without texts. */
export function textFreeRun(run: NewRun): NewRun {
  const settings = run.settings.filter(({ name }) => !textSetting.test(name));
  return { ...run, source: null, promptTokens: null, settings };
}

/** An outcome with its numbers only; a completed run has one, also without texts. */
export function textFreeOutcome(outcome: Outcome): Outcome {
  return { ...outcome, promptTokens: null, text: null, slots: [], segments: [], others: [] };
}

/** The entries that say where the run was in its life; each keeps its `seq`. */
export function textFreeEvents(events: readonly RunEvent[]): readonly RunEvent[] {
  return events.filter(({ type }) => type === 'queued' || type === 'started' || isTerminal(type));
}

/**
 * Stored entries after `after` with what stands in for those that were not kept, so that `seq` has no silent gap.
 *
 * @param after - null: from the beginning.
 */
export function withGapsTold(
  events: readonly RunEvent[],
  after: number | null,
): (RunEvent | Lagged)[] {
  let next = (after ?? -1) + 1;
  return events.flatMap((event) => {
    const skippedFrom = next;
    next = event.seq + 1;
    if (event.seq <= skippedFrom) return [event];
    // When the entry before it happened is not kept; it was over by then.
    const gap = {
      type: 'lagged',
      seq: event.seq - 1,
      at: event.at,
      skippedFrom,
      slots: [],
    } as const;
    return [gap, event];
  });
}
