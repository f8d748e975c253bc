import { describe, expect, it } from 'vitest';
import { lossCurve } from '../../../src/packs/train/loss-curve.ts';

const trainingLosses = Array.from({ length: 414 }, (_, step) => 3.5 - step / 800);
const evaluations = [0, 200, 414].map((step) => ({
  step,
  losses: [
    { rate: 0.1, loss: 2.7 - step / 2000 },
    { rate: 0.9, loss: 3.9 - step / 1000 },
  ],
}));
const svg = lossCurve({ trainingLosses, evaluations });

describe('the picture of a training', () => {
  it('has a line for the batches and a labelled one for each mask rate', () => {
    expect(svg.match(/<polyline /g)).toHaveLength(3);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['10 %', '90 %']));
  });

  it('names round steps and losses', () => {
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['0', '100', '200', '300', '400', '2.60', '2.80', '3.80']),
    );
  });

  it('keeps every point inside, and lower losses below', () => {
    const [, lowest = [], highest = []] = linesOf(svg);
    for (const { x, y } of linesOf(svg).flat()) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(720);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(400);
    }
    for (const [index, { y }] of lowest.entries())
      expect(y).toBeGreaterThan(highest[index]?.y ?? 0);
  });

  it('is there for a training of one step', () => {
    const short = lossCurve({ trainingLosses: [3], evaluations: evaluations.slice(0, 1) });
    expect(short).not.toMatch(/NaN|Infinity/);
  });
});

function textsOf(picture: string): string[] {
  return [...picture.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);
}

/** In the order in which they are drawn. */
function linesOf(picture: string): { x: number; y: number }[][] {
  return [...picture.matchAll(/points="([^"]*)"/g)].map(([, points = '']) =>
    points.split(' ').map((point) => {
      const [x = Number.NaN, y = Number.NaN] = point.split(',').map(Number);
      return { x, y };
    }),
  );
}
