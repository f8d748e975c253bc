/**
 * What streams of runs are read with, and what scripted runs are told.
 */
import { setImmediate } from 'node:timers/promises';
import type { TokensChanged } from '../../../src/decoding/run-event.ts';
import type { InfillEvent } from '../../../src/service/service.ts';
import { scriptedOutcome } from '../../support/scripted-dispatcher.ts';

/** A step that filled the only slot. */
export const committed: TokensChanged = {
  type: 'committed',
  tokens: [
    {
      slot: 0,
      index: 0,
      position: 1,
      id: 5,
      text: ' cat',
      logProb: -1,
      step: 0,
      alternatives: [],
    },
  ],
  slots: [{ index: 0, key: null, text: 'cat', complete: true }],
};

/** The end of a run that filled it. */
export const completed = { type: 'completed', outcome: scriptedOutcome } as const;

/** Reads to the end. */
export async function collect(events: AsyncIterable<InfillEvent>): Promise<InfillEvent[]> {
  const all: InfillEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Each event with its number. */
export function story(events: readonly InfillEvent[]): string[] {
  return events.map(({ seq, type }) => `${seq} ${type}`);
}

/** Begins to read; what it answers leaves, and resolves once the stream knows. */
export async function startReading(events: AsyncIterable<InfillEvent>) {
  const reader = events[Symbol.asyncIterator]();
  const first = await reader.next();
  return { first, reader, leave: async () => void (await reader.return?.()) };
}

/** Waits until a condition holds; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}
