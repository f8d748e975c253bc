/** Names of maskings and what is wrong with them. */
import { describe, expect, it } from 'vitest';
import {
  type Masking,
  maskingName,
  maskingOfName,
  maskingProblems,
} from '../../src/benchmark/masking.ts';

describe('the name of a masking', () => {
  it.each<[string, Masking]>([
    ['rate-0.3-word', { kind: 'RATE', rate: 0.3, unit: 'WORD' }],
    ['rate-1-token', { kind: 'RATE', rate: 1, unit: 'TOKEN' }],
    ['span-4-token', { kind: 'SPAN', length: 4, unit: 'TOKEN' }],
    ['middle-sentence', { kind: 'MIDDLE_SENTENCE' }],
    ['explicit', { kind: 'EXPLICIT' }],
  ])('is %s, and is read back', (name, masking) => {
    expect(maskingName(masking)).toBe(name);
    expect(maskingOfName(name)).toEqual(masking);
  });

  it.each([
    '',
    'rate',
    'rate-0.30-word',
    'rate-2-word',
    'rate-.3-word',
    'span-0-word',
    'span-1.5-word',
    'span-65-word',
    'rate-0.3-words',
    'rate-0.3-word ',
  ])('is never "%s"', (name) => {
    expect(() => maskingOfName(name)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('what is wrong with a masking', () => {
  it.each([0, -0.1, 1.001, 0.0005, 0.12345, Number.NaN])(
    'names the rate %d and its limits',
    (rate) => {
      const [problem] = maskingProblems({ kind: 'RATE', rate, unit: 'WORD' }, ['maskings', '2']);
      expect(problem).toMatchObject({
        path: ['maskings', '2', 'rate'],
        value: String(rate),
        limit: '0.001 to 1',
      });
    },
  );

  it.each([0, 65, 2.5])('names the length %d and its limits', (length) => {
    const [problem] = maskingProblems({ kind: 'SPAN', length, unit: 'TOKEN' }, []);
    expect(problem).toMatchObject({ path: ['length'], value: String(length), limit: '1 to 64' });
  });
});
