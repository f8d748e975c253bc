import { describe, expect, it } from 'vitest';
import { type ScoreFlags, scoreInputOf } from '../../src/cli/score-input.ts';
import { InfillError } from '../../src/errors.ts';

const catalog = { decoders: [], models: [] };

const read = (flags: Partial<ScoreFlags>) =>
  scoreInputOf('x [MASK:2]', { option: [], fill: [], ...flags }, catalog);

function problemsOf(flags: Partial<ScoreFlags>): string[] {
  try {
    read(flags);
  } catch (error) {
    if (error instanceof InfillError) {
      return error.problems.map(({ path, message }) => `${path.join('.')} ${message}`);
    }
    throw error;
  }
  return [];
}

describe('the input of a score', () => {
  it('leaves to the server what no flag names', () => {
    expect(JSON.parse(JSON.stringify(read({ fill: ['a b', ''] })))).toEqual({
      source: { text: 'x [MASK:2]' },
      fill: { slots: ['a b', ''] },
    });
  });

  it('takes token ids instead of texts', () => {
    const { fill, draws, seed } = read({ tokens: '12, 7 3,', draws: '16', seed: '7' });
    expect({ fill, draws, seed }).toEqual({ fill: { tokens: [12, 7, 3] }, draws: 16, seed: '7' });
  });

  it('lists all that is wrong at once', () => {
    expect(problemsOf({ fill: ['a'], tokens: '1,x,2.5', draws: 'many', decoder: 'none' })).toEqual([
      '--decoder There is no decoder "none"; there are none.',
      '--draws "many" is not a whole number.',
      '--tokens It is given beside --fill; a fill is one or the other.',
      '--tokens "x" is not a token id.',
      '--tokens "2.5" is not a token id.',
    ]);
  });

  it('refuses to score nothing', () => {
    expect(problemsOf({})).toEqual([
      '--fill The fill to score is missing; give --fill once per slot, or --tokens.',
    ]);
  });
});
