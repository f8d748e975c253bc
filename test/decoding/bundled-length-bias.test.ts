/**
 * The bundled pack's length bias on a story written for this test (fixtures/ferry.txt, CC0).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GapCutter } from '../../src/decoding/fit-length-bias.ts';
import { climbLengths } from '../../src/decoding/length-climb.ts';
import { lengthBiasOf, spanConfidence } from '../../src/decoding/span-confidence.ts';
import { TokenRules } from '../../src/decoding/token-rules.ts';
import { type OpenPack, openPack } from '../../src/packs/open-pack.ts';
import { wordStartIds } from '../../src/text/tokenizer.ts';
import { bundledFolder } from '../support/bundled-pack.ts';

const story = readFileSync(join(import.meta.dirname, '../fixtures/ferry.txt'), 'utf8');
const lengths = [1, 2, 3, 4];
const gapCount = 120;

let pack: OpenPack;
beforeAll(async () => {
  pack = await openPack(bundledFolder, { device: 'cpu', threads: null });
});
afterAll(() => pack.close());

/** The mean of the chosen lengths, with and without the bias, and of the true ones. */
async function meanLengths() {
  const { models, tokenizer } = pack;
  const { contextLength, bannedIds, vocabularySize, lengthBias, maskId } = models.facts;
  assert(models.masked !== null && maskId !== null && lengthBias !== null);
  const reading = { masked: models.masked, maskId };
  const starts = wordStartIds(tokenizer, vocabularySize);
  const limits = { maxLength: lengths.length, contextLength };
  const cutter = new GapCutter(tokenizer, starts, story.trim().split('\n'), limits);
  const sums = { fitted: 0, unfitted: 0, truth: 0 };
  for (let index = 0; index < gapCount; index++) {
    const { left, right, trueLength } = cutter.gap(5n, index);
    const rules = new TokenRules(bannedIds, starts, new Set([left.length]));
    const figures = new Map<number, number>();
    for (const length of lengths) {
      const ids = [...left, ...new Array<null>(length).fill(null), ...right];
      const span = { start: left.length, end: left.length + length };
      figures.set(length, await spanConfidence(reading, { ids, rules }, span));
    }
    sums.truth += trueLength;
    sums.fitted += climbed(figures, lengthBias);
    sums.unfitted += climbed(figures, null);
  }
  return {
    fitted: sums.fitted / gapCount,
    unfitted: sums.unfitted / gapCount,
    truth: sums.truth / gapCount,
  };
}

function climbed(figures: ReadonlyMap<number, number>, bias: readonly number[] | null): number {
  const climb = climbLengths([lengths]);
  let turn = climb.next();
  while (turn.done !== true) {
    const [length = 0] = turn.value.lengths;
    turn = climb.next((figures.get(length) ?? 0) / lengthBiasOf(bias, length));
  }
  return turn.value[0] ?? 0;
}

describe('the bundled length bias', () => {
  it('falls with the length, as confidence does', () => {
    const { lengthBias } = pack.models.facts;
    expect(lengthBias).toHaveLength(24);
    expect(lengthBias).toEqual(lengthBias?.toSorted((a, b) => b - a));
  });

  it('takes away that short spans are chosen because they are short', {
    timeout: 60_000,
  }, async () => {
    const { fitted, unfitted, truth } = await meanLengths();
    // Recorded: 2.6 true; 1.9 without the bias, 2.5 with it.
    expect(truth - unfitted).toBeGreaterThan(0.4);
    expect(Math.abs(truth - fitted)).toBeLessThan(0.4);
  });
});
