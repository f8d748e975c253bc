import { describe, expect, it } from 'vitest';
import { FlagProblems } from '../../src/cli/flag-problems.ts';
import { slotListsOf } from '../../src/cli/slot-lists.ts';
import { InfillError } from '../../src/errors.ts';

/** Lists by index of slot, of a template with `slotCount` slots. */
function read(values: readonly string[], slotCount = 3): Record<string, readonly string[]> {
  const problems = new FlagProblems();
  const lists = slotListsOf('--choices', values, { slotCount, problems });
  problems.throwIfAny();
  return Object.fromEntries(lists);
}

function problemsOf(values: readonly string[], slotCount = 3): string[] {
  try {
    read(values, slotCount);
  } catch (error) {
    if (error instanceof InfillError) return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe('lists for slots', () => {
  it('number the slots from 1', () => {
    expect(read(['1=cat,dog', '3=red'])).toEqual({ 0: ['cat', 'dog'], 2: ['red'] });
  });

  it('gather what is given for one slot, all slots included', () => {
    expect(read(['2=a', 'all=b,c', '2=d'], 2)).toEqual({ 0: ['b', 'c'], 1: ['a', 'b', 'c', 'd'] });
  });

  it('keep commas and backslashes that are escaped, equals signs and every space', () => {
    expect(read(['1=a\\,b,c\\\\,d=e, f,\\n', '2=a\\,', '3=a\\'])).toEqual({
      0: ['a,b', 'c\\', 'd=e', ' f', '\\n'],
      1: ['a,'],
      2: ['a\\'],
    });
  });

  it('refuse slots that are not there, saying which are', () => {
    expect(problemsOf(['0=a', '4=a', 'x=a', '-1=a'])).toEqual(
      ['0', '4', 'x', '-1'].map(
        (place) =>
          `"${place}=a" names the slot "${place}"; slots are numbered from 1 to 3, and all is each of them.`,
      ),
    );
    expect(problemsOf(['2=a'], 1)).toEqual(['"2=a" names the slot "2"; the only slot is 1.']);
    expect(problemsOf(['1=a'], 0)).toEqual([
      '"1=a" names the slot "1"; the template has no slots.',
    ]);
  });

  it('refuse what is no list', () => {
    expect(problemsOf(['cat,dog'])).toEqual(['"cat,dog" is not of the form slot=text,text.']);
  });

  it('leave empty texts to the server', () => {
    expect(read(['1=', '2=a,', '3=,a'])).toEqual({ 0: [''], 1: ['a', ''], 2: ['', 'a'] });
  });
});
