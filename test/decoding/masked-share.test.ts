import { describe, expect, it } from 'vitest';
import { maskedShareOf, shareByRoles } from '../../src/decoding/masked-share.ts';

const logs = (...weights: readonly number[]) => Float32Array.from(weights, Math.log);

/** The share of the first token, of a sum of two parts. */
function shareOf(causal: Float32Array, masked: Float32Array): number {
  const row = causal.map((logit, id) => logit + (masked[id] ?? 0));
  return maskedShareOf(row, { part: masked, scale: 1 }, 0);
}

describe('the masked model’s share', () => {
  it('is that of the part which alone knows the token', () => {
    expect(shareOf(logs(1, 1, 1), logs(8, 1, 1))).toBe(1);
    expect(shareOf(logs(8, 1, 1), logs(1, 1, 1))).toBe(0);
  });

  it('is a half where both know as much, or both are against it', () => {
    expect(shareOf(logs(4, 1, 1), logs(4, 1, 1))).toBe(0.5);
    expect(shareOf(logs(1, 4, 4), logs(1, 8, 8))).toBe(0.5);
  });

  it('follows how much each part raises it, in thousandths', () => {
    expect(shareOf(logs(2, 1), logs(8, 1))).toBe(0.75);
    expect(shareOf(logs(3, 1), logs(2, 1))).toBe(0.387);
    // The causal part is against it.
    expect(shareOf(logs(1, 2), logs(8, 1))).toBe(1);
  });

  it('is not told apart for decoders of one model', () => {
    expect(shareByRoles(['causal'])).toBe(0);
    expect(shareByRoles(['masked'])).toBe(1);
    expect(shareByRoles(['causal', 'masked', 'fusion'])).toBeNull();
    expect(shareByRoles([])).toBeNull();
  });
});
