import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partLifts } from '../../src/numerics/part-lift.ts';

const logit = fc.double({ min: -20, max: 20, noNaN: true });
const never = Number.NEGATIVE_INFINITY;

describe('partLifts', () => {
  it('has the values of its example', () => {
    const row = Float32Array.from([0, Math.log(3)]);
    const { part, rest } = partLifts(row, { part: row, scale: 1 }, 1);
    expect(part).toBeCloseTo(Math.log(3) / 4, 6);
    expect(rest).toBeCloseTo(0, 6);
  });

  it('adds up to log p + entropy, whatever the parts are, and does not see a shift of one', () => {
    const rows = fc.array(fc.tuple(logit, logit, fc.boolean()), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rows, fc.constantFrom(0.5, 1), (drawn, scale) => {
        const entries: [number, number, boolean][] = [[0, 1, true], ...drawn];
        const part = Float32Array.from(entries, ([, m, isAllowed]) => (isAllowed ? m : never));
        const row = Float32Array.from(entries, ([c, m, isAllowed]) =>
          isAllowed ? c + scale * m : never,
        );
        const { part: lift, rest } = partLifts(row, { part, scale }, 0);
        const exps = [...row].map(Math.exp);
        const total = exps.reduce((sum, x) => sum + x, 0);
        const probs = exps.map((x) => x / total);
        const entropy = -probs.reduce((sum, p) => (p > 0 ? sum + p * Math.log(p) : sum), 0);
        expect(lift + rest).toBeCloseTo(Math.log(probs[0] ?? 0) + entropy, 4);
        const mean = probs.reduce((sum, p, i) => (p > 0 ? sum + p * (part[i] ?? 0) : sum), 0);
        expect(lift).toBeCloseTo(scale * ((part[0] ?? 0) - mean), 4);
        const shifted = { part: part.map((x) => x + 8), scale };
        expect(
          partLifts(
            row.map((x) => x + 8 * scale),
            shifted,
            0,
          ).part,
        ).toBeCloseTo(lift, 3);
      }),
    );
  });
});
