import { describe, expect, it } from 'vitest';
import { maskedLm } from '../../plugins/masked-lm/index.ts';
import { createRegistry } from '../../src/decoding/registry.ts';
import { checkFields } from '../../src/decoding/zod-problems.ts';

function checked(options: Record<string, unknown>) {
  return checkFields(maskedLm.options, options, ['decoder', 'masked-lm'], 'INVALID_OPTION');
}

function problemsOf(options: Record<string, unknown>): readonly string[] {
  const found = checked(options);
  return 'problems' in found ? found.problems.map(({ message }) => message) : [];
}

describe('options of masked-lm', () => {
  it.each([
    [{}, { order: 'confidence', commit: 'k', k: 1, revise: 'none' }],
    [
      { commit: 'threshold', order: 'margin' },
      { order: 'margin', commit: 'threshold', threshold: 0.9, revise: 'none' },
    ],
    [
      { commit: 'entropy-bound' },
      { order: 'entropy', commit: 'entropy-bound', entropyBound: 0.5, revise: 'none' },
    ],
    [{ commit: 'one-shot' }, { commit: 'one-shot', revise: 'none' }],
    [{ revise: 'mask-predict' }, { commit: 'one-shot', revise: 'mask-predict', iterations: 10 }],
    [
      { revise: 'edit', k: 3 },
      { order: 'confidence', commit: 'k', k: 3, revise: 'edit', editThreshold: 0.9 },
    ],
  ])('of %j that have an effect are %j', (given, expected) => {
    expect(checked(given)).toEqual({ value: expected });
  });

  it.each<[Record<string, unknown>, readonly string[]]>([
    [{ k: 1, commit: 'threshold' }, ['k']],
    [{ threshold: 0.9 }, ['threshold']],
    [{ entropyBound: 1, commit: 'one-shot' }, ['entropyBound']],
    [{ order: 'confidence', commit: 'one-shot' }, ['order']],
    [{ order: 'random', commit: 'entropy-bound' }, ['order']],
    [{ iterations: 4, editThreshold: 0.7 }, ['iterations', 'editThreshold']],
    [{ revise: 'edit', iterations: 4 }, ['iterations']],
    [{ revise: 'mask-predict', commit: 'k', k: 2, order: 'random' }, ['commit', 'order', 'k']],
  ])('in %j without effect are refused: %j', (given, names) => {
    const found = checked(given);
    if (!('problems' in found)) throw new Error('The options were taken.');
    expect(found.problems.map(({ path }) => path)).toEqual(
      names.map((name) => ['decoder', 'masked-lm', name]),
    );
  });

  it.each<[Record<string, unknown>, readonly string[]]>([
    // Defaults hold beside what is wrong.
    [{ k: 'x', iterations: 4 }, ['k', 'iterations']],
    [{ k: 0, threshold: 0.5 }, ['k', 'threshold']],
    [{ depth: 1, entropyBound: 0.5 }, ['depth', 'entropyBound']],
    // Wrong, it is not also refused as idle.
    [{ threshold: 'x' }, ['threshold']],
    [{ commit: 'one-shot', k: 0, order: 'up' }, ['order', 'k']],
    // What idleness depends on is wrong: it cannot be told.
    [{ commit: 'never', threshold: 0.5, k: 2 }, ['commit']],
    [{ revise: 'never', iterations: 4, commit: 'one-shot', k: 2 }, ['revise']],
    [{ commit: 'never', iterations: 4 }, ['commit', 'iterations']],
  ])('in %j are refused beside what is wrong: %j', (given, names) => {
    const found = checked(given);
    const paths = 'problems' in found ? found.problems.map(({ path }) => path.at(-1)) : [];
    expect(new Set(paths)).toEqual(new Set(names));
    expect(paths).toHaveLength(names.length);
  });

  it('are allowed where they say what is so anyway', () => {
    expect(problemsOf({ commit: 'entropy-bound', order: 'entropy' })).toEqual([]);
    expect(problemsOf({ revise: 'mask-predict', commit: 'one-shot' })).toEqual([]);
  });

  it('are refused in a sentence that says why', () => {
    expect(problemsOf({ k: 2, commit: 'one-shot' })).toEqual([
      '"k" is 2; it must be left out: commit is "one-shot".',
    ]);
  });

  it('have plain fields, of which only those that always have an effect have a default', () => {
    const [described] = createRegistry([maskedLm]).descriptions;
    const fields = described?.optionFields.map(({ name, type, defaultValue }) => [
      name,
      type,
      defaultValue,
    ]);
    expect(fields).toEqual([
      ['order', 'ENUM', undefined],
      ['commit', 'ENUM', undefined],
      ['k', 'INT', undefined],
      ['threshold', 'FLOAT', undefined],
      ['entropyBound', 'FLOAT', undefined],
      ['revise', 'ENUM', 'none'],
      ['iterations', 'INT', undefined],
      ['editThreshold', 'FLOAT', undefined],
    ]);
  });

  it.each([
    [{}, 'CHAIN_RULE'],
    [{ order: 'left-to-right', k: 3 }, 'CHAIN_RULE'],
    [{ order: 'margin', commit: 'threshold' }, 'CHAIN_RULE'],
    [{ commit: 'entropy-bound' }, 'CHAIN_RULE'],
    [{ commit: 'one-shot' }, 'INDEPENDENT'],
    [{ order: 'random' }, 'ELBO'],
    [{ order: 'random', commit: 'threshold' }, 'ELBO'],
    [{ revise: 'mask-predict' }, 'NONE'],
    [{ revise: 'edit', commit: 'one-shot' }, 'NONE'],
  ])('%j have a likelihood of kind %s', (given, kind) => {
    expect(maskedLm.likelihood(maskedLm.options.parse(given))).toBe(kind);
  });
});
