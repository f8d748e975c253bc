import { describe, expect, it } from 'vitest';
import { describePlan } from '../../src/cli/plan-view.ts';
import type { InfillPlanPartsFragment } from '../../src/client/generated/graphql.ts';

const plan: InfillPlanPartsFragment = {
  model: { name: 'tiny', version: '1.0.0' },
  decoder: { name: 'maria' },
  promptTokens: [5, null, 6, null],
  slots: [
    {
      index: 0,
      key: null,
      minTokens: 1,
      maxTokens: 3,
      start: 1,
      ownsSpace: true,
      choices: [
        { text: 'red', tokens: [71] },
        { text: 'dark green', tokens: [72, 73] },
      ],
    },
    {
      index: 1,
      key: null,
      minTokens: 1,
      maxTokens: 1,
      start: null,
      ownsSpace: false,
      choices: [],
    },
  ],
  knownTokens: 2,
  openTokens: 4,
  cost: 8,
  likelihoodKind: 'CHAIN_RULE',
  settings: [
    { name: 'temperature', value: 0.5 },
    { name: 'samples', value: 2 },
  ],
};

describe('a planned infill', () => {
  it('tells size, settings, slots and every token id', () => {
    expect(describePlan(plan, 80).split('\n')).toEqual([
      'decoder     maria',
      'model       tiny 1.0.0',
      'known       2 tokens',
      'open        at most 4 tokens',
      'cost        8',
      'likelihood  chain-rule',
      'settings    temperature=0.5, samples=2',
      '',
      'SLOT  TOKENS  START  OWNS SPACE  CHOICES (TOKEN IDS)',
      '1     1-3     1      yes         red (71), dark green (72 73)',
      '2     1       -      no',
      '',
      'token ids, _ where one is open',
      '  5 _ 6 _',
    ]);
  });

  it('breaks the token ids at the width of the terminal', () => {
    const promptTokens = Array.from({ length: 12 }, () => 1234);
    const lines = describePlan({ ...plan, slots: [], promptTokens }, 24).split('\n');
    expect(lines.slice(-4)).toEqual([
      'token ids, _ where one is open',
      '  1234 1234 1234 1234',
      '  1234 1234 1234 1234',
      '  1234 1234 1234 1234',
    ]);
  });
});
