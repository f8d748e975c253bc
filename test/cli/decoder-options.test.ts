import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  describeAccepted,
  describeValues,
  optionFieldsOf,
  optionValue,
} from '../../src/cli/decoder-options.ts';

/** The options of a decoder, as its schema reaches a client. */
const schema = z.strictObject({
  order: z.enum(['random', 'left-to-right', 'confidence']).default('confidence'),
  iterations: z.int().min(1).max(64).optional(),
  passes: z.int().optional(),
  threshold: z.number().gt(0).max(1).optional(),
  eta: z.number().min(0).optional(),
  only: z.enum(['one']).optional(),
  greedy: z.boolean().default(false),
  name: z.string().optional(),
});

const fields = optionFieldsOf(z.toJSONSchema(schema, { io: 'input' }));

function fieldOf(name: string) {
  const field = fields.get(name);
  if (field === undefined) throw new Error(`No option ${name}.`);
  return field;
}

describe("a decoder's options", () => {
  it.each([
    ['order', 'random, left-to-right or confidence'],
    ['iterations', 'a whole number from 1 to 64'],
    ['passes', 'a whole number'],
    ['threshold', 'a number above 0 and at most 1'],
    ['eta', 'a number of at least 0'],
    ['only', 'one'],
    ['greedy', 'true or false'],
    ['name', 'a text'],
  ])('tell what %s may be', (name, words) => {
    expect(describeValues(fieldOf(name))).toBe(words);
  });

  it('tell that one may be auto where it may be absent', () => {
    expect(describeAccepted(fieldOf('only'))).toBe('one or auto');
    expect(describeAccepted(fieldOf('iterations'))).toBe('a whole number from 1 to 64 or auto');
    expect(describeAccepted(fieldOf('order'))).toBe('random, left-to-right or confidence');
    expect(describeAccepted(fieldOf('name'))).toBe('a text');
  });

  it.each(['left-to-right', 'leftToRight', 'LEFT_TO_RIGHT', 'Left-To-Right'])(
    'take %s as the value it is',
    (text) => {
      expect(optionValue(fieldOf('order'), text)).toBe('left-to-right');
    },
  );

  it('leave an option that may be absent to the decoder where it is auto', () => {
    expect(optionValue(fieldOf('iterations'), 'auto')).toBeNull();
    expect(optionValue(fieldOf('greedy'), 'auto')).toBeUndefined();
    expect(optionValue(fieldOf('name'), 'auto')).toBe('auto');
  });

  it.each([
    ['order', 'left'],
    ['iterations', '1.5'],
    ['threshold', 'high'],
    ['greedy', 'yes'],
  ])('refuse %s=%s', (name, text) => {
    expect(optionValue(fieldOf(name), text)).toBeUndefined();
  });
});
