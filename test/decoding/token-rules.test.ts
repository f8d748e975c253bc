import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SlotRules, TokenRules } from '../../src/decoding/token-rules.ts';

const vocabularySize = 10;
const special = [0, 1];
/** Of ids 2 to 9 the even ones begin with a space. */
const wordStartIds = Uint8Array.from({ length: vocabularySize }, (_, id) =>
  Number(id > 1 && id % 2 === 0),
);
const noChoices: SlotRules = { index: 0, start: 1, length: 2, bannedIds: [], choices: null };

/** The ids that are left at a position. */
function allowed(
  slots: readonly SlotRules[],
  position: number,
  ids: readonly (number | null)[],
  wordStarts: readonly number[] = [],
): number[] {
  const row = new Float32Array(vocabularySize);
  new TokenRules(special, wordStartIds, new Set(wordStarts), slots).forbid(row, position, ids);
  return [...row.entries()].flatMap(([id, logit]) => (logit === 0 ? [id] : []));
}

describe('TokenRules', () => {
  const open = [5, null, null, 5];

  it('forbids special tokens everywhere and banned ones in their slot', () => {
    const slots = [{ ...noChoices, bannedIds: [3, 4] }];
    expect(allowed(slots, 1, open)).toEqual([2, 5, 6, 7, 8, 9]);
    expect(allowed(slots, 2, open)).toEqual([2, 5, 6, 7, 8, 9]);
    expect(allowed(slots, 3, open)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('allows word starts alone where a slot owns its space', () => {
    expect(allowed([{ ...noChoices, bannedIds: [4] }], 1, open, [1])).toEqual([2, 6, 8]);
    expect(allowed([{ ...noChoices, bannedIds: [4] }], 2, open, [1])).toHaveLength(7);
  });

  const choices = [
    [2, 3],
    [2, 5],
    [4, 3],
  ];

  it('allows what choices that agree with the other positions have', () => {
    const slots = [{ ...noChoices, choices }];
    expect(allowed(slots, 1, open)).toEqual([2, 4]);
    expect(allowed(slots, 2, open)).toEqual([3, 5]);
    expect(allowed(slots, 2, [5, 4, null, 5])).toEqual([3]);
    expect(allowed(slots, 1, [5, null, 5, 5])).toEqual([2]);
    expect(allowed(slots, 1, [5, null, 9, 5])).toEqual([]);
  });

  it('does not let a token stand in the way of its own replacement', () => {
    const slots = [{ ...noChoices, choices }];
    expect(allowed(slots, 1, [5, 4, 3, 5])).toEqual([2, 4]);
  });

  it('keeps the logits of what it allows', () => {
    const rules = new TokenRules(special, wordStartIds, new Set(), [{ ...noChoices, choices }]);
    const row = Float32Array.from({ length: vocabularySize }, (_, id) => id / 4);
    rules.forbid(row, 1, open);
    expect([row[2], row[4], row[3]]).toEqual([0.5, 1, Number.NEGATIVE_INFINITY]);
  });

  it('groups the positions of a slot with choices', () => {
    const rules = new TokenRules(special, wordStartIds, new Set(), [
      { ...noChoices, bannedIds: [3] },
      { index: 4, start: 7, length: 2, bannedIds: [], choices },
    ]);
    expect([0, 1, 7, 8, 9].map((position) => rules.groupOf(position))).toEqual([
      null,
      null,
      4,
      4,
      null,
    ]);
  });

  it('refuses a choice of another length', () => {
    expect(
      () => new TokenRules([], wordStartIds, new Set(), [{ ...noChoices, choices: [[2]] }]),
    ).toThrow('A choice fits.');
  });

  it('leads to a choice whatever the order and the draws', () => {
    const tokens = fc.array(fc.integer({ min: 2, max: 5 }), { minLength: 3, maxLength: 3 });
    const orders = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
    fc.assert(
      fc.property(
        fc.array(tokens, { minLength: 1, maxLength: 6 }),
        orders,
        fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
        (list, order, draws) => {
          const slots = [{ index: 0, start: 0, length: 3, bannedIds: [], choices: list }];
          const ids: (number | null)[] = [null, null, null];
          for (const [index, position] of order.entries()) {
            const left = allowed(slots, position, ids);
            ids[position] = left[(draws[index] ?? 0) % left.length] ?? null;
          }
          expect(list).toContainEqual(ids);
        },
      ),
    );
  });
});
