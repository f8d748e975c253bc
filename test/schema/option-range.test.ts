import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rangeOf } from '../../schema/option-range.ts';

describe('the range of an option', () => {
  it.each([
    ['From 1 to 16.', z.int().min(1).max(16)],
    ['At least 0.5 and below 1.', z.number().min(0.5).lt(1)],
    ['Above 0 and at most 1.', z.number().gt(0).max(1)],
    ['At least 3.', z.int().min(3)],
    ['Below 2.', z.number().lt(2)],
    ['', z.int()],
    ['', z.enum(['a'])],
  ])('is said as "%s"', (range, option) => {
    const schema = z.toJSONSchema(z.strictObject({ option: option.optional() }), { io: 'input' });
    expect(rangeOf(schema, 'option')).toBe(range);
  });

  it('is none of an option that is not there', () => {
    expect(rangeOf({}, 'option')).toBe('');
  });
});
