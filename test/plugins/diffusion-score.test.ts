/**
 * The bound of the diffusion decoder against the process itself, by enumeration of the steps that positions are
 * revealed in.
 */
import { describe, expect, it } from 'vitest';
import { diffusion } from '../../plugins/diffusion/index.ts';
import { openCountWeights } from '../../plugins/diffusion/score.ts';
import type { Run, Score } from '../../src/decoding/decoder.ts';
import { type SlotRules, TokenRules } from '../../src/decoding/token-rules.ts';
import { assertFrequencies } from '../conformance/chi-square.ts';
import {
  allFills,
  logMeanExp,
  logProbAlong,
  modelsOf,
  openOf,
  sum,
  type TinyWorld,
} from './plain-masked.ts';

const never = new AbortController().signal;
const vocabularySize = 7;
const ids = [null, 5, null, null];
const positions = openOf(ids);
const world: TinyWorld = { vocabularySize, salt: 3 };

function runOf(steps: number, seed = 1n, slots: readonly SlotRules[] = []): Run<unknown> {
  return {
    ids,
    rules: new TokenRules([0, 1, 2, 3], new Uint8Array(vocabularySize), new Set(), slots),
    options: diffusion.options.parse({ steps }),
    sampling: { temperature: 1 },
    seed,
    alternatives: 0,
  };
}

async function scoreOf(
  run: Run<unknown>,
  targets: readonly number[],
  draws: number,
): Promise<Score> {
  const decoder = diffusion.create(modelsOf(world));
  if (decoder.score === undefined) throw new Error('The decoder scores.');
  return decoder.score(run as Parameters<typeof decoder.score>[0], targets, {
    signal: never,
    draws,
  });
}

async function drawnFill(run: Run<unknown>): Promise<string> {
  const decoder = diffusion.create(modelsOf(world));
  const state = await decoder.begin(run as Parameters<typeof decoder.begin>[0], never);
  const filled = new Map<number, number>();
  for (let done = false; !done; ) {
    const [step] = await decoder.step([state], never);
    for (const { position, tokenId } of step?.fills ?? []) filled.set(position, tokenId);
    done = step?.done ?? true;
  }
  return positions.map((position) => filled.get(position)).join();
}

/** log p of a fill for each way to give its positions their steps; all are as likely. */
function logsOf(steps: number, targets: readonly number[]): number[] {
  const targetAt = new Map(positions.map((position, index) => [position, targets[index] ?? 0]));
  const stepOf = (way: number, index: number) => Math.floor(way / steps ** index) % steps;
  return Array.from({ length: steps ** positions.length }, (_, way) => {
    const batches = Array.from({ length: steps }, (__, step) =>
      positions.filter((___, index) => stepOf(way, index) === step),
    );
    return logProbAlong(ids, targetAt, batches, world);
  });
}

describe.each([1, 2, 3, 6])('the bound of diffusion in %i steps', (steps) => {
  it('is the mean over the steps of all positions, and not above the exact value, but for its error', async () => {
    for (const targets of allFills(3, world).filter((_, index) => index % 3 === 0)) {
      const logs = logsOf(steps, targets);
      const { kind, logLikelihood, standardError = 0 } = await scoreOf(runOf(steps), targets, 300);
      expect(kind).toBe('ELBO');
      const gap = Math.abs(logLikelihood - sum(logs) / logs.length);
      expect(gap).toBeLessThanOrEqual(6 * standardError + 1e-6);
      expect(logLikelihood).toBeLessThanOrEqual(logMeanExp(logs) + 4 * standardError + 1e-6);
    }
  });

  it('is of a process that draws each fill as often as its steps say', async () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 3000; seed++) {
      const fill = await drawnFill(runOf(steps, BigInt(seed)));
      counts.set(fill, (counts.get(fill) ?? 0) + 1);
    }
    const probabilities = allFills(3, world).map(
      (targets) => [targets.join(), Math.exp(logMeanExp(logsOf(steps, targets)))] as const,
    );
    assertFrequencies(counts, new Map(probabilities));
  });
});

describe('the bound of diffusion', () => {
  it('counts open positions as the steps leave them', () => {
    const close = (weights: readonly number[]) =>
      weights.map((weight) => expect.closeTo(weight, 12));
    expect([...openCountWeights(2, 1)]).toEqual(close([0, 1]));
    expect([...openCountWeights(2, 2)]).toEqual(close([0.25, 0.75]));
    expect([...openCountWeights(0, 5)]).toEqual([]);
    for (const weight of openCountWeights(5, 1024)) expect(weight).toBeCloseTo(1 / 5, 2);
  });

  it('holds for slots with choices, whose positions are committed one per pass', async () => {
    const choices = [
      [4, 5],
      [4, 6],
      [6, 4],
    ];
    const slot = { index: 1, start: 2, length: 2, bannedIds: [], choices };
    const counts = new Map<string, number>();
    const sampleCount = 3000;
    for (let seed = 0; seed < sampleCount; seed++) {
      const fill = await drawnFill(runOf(2, BigInt(seed), [slot]));
      counts.set(fill, (counts.get(fill) ?? 0) + 1);
    }
    const possible = allFills(3, world).filter((targets) =>
      choices.some((choice) => choice.join() === targets.slice(1).join()),
    );
    expect(new Set(counts.keys())).toEqual(new Set(possible.map((targets) => targets.join())));
    for (const targets of possible) {
      const { logLikelihood, standardError = 0 } = await scoreOf(
        runOf(2, 1n, [slot]),
        targets,
        200,
      );
      const share = (counts.get(targets.join()) ?? 0) / sampleCount;
      // The share of drawn fills is off by less than six of its errors, but for 1 of 10^8 cases.
      const highest = share + 6 * Math.sqrt(share / sampleCount);
      expect(logLikelihood).toBeLessThanOrEqual(Math.log(highest) + 4 * standardError);
    }
    const { logLikelihood } = await scoreOf(runOf(2, 1n, [slot]), [4, 5, 5], 3);
    expect(logLikelihood).toBe(Number.NEGATIVE_INFINITY);
  });
});
