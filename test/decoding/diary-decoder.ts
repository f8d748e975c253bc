/**
 * A decoder for tests of the engine: one token per step, and a diary of who stepped with whom.
 */
import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Attempt, Attempts, AttemptTurn } from '../../src/decoding/attempt.ts';
import type { Decoder, DecoderState, Run } from '../../src/decoding/decoder.ts';
import type { EngineEvent, Job } from '../../src/decoding/engine.ts';
import { TokenRules } from '../../src/decoding/token-rules.ts';

/** Its state. */
export type State = DecoderState & { readonly name: string; left: number };
/** Rules that forbid nothing. */
export const rules = new TokenRules([], new Uint8Array(8), new Set());

/** Commits one token per step and keeps a diary. */
export class DiaryDecoder implements Decoder<string, State> {
  readonly diary: string[] = [];
  readonly ended: string[] = [];
  onStep: (names: readonly string[]) => void = () => undefined;

  async begin(run: Run<string>): Promise<State> {
    const left = run.ids.filter((id) => id === null).length;
    return { name: run.options, left, passes: { causal: 0, masked: 1 } };
  }

  async step(states: readonly State[]) {
    const names = states.map(({ name }) => name);
    this.diary.push(names.join(''));
    this.onStep(names);
    // A real pass gives other tasks a turn.
    await setImmediate();
    return states.map((state) => {
      state.left--;
      const fill = { position: state.left, tokenId: 5, logProb: -1, alternatives: [] };
      return { fills: [fill], reopened: [], done: state.left === 0 };
    });
  }

  end(state: State): void {
    this.ended.push(state.name);
  }
}

/** One attempt of as many open positions as `counts` says, for each of them. */
class ListedAttempts implements Attempts {
  readonly passes = { causal: 0, masked: 0 };
  readonly #attempts: Attempt[];
  #isUnderWay = false;

  constructor(name: string, counts: readonly number[], maxSteps: number) {
    this.#attempts = counts.map((openCount) => {
      const ids = new Array<null>(openCount).fill(null);
      const sampling = { temperature: 0 };
      const run = { ids, rules, options: name, sampling, seed: 0n, alternatives: 0 };
      return { part: 'SAMPLE', prompt: { ids, slots: [], parts: [] }, run, maxSteps };
    });
  }

  get isOver(): boolean {
    return this.#attempts.length === 0 && !this.#isUnderWay;
  }

  async next(): Promise<AttemptTurn> {
    const attempt = this.#attempts.shift();
    if (attempt === undefined) throw new Error('Nothing comes any more.');
    this.#isUnderWay = true;
    return { type: 'attempt', attempt };
  }

  ended(ids: readonly (number | null)[]): void {
    expect(ids).not.toContain(null);
    this.#isUnderWay = false;
  }
}

/** A job of attempts with so many open positions each. */
export function jobOf(
  decoder: Decoder<string, State>,
  name: string,
  openCount: number | readonly number[],
  maxSteps = 9,
): Job {
  const attempts = new ListedAttempts(name, [openCount].flat(), maxSteps);
  return { decoderName: 'diary', decoder, attempts, sizeBytes: 1, priority: 'INTERACTIVE' };
}

/** All of them. */
export async function collect(events: AsyncIterable<EngineEvent>): Promise<EngineEvent[]> {
  const all: EngineEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Their types, in a row. */
export const types = (events: readonly EngineEvent[]) => events.map(({ type }) => type).join(' ');
/** Why it ended. */
export const stopOf = (events: readonly EngineEvent[]) => {
  const last = events.at(-1);
  return last?.type === 'finished' ? last.stop : 'not finished';
};
