import { describe, expect, it } from 'vitest';
import { FlagProblems } from '../../src/cli/flag-problems.ts';
import { refusalOf } from '../../src/cli/refusal.ts';
import { sourceOf } from '../../src/cli/source-input.ts';
import type { SourceInput } from '../../src/client/generated/graphql.ts';
import type { InfillError } from '../../src/errors.ts';

const template = 'A [MASK:2-4] \\[MASK]\n[MASK][MASK:3].';

function read(text: string, flags: { choices?: string[]; banned?: string[] }): SourceInput {
  const problems = new FlagProblems();
  const source = sourceOf(text, { choices: [], banned: [], ...flags }, problems);
  problems.throwIfAny();
  return JSON.parse(JSON.stringify(source));
}

describe('the source of an infill', () => {
  it('is the template as it is where no flag names a slot', () => {
    expect(read('A [MASK:x] b', {})).toEqual({ text: 'A [MASK:x] b' });
  });

  it('is the segments of the template with what flags say of its slots', () => {
    expect(read(template, { choices: ['2=red,green'], banned: ['all=the', '3=a'] })).toEqual({
      segments: [
        { text: 'A ' },
        { slot: { length: { between: { min: 2, max: 4 } }, banned: ['the'] } },
        { text: ' [MASK]\n' },
        { slot: { length: { tokens: 1 }, choices: ['red', 'green'], banned: ['the'] } },
        { slot: { length: { tokens: 3 }, banned: ['the', 'a'] } },
        { text: '.' },
      ],
    });
  });

  it('leaves a template that is too large to be read to the server', () => {
    const text = '[MASK] '.repeat(257);
    expect(read(text, { banned: ['1=a'] })).toEqual({ text });
  });
});

describe('what a server refused', () => {
  const at = (...path: string[]) =>
    ({
      path,
      code: 'INVALID_TEMPLATE',
      message: path.join('.'),
      value: null,
      limit: null,
    }) as const;
  const refused = (...paths: string[][]) => ({
    code: 'INVALID_TEMPLATE' as const,
    message: 'All.',
    problems: paths.map((path) => at(...path)),
  });
  const placesOf = (error: InfillError) => error.problems.map(({ path }) => path.join('.'));

  it('is placed by flags, slots by their numbers', () => {
    const input = { source: read(template, { banned: ['all=the'] }) };
    const paths = [
      ['source', 'segments', '4', 'slot', 'choices', '0'],
      ['source', 'segments', '0', 'text'],
      ['source'],
      ['fill', 'slots', '1'],
      ['fill', 'slots'],
      ['fill', 'tokens', '3'],
      ['sampling', 'topK'],
      ['lengthSearch'],
      ['labels', '2'],
      ['decoder', 'plugin', 'options', 'k'],
      ['decoder', 'plugin', 'options'],
      ['decoder', 'plugin', 'name'],
      ['decoder'],
      ['model'],
      [],
    ];
    const error = refusalOf(refused(...paths), { input, problems: new FlagProblems() });
    expect(error).toMatchObject({ code: 'INVALID_TEMPLATE', message: 'All.' });
    expect(placesOf(error)).toEqual([
      'slot 3 (index 2)',
      'text',
      'text',
      'slot 2 (index 1)',
      '--fill',
      '--tokens',
      '--top-k',
      '--length-search',
      '--label',
      '--option',
      '--decoder',
      '--decoder',
      '--decoder',
      '--model',
      '',
    ]);
  });

  it('is told after what is wrong with flags, but not where they tell it', () => {
    const problems = new FlagProblems();
    problems.integer('--samples', 'all', ['samples']);
    const asked = { input: { source: { text: '' } }, problems };
    const thrownBy = (error: Parameters<typeof refusalOf>[0]) => {
      try {
        return refusalOf(error, asked);
      } catch (thrown) {
        return thrown as InfillError;
      }
    };
    expect(placesOf(thrownBy(refused(['samples'], ['seed'])))).toEqual(['--samples', '--seed']);
    const message = 'There is none.';
    expect(placesOf(thrownBy({ code: 'UNKNOWN_DECODER', message }))).toEqual([
      '--samples',
      '--decoder',
    ]);
    expect(placesOf(thrownBy({ code: 'QUEUE_FULL', message }))).toEqual(['--samples']);
  });

  it('stays without problems where it is none of the input', () => {
    const asked = { input: { source: { text: '' } }, problems: new FlagProblems() };
    expect(refusalOf({ code: 'QUEUE_FULL', message: 'Full.' }, asked)).toMatchObject({
      code: 'QUEUE_FULL',
      message: 'Full.',
      problems: [],
    });
  });
});
