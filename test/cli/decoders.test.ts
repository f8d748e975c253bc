import { describe, expect, it } from 'vitest';
import { describeDecoder } from '../../src/cli/decoders.ts';
import { paintWith } from '../../src/cli/screen.ts';
import type { CatalogQuery } from '../../src/client/generated/graphql.ts';

const decoder: CatalogQuery['decoders'][number] = {
  id: 'RA==',
  name: 'any-order',
  title: 'Any order',
  description: 'Fills the position first that the model is surest of.',
  requiredRoles: ['MASKED'],
  capabilities: {
    streams: 'ANY_ORDER',
    likelihood: 'CHAIN_RULE',
    features: ['REVISES', 'SCORES'],
    sampling: ['TEMPERATURE', 'TOP_K', 'REPETITION_PENALTY'],
  },
  optionsSchema: {
    properties: {
      order: {
        type: 'string',
        enum: ['random', 'left-to-right'],
        default: 'random',
        description: 'Which position is next.',
      },
      threshold: { type: 'number', minimum: 0, maximum: 1, description: 'How sure it must be.' },
    },
  },
};

describe('a decoder in the list', () => {
  it('tells what it needs and can do, and the values and default of each option', () => {
    expect(describeDecoder(decoder, 60, paintWith(false)).split('\n')).toEqual([
      'any-order  Any order',
      '  Fills the position first that the model is surest of.',
      '  models: masked',
      '  fills: in any order',
      '  likelihood: chain-rule, with default options',
      '  features: revises, scores',
      '  sampling: temperature, top-k, repetition-penalty',
      '  --option order=...',
      '      random or left-to-right; random by default',
      '      Which position is next.',
      '  --option threshold=...',
      '      a number from 0 to 1',
      '      How sure it must be.',
    ]);
  });

  it('stays within the width of the terminal', () => {
    const lines = describeDecoder(decoder, 30, paintWith(false)).split('\n');
    expect(lines).toContain('  sampling: temperature,');
    expect(lines).toContain('    top-k, repetition-penalty');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(30);
  });
});
