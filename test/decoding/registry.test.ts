import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { maria } from '../../plugins/maria/index.ts';
import { createRegistry } from '../../src/decoding/registry.ts';

const optionsSchema = z.strictObject({
  order: z
    .enum(['random', 'confidence'])
    .default('confidence')
    .describe('Which position comes next.'),
  steps: z.int().min(1).optional().describe('How many passes.'),
  threshold: z.number().default(0.9).describe('Least probability.'),
  revise: z.boolean().default(false).describe('Whether tokens may change.'),
});
const plugin = { ...maria, name: 'masked-lm', options: optionsSchema };

describe('createRegistry', () => {
  it('makes plain fields of a decoder’s options', () => {
    const [described] = createRegistry([plugin]).descriptions;
    expect(described?.fieldName).toBe('maskedLm');
    expect(described?.optionFields).toEqual([
      {
        name: 'order',
        description: 'Which position comes next.',
        type: 'ENUM',
        values: ['random', 'confidence'],
        defaultValue: 'confidence',
      },
      {
        name: 'steps',
        description: 'How many passes.',
        type: 'INT',
        values: [],
        defaultValue: undefined,
      },
      {
        name: 'threshold',
        description: 'Least probability.',
        type: 'FLOAT',
        values: [],
        defaultValue: 0.9,
      },
      {
        name: 'revise',
        description: 'Whether tokens may change.',
        type: 'BOOLEAN',
        values: [],
        defaultValue: false,
      },
    ]);
  });

  it('refuses two decoders of one name', () => {
    expect(() => createRegistry([maria, plugin, maria])).toThrow(
      expect.objectContaining({
        code: 'DUPLICATE_DECODER',
        message: 'Two decoders are named "maria".',
      }),
    );
  });

  it('refuses options that are no plain fields, and names the option', () => {
    const nested = { ...maria, options: z.strictObject({ noise: z.object({}).default({}) }) };
    expect(() => createRegistry([nested])).toThrow('Option "noise" has type object');
  });
});
