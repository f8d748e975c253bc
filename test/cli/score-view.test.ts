import { describe, expect, it } from 'vitest';
import { describeScore } from '../../src/cli/score-view.ts';
import type { ScoredInfillPartsFragment } from '../../src/client/generated/graphql.ts';

const token = (index: number, text: string, logProb: number | null) => ({
  slot: 0,
  index,
  position: 3 + index,
  id: 40 + index,
  text,
  logProb,
});

const exact: ScoredInfillPartsFragment = {
  likelihood: {
    kind: 'CHAIN_RULE',
    logProb: -3,
    perplexity: 4.481689,
    bitsPerCharacter: 0.5,
    isBound: false,
    standardError: null,
  },
  tokens: [token(0, ' old', -1), token(1, '\n', -2)],
  promptTokens: [1, 2, 3, null, null],
  settings: [{ name: 'draftWindow', value: 'auto' }],
  model: { name: 'tiny', version: '1.0.0' },
  decoderName: 'maria',
  seed: '7',
};

describe('a scored fill', () => {
  it('tells an exact log-likelihood and the part of each token', () => {
    expect(describeScore(exact, 80).split('\n')).toEqual([
      'log-likelihood  -3.0000 (chain-rule)',
      'perplexity      4.482',
      'tokens          2',
      'decoder         maria',
      'model           tiny 1.0.0',
      'settings        draftWindow=auto',
      '',
      'SLOT  POSITION  ID  TOKEN   LOG-PROBABILITY',
      '1     3         40  " old"  -1.0000',
      '1     4         41  "␊"     -2.0000',
    ]);
  });

  it('tells a bound with its standard error, from which side it bounds, and no parts', () => {
    const likelihood = {
      kind: 'ELBO',
      logProb: -4,
      perplexity: 7.389056,
      bitsPerCharacter: null,
      isBound: true,
      standardError: 0.25,
    } as const;
    const tokens = [token(0, ' old', null), token(1, ' dog', null)];
    const lines = describeScore({ ...exact, likelihood, tokens }, 80).split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'log-likelihood  ≥ -4.0000 ± 0.2500 (elbo)',
      'perplexity      ≤ 7.389',
    ]);
    expect(lines.slice(-3)).toEqual([
      'SLOT  POSITION  ID  TOKEN',
      '1     3         40  " old"',
      '1     4         41  " dog"',
    ]);
  });

  it('says so when the fill cannot come out, and marks the token that cannot', () => {
    const tokens = [token(0, ' old', -1), token(1, '[MASK]', null)];
    const lines = describeScore({ ...exact, likelihood: null, tokens }, 80).split('\n');
    expect(lines[0]).toBe('log-likelihood  minus infinity: the decoder cannot fill it like this');
    expect(lines.at(-1)).toBe('1     4         41  "[MASK]"  -');
  });
});
