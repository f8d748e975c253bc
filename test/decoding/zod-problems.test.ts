import { describe, expect, it } from 'vitest';
import { maria } from '../../plugins/maria/index.ts';
import { samplingSchema } from '../../src/decoding/sampling-params.ts';
import { checkFields } from '../../src/decoding/zod-problems.ts';

describe('checkFields', () => {
  it('gives the checked fields with their defaults', () => {
    expect(checkFields(samplingSchema, { topK: 3 }, ['sampling'], 'INVALID_SAMPLING')).toEqual({
      value: { temperature: 0, topK: 3 },
    });
  });

  it.each([
    [{ temperature: 9 }, '"temperature" is 9; it must be at most 5.', '5'],
    [{ temperature: -1 }, '"temperature" is -1; it must be at least 0.', '0'],
    [{ topP: 0 }, '"topP" is 0; it must be above 0.', '0'],
    [{ topK: 1.5 }, '"topK" is 1.5; it must be a whole number.', null],
    [{ topK: 'many' }, '"topK" is "many"; it must be a number.', null],
    [{ topK: { toString: 1 } }, '"topK" is an object; it must be a number.', null],
    [{ topK: [1] }, '"topK" is a list; it must be a number.', null],
    [{ topK: 'x'.repeat(200) }, `"topK" is "${'x'.repeat(100)}…"; it must be a number.`, null],
    [{ topK: '4' }, '"topK" is "4"; it must be a number.', null],
    [{ topP: 1 / 0 }, '"topP" is Infinity; it must be a finite number.', null],
    [{ temperature: Number.NaN }, '"temperature" is NaN; it must be a finite number.', null],
  ])('names the value and the limit of %j', (fields, message, limit) => {
    const checked = checkFields(samplingSchema, fields, ['sampling'], 'INVALID_SAMPLING');
    expect(checked).toMatchObject({ problems: [{ message, limit, code: 'INVALID_SAMPLING' }] });
  });

  it('refuses fields that do not exist, and names all problems at once', () => {
    const fields = { draftWindow: 99, beams: 4, depth: 2 };
    const checked = checkFields(maria.options, fields, ['decoder', 'maria'], 'INVALID_OPTION');
    expect(checked).toEqual({
      problems: [
        {
          path: ['decoder', 'maria', 'draftWindow'],
          code: 'INVALID_OPTION',
          message: '"draftWindow" is 99; it must be at most 16.',
          value: '99',
          limit: '16',
        },
        ...['beams', 'depth'].map((name) => ({
          path: ['decoder', 'maria', name],
          code: 'INVALID_OPTION',
          message: `There is no "${name}" here; there are: draftWindow.`,
          value: name,
          limit: null,
        })),
      ],
    });
  });
});
