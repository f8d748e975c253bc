import { describe, expect, it } from 'vitest';
import { raceInputOf } from '../../src/cli/race-input.ts';
import type { CatalogQuery } from '../../src/client/generated/graphql.ts';
import type { InfillError } from '../../src/errors.ts';

const decoder = { name: 'masked-lm', optionsSchema: { properties: { k: { type: 'integer' } } } };
const catalog = {
  decoders: [decoder],
  models: [{ id: 'TW9k', name: 'small', decoders: [decoder] }],
} as unknown as CatalogQuery;

const read = (...entrant: string[]) => raceInputOf('[MASK]', { entrant, label: [] }, catalog);
const labels = (...entrant: string[]) => read(...entrant).entrants.map(({ label }) => label);

describe('an entrant of a race', () => {
  it('is a decoder with options, sampling and a model', () => {
    const [entrant] = read(' masked-lm  k=2 topK=3 model=small ').entrants;
    expect(entrant).toEqual({
      label: 'masked-lm k=2 topK=3 model=small',
      model: 'TW9k',
      decoder: { plugin: { name: 'masked-lm', options: { k: 2 } } },
      sampling: { topK: 3 },
    });
  });

  it('is called as it is written, in as many characters as a label may have', () => {
    const long = `masked-lm k=2 ${'temperature=0.125 topK=3 topP=0.5 repetitionPenalty=1.0625'}`;
    const [first = '', second = '', third = ''] = labels(`${long}1`, `${long}2`, 'masked-lm');
    expect([...first].length).toBe(64);
    expect(first).toMatch(/^masked-lm k=2 temperature=0\.125 .*… \(1\)$/);
    expect(second).toBe(first.replace('(1)', '(2)'));
    expect(third).toBe('masked-lm');
  });

  it('is another one than those before it', () => {
    expect(() => read('masked-lm k=1', 'masked-lm', ' masked-lm  k=1')).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ message: 'It is the same as --entrant 1.' })],
      }),
    );
  });

  it('is told by its number everything that is wrong with it', () => {
    const wrong = () => read('masked-lm', 'masked-lm topK=1 topK=2 model=a model=b topP=x k=y');
    expect(wrong).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    const told = (() => {
      try {
        return wrong();
      } catch (error) {
        return (error as InfillError).problems.map(({ path, message }) => [path[0], message]);
      }
    })();
    expect(told).toEqual([
      ['--entrant 2', '"topK" is given twice.'],
      ['--entrant 2', '"model" is given twice.'],
      ['--entrant 2', '"topP=x" is not a number.'],
      ['--entrant 2', 'There is no model "a"; there are: small.'],
      ['--entrant 2', expect.stringMatching(/^"k" is "y"; it must be /)],
    ]);
  });
});
