import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Run, Score, ScoreOptions } from '../../src/decoding/decoder.ts';
import { Engine, type EngineEvent, type Job, type ScoreJob } from '../../src/decoding/engine.ts';
import { collect, DiaryDecoder, jobOf, rules, stopOf } from './diary-decoder.ts';

const limits = { maxRunning: 4, maxWaiting: 8, maxBytes: 100 };
const never = new AbortController().signal;

/** Scores with as many passes as draws; each ends when the test says so. */
class ScoringDecoder extends DiaryDecoder {
  readonly #ends: (() => void)[] = [];

  async score(_run: Run<string>, _: readonly number[], options: ScoreOptions): Promise<Score> {
    for (let draw = 0; draw < options.draws; draw++) {
      await options.giveWay?.();
      this.diary.push('score');
      await new Promise<void>((resolve) => this.#ends.push(resolve));
    }
    return { kind: 'ELBO', logLikelihood: -1 };
  }

  /** Returns when whoever comes next has gone as far as it can. */
  async endPass(): Promise<void> {
    this.#ends.shift()?.();
    for (let turn = 0; turn < 10; turn++) await setImmediate();
  }
}

describe('batch work', () => {
  const batchOf = (decoder: DiaryDecoder, name: string, openCount: number): Job => ({
    ...jobOf(decoder, name, openCount),
    priority: 'BATCH',
  });
  const scoreOf = (decoder: ScoringDecoder, priority: Job['priority']): ScoreJob => {
    const sampling = { temperature: 0 };
    const run = { ids: [null], rules, options: 's', sampling, seed: 0n, alternatives: 0 };
    return { decoderName: 'diary', decoder, run, priority };
  };
  const twoPasses = { targets: [5], signal: never, draws: 2 };

  it('lets an interactive run wait for one step at most, and then steps in turns', async () => {
    const decoder = new DiaryDecoder();
    const engine = new Engine(limits, () => 0);
    const urgent: Promise<EngineEvent[]>[] = [];
    decoder.onStep = () => {
      // The first step of a batch run is under way.
      if (decoder.diary.length !== 1) return;
      urgent.push(collect(engine.run(jobOf(decoder, 'x', 3), never)));
    };
    const batch = ['a', 'b'].map((name) => collect(engine.run(batchOf(decoder, name, 2), never)));
    const [a = [], b = []] = await Promise.all(batch);
    const [x = []] = await Promise.all(urgent);
    expect(decoder.diary).toEqual(['a', 'x', 'x', 'x', 'b', 'a', 'b']);
    expect([a, b, x].map(stopOf)).toEqual(['filled', 'filled', 'filled']);
  });

  it('goes on after interactive runs that are cancelled or fail', async () => {
    const decoder = new DiaryDecoder();
    const engine = new Engine(limits, () => 0);
    const abort = new AbortController();
    decoder.onStep = (names) => {
      if (names.join('') === 'xy') throw new Error('out of cheese');
      if (names[0] === 'z') abort.abort();
    };
    const batch = collect(engine.run(batchOf(decoder, 'a', 2), never));
    const runs = ['x', 'y'].map((name) => collect(engine.run(jobOf(decoder, name, 2), never)));
    await Promise.all(runs);
    const z = collect(engine.run(jobOf(decoder, 'z', 2), abort.signal));
    expect(stopOf(await batch)).toBe('filled');
    expect(stopOf(await z)).toBe('cancelled');
    expect(decoder.diary.join(' ')).toMatch(/^xy (a )?z( a)+$/);
  });

  it('waits for the end of an interactive score, which an interactive run does not', async () => {
    const decoder = new ScoringDecoder();
    const engine = new Engine(limits, () => 0);
    const score = engine.score(scoreOf(decoder, 'INTERACTIVE'), 'ELBO', twoPasses);
    const batch = collect(engine.run(batchOf(decoder, 'a', 1), never));
    expect(stopOf(await collect(engine.run(jobOf(decoder, 'x', 1), never)))).toBe('filled');
    expect(decoder.diary).toEqual(['score', 'x']);
    await decoder.endPass();
    expect(decoder.diary).toEqual(['score', 'x', 'score']);
    await decoder.endPass();
    await score;
    expect(stopOf(await batch)).toBe('filled');
    expect(decoder.diary).toEqual(['score', 'x', 'score', 'a']);
  });

  it('can be cancelled while it waits', async () => {
    const decoder = new ScoringDecoder();
    const engine = new Engine(limits, () => 0);
    const score = engine.score(scoreOf(decoder, 'INTERACTIVE'), 'ELBO', twoPasses);
    const abort = new AbortController();
    const batch = collect(engine.run(batchOf(decoder, 'a', 1), abort.signal));
    await setImmediate();
    abort.abort();
    expect(stopOf(await batch)).toBe('cancelled');
    await decoder.endPass();
    await decoder.endPass();
    await score;
    expect(decoder.diary).toEqual(['score', 'score']);
  });

  it('lets interactive runs go between the passes of its scores', async () => {
    const decoder = new ScoringDecoder();
    const engine = new Engine(limits, () => 0);
    const first = collect(engine.run(jobOf(decoder, 'x', 2), never));
    const score = engine.score(scoreOf(decoder, 'BATCH'), 'ELBO', twoPasses);
    await first;
    await setImmediate();
    expect(decoder.diary).toEqual(['x', 'x', 'score']);
    const second = collect(engine.run(jobOf(decoder, 'y', 2), never));
    await decoder.endPass();
    await second;
    await setImmediate();
    expect(decoder.diary).toEqual(['x', 'x', 'score', 'y', 'y', 'score']);
    await decoder.endPass();
    expect(await score).toMatchObject({ logLikelihood: -1 });
  });
});
