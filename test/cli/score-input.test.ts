import { describe, expect, it } from 'vitest';
import { type ScoreFlags, scoreInputOf } from '../../src/cli/score-input.ts';
import { InfillError } from '../../src/errors.ts';

const catalog = { decoders: [], models: [] };

const asked = (flags: Partial<ScoreFlags>) =>
  scoreInputOf('x [MASK:2]', { option: [], fill: [], ...flags }, catalog);

const read = (flags: Partial<ScoreFlags>) => asked(flags).input;

function problemsOf(flags: Partial<ScoreFlags>): string[] {
  try {
    asked(flags).problems.throwIfAny();
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
      '--tokens "x" is not a token id.',
      '--tokens "2.5" is not a token id.',
      '--tokens It is given beside --fill; a fill is one or the other.',
    ]);
  });

  it('sends what cannot be read as what the server refuses, and knows what it would tell', () => {
    const { input, problems } = asked({ tokens: '1,x', draws: 'many', seed: '1e3' });
    expect(input).toMatchObject({ fill: { tokens: [1, -1] }, draws: -1, seed: '-1' });
    const [right, wrong] = ['0', '1'].map((index) => problems.hasTold(['fill', 'tokens', index]));
    expect({ right, wrong }).toEqual({ right: false, wrong: true });
  });

  it.each([{}, { fill: ['a'], tokens: '1' }])(
    'sends no fill that could be scored for %j',
    (flags) => {
      const { input, problems } = asked(flags);
      expect(input.fill).toEqual({ tokens: [-1] });
      expect(problems.hasTold(['fill', 'tokens'])).toBe(true);
    },
  );

  it('refuses to score nothing', () => {
    expect(problemsOf({})).toEqual([
      '--fill The fill to score is missing; give --fill once per slot, or --tokens.',
    ]);
  });
});
