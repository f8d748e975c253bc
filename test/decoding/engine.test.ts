import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/decoding/engine.ts';
import type { InfillError } from '../../src/errors.ts';
import { collect, DiaryDecoder, jobOf, stopOf, types } from './diary-decoder.ts';

const limits = { maxRunning: 4, maxWaiting: 8, maxBytes: 100 };
const never = new AbortController().signal;

describe('Engine', () => {
  it('takes turns between runs and finishes each once', async () => {
    const decoder = new DiaryDecoder();
    const engine = new Engine(limits, () => 0);
    const runs = [
      engine.run(jobOf(decoder, 'a', 2), never),
      engine.run(jobOf(decoder, 'b', 3), never),
    ];
    const [a = [], b = []] = await Promise.all(runs.map(collect));
    expect(decoder.diary).toEqual(['ab', 'ab', 'b']);
    expect(types(a)).toBe('started attempt stepped stepped finished');
    expect(types(b)).toBe('started attempt stepped stepped stepped finished');
    expect([stopOf(a), stopOf(b)]).toEqual(['filled', 'filled']);
    expect(decoder.ended).toEqual(['a', 'b']);
  });

  it('finishes a run without open positions without a decoder', async () => {
    const decoder = new DiaryDecoder();
    const events = await collect(new Engine(limits, () => 0).run(jobOf(decoder, 'a', 0), never));
    expect(types(events)).toBe('started attempt finished');
    expect(decoder.diary).toEqual([]);
  });

  it('stops an aborted run before its next step and leaves the others alone', async () => {
    const decoder = new DiaryDecoder();
    const engine = new Engine(limits, () => 0);
    const abort = new AbortController();
    const runs = [
      engine.run(jobOf(decoder, 'a', 5), abort.signal),
      engine.run(jobOf(decoder, 'b', 3), never),
    ];
    decoder.onStep = () => {
      if (decoder.diary.length === 2) abort.abort();
    };
    const [a = [], b = []] = await Promise.all(runs.map(collect));
    expect(decoder.diary).toEqual(['ab', 'ab', 'b']);
    expect([stopOf(a), stopOf(b)]).toEqual(['cancelled', 'filled']);
    expect(decoder.ended).toEqual(['a', 'b']);
  });

  it('cancels a run that still waits', async () => {
    const decoder = new DiaryDecoder();
    const engine = new Engine({ ...limits, maxRunning: 1 }, () => 0);
    const abort = new AbortController();
    const runs = [
      engine.run(jobOf(decoder, 'a', 2), never),
      engine.run(jobOf(decoder, 'b', 2), abort.signal),
    ];
    abort.abort();
    const [, b = []] = await Promise.all(runs.map(collect));
    expect(types(b)).toBe('finished');
    expect(stopOf(b)).toBe('cancelled');
  });

  it('fails the runs of a step that throws, frees them, and goes on with others', async () => {
    const [bad, good] = [new DiaryDecoder(), new DiaryDecoder()];
    bad.onStep = () => {
      throw new Error('out of cheese');
    };
    const engine = new Engine(limits, () => 0);
    const runs = [engine.run(jobOf(bad, 'a', 2), never), engine.run(jobOf(good, 'b', 2), never)];
    const [a = [], b = []] = await Promise.all(runs.map(collect));
    const stop = stopOf(a) as InfillError;
    expect(stop.code).toBe('DECODE_FAILED');
    expect(stop.message).toBe('Decoder "diary" failed in step 0.');
    expect(String(stop.cause)).toContain('out of cheese');
    expect(stopOf(b)).toBe('filled');
    expect(bad.ended).toEqual(['a']);
  });

  it('fails a decoder that exceeds its step bound or gives a wrong number of results', async () => {
    const endless = new DiaryDecoder();
    const wrong = new DiaryDecoder();
    wrong.step = async () => [];
    const engine = new Engine(limits, () => 0);
    const jobs = [jobOf(endless, 'a', 9, 2), jobOf(wrong, 'b', 1)];
    const stops = await Promise.all(
      jobs.map(async (job) => stopOf(await collect(engine.run(job, never)))),
    );
    expect(stops.map((stop) => (stop as InfillError).code)).toEqual([
      'DECODE_FAILED',
      'DECODE_FAILED',
    ]);
    expect(endless.diary.length).toBe(3);
  });

  it('ends every run of a failing step once, those that it would have filled too', async () => {
    const decoder = new DiaryDecoder();
    const engine = new Engine(limits, () => 0);
    const jobs = [jobOf(decoder, 'a', 1), jobOf(decoder, 'b', 3, 0)];
    const runs = jobs.map((job) => engine.run(job, never));
    const [a = [], b = []] = await Promise.all(runs.map(collect));
    expect([types(a), types(b)]).toEqual(['started attempt finished', 'started attempt finished']);
    expect([stopOf(a), stopOf(b)]).toMatchObject([
      { code: 'DECODE_FAILED' },
      { code: 'DECODE_FAILED' },
    ]);
    expect(decoder.ended).toEqual(['a', 'b']);
  });

  it('runs attempts one after the other, each from step 0 and within its own bound', async () => {
    const decoder = new DiaryDecoder();
    const engine = new Engine(limits, () => 0);
    const runs = [
      engine.run(jobOf(decoder, 'a', [2, 0, 1], 2), never),
      engine.run(jobOf(decoder, 'b', 4), never),
    ];
    const [a = [], b = []] = await Promise.all(runs.map(collect));
    expect(types(a)).toBe('started attempt stepped stepped attempt attempt stepped finished');
    expect(a.flatMap((event) => (event.type === 'stepped' ? [event.step] : []))).toEqual([0, 1, 0]);
    // A turn goes to the attempt that has nothing to fill.
    expect(decoder.diary).toEqual(['ab', 'ab', 'b', 'ab']);
    expect(decoder.ended).toEqual(['a', 'a', 'b']);
    expect(a.at(-1)).toMatchObject({ stop: 'filled', passes: { causal: 0, masked: 2 } });
    expect(b.at(-1)).toMatchObject({ stop: 'filled', passes: { causal: 0, masked: 1 } });
  });

  it('frees the attempt under way when a run is aborted, and begins no further one', async () => {
    const decoder = new DiaryDecoder();
    const engine = new Engine(limits, () => 0);
    const abort = new AbortController();
    decoder.onStep = () => {
      if (decoder.diary.length === 3) abort.abort();
    };
    const events = await collect(engine.run(jobOf(decoder, 'a', [2, 2, 2]), abort.signal));
    expect(types(events)).toBe('started attempt stepped stepped attempt stepped finished');
    expect(stopOf(events)).toBe('cancelled');
    expect(decoder.ended).toEqual(['a', 'a']);
  });

  it('serves runs that come after it was idle', async () => {
    const decoder = new DiaryDecoder();
    const engine = new Engine(limits, () => 0);
    await collect(engine.run(jobOf(decoder, 'a', 1), never));
    expect(stopOf(await collect(engine.run(jobOf(decoder, 'b', 1), never)))).toBe('filled');
  });
});
