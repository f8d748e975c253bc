import { describe, expect, it } from 'vitest';
import { createApi, run } from '../support/run-operation.ts';

const submit =
  'mutation ($seed: BigInt) { submitInfill(input: { source: { text: "[MASK]" }, seed: $seed }) { ... on Infill { seed } } }';

describe('BigInt', () => {
  it.each([['9223372036854775807'], ['0'], [42]])('takes %j', async (seed) => {
    const { data } = await run(createApi(), submit, { seed });
    expect(data.submitInfill.seed).toBe(String(seed));
  });

  it('takes literals of any size without rounding', async () => {
    const literal = submit.replace('($seed: BigInt)', '').replace('$seed', '9007199254740993');
    const { data } = await run(createApi(), literal);
    expect(data.submitInfill.seed).toBe('9007199254740993');
  });

  it.each([['12345678901234567890'], ['1.5'], [1.5], [2 ** 60], [true], ['0x1f'], ['']])(
    'refuses %j',
    async (seed) => {
      const { errors } = await run(createApi(), submit, { seed });
      expect(errors?.[0]?.message).toContain('decimal string');
    },
  );
});

describe('DateTime', () => {
  const list = 'query ($at: DateTime) { infills(filter: { createdAfter: $at }) { totalCount } }';

  it.each([
    ['2025-01-31T12:00:00.000Z'],
    ['2025-01-31T12:00:00+02:00'],
    ['2024-02-29T00:30:00+02:00'],
  ])('takes %s', async (at) => {
    expect((await run(createApi(), list, { at })).data.infills.totalCount).toBe(0);
  });

  it.each([
    ['yesterday'],
    ['2025-13-01T00:00:00Z'],
    ['2025-02-29T00:00:00Z'],
    ['2025-04-31T00:00:00+02:00'],
    [0],
    ['2025-01-31'],
    ['2025-01-31T12:00:00'],
    ['0000-06-01T00:00:00Z'],
    ['9999-12-31T23:59:59-14:00'],
  ])('refuses %j', async (at) => {
    expect((await run(createApi(), list, { at })).errors?.[0]?.message).toContain('RFC 3339');
  });
});
