/**
 * The bundled pack against log-likelihoods that PyTorch computed from the checkpoints it was built from
 * (training/reference_likelihoods.py).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { infill, openPack, type Pack, score } from '../../src/index.ts';

type Item = {
  readonly tokens: readonly number[];
  readonly open: readonly number[];
  readonly perPosition: Readonly<Record<string, readonly number[]>>;
};

const file = join(import.meta.dirname, '../fixtures/oracle/bundled-likelihoods.json');
const { items }: { items: readonly Item[] } = JSON.parse(readFileSync(file, 'utf8'));

let pack: Pack;
beforeAll(async () => {
  pack = await openPack();
});
afterAll(() => pack.close());

describe.each(['autoregressive', 'maria'])('%s on the bundled pack', (decoder) => {
  it('gives the reference log-probability of every position', async () => {
    for (const { tokens, open, perPosition } of items) {
      const masked = tokens.map((id, position) => (open.includes(position) ? null : id));
      const targets = open.map((position) => tokens[position] ?? -1);
      const ours = await score(pack, { tokens: masked }, { decoder, fill: { tokens: targets } });
      const expected = perPosition[decoder] ?? [];
      expect(ours.tokens.length).toBe(expected.length);
      for (const [index, term] of expected.entries()) {
        // Two float32 implementations of five layers: logits differ by up to about 1e-4.
        expect(Math.abs((ours.tokens[index]?.logProb ?? Number.NaN) - term)).toBeLessThan(5e-4);
      }
    }
  });
});

describe('scores beside fills', () => {
  it('take turns with steps and change nothing', async () => {
    const [item] = items;
    if (item === undefined) throw new Error('The oracle has items.');
    const source = {
      tokens: item.tokens.map((id, position) => (item.open.includes(position) ? null : id)),
    };
    const targets = item.open.map((position) => item.tokens[position] ?? -1);
    const scoreOne = () =>
      score(pack, source, { fill: { tokens: targets }, decoder: 'maria', seed: 1n });
    const fillOne = () => infill(pack, 'Then [MASK:20] and so on.', { seed: 1n });
    const [alone, fillAlone] = [await scoreOne(), await fillOne()];
    const [fill, ...scores] = await Promise.all([fillOne(), scoreOne(), scoreOne(), scoreOne()]);
    expect(fill.text).toBe(fillAlone.text);
    expect(scores).toEqual([alone, alone, alone]);
  });

  it('let a run step between their passes', async () => {
    const ended: string[] = [];
    const tokens = [20, 30, 40, 50, 60, 70];
    const scoring = score(
      pack,
      { tokens: tokens.map(() => null) },
      { decoder: 'diffusion', fill: { tokens }, draws: 200, seed: 1n },
    ).then(() => ended.push('score'));
    const filling = infill(pack, 'The [MASK:3] sat.', { seed: 1n }).then(() => ended.push('fill'));
    await Promise.all([scoring, filling]);
    expect(ended).toEqual(['fill', 'score']);
  });
});
