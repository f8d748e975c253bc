import { describe, expect, it } from 'vitest';
import { FlagProblems } from '../../src/cli/flag-problems.ts';
import { refusalOf } from '../../src/cli/refusal.ts';
import { sourceOf } from '../../src/cli/source-input.ts';
import type { SourceInput } from '../../src/client/generated/graphql.ts';

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

  it('leaves a template that is wrong to the server, which says all that is wrong', () => {
    expect(read('A [MASK:0]', { banned: ['1=a'] })).toEqual({ text: 'A [MASK:0]' });
  });

  it('names slots by number where the server names segments', () => {
    const source = read(template, { banned: ['all=the'] });
    const at = (...path: string[]) =>
      ({ path, code: 'INVALID_TEMPLATE', message: '', value: null, limit: null }) as const;
    const problems = [
      at('source', 'segments', '4', 'slot', 'choices', '0'),
      at('source', 'segments', '0', 'text'),
      at('seed'),
    ];
    const refusal = refusalOf({ code: 'INVALID_TEMPLATE', message: '', problems }, source);
    expect(refusal.problems.map(({ path }) => path.join('.'))).toEqual([
      'slot 3 (index 2)',
      'source.segments.0.text',
      'seed',
    ]);
  });
});
