/**
 * Whether a given fill fits the slots it is given for, and the lengths and tokens that it puts there.
 *
 * Knows encoded slots and the vocabulary; knows no decoder. The rule of the owned space is left out: a given fill is
 * scored as it is.
 */
import type { Problem } from '../errors.ts';
import { encodeSlotText } from '../text/encode-template.ts';
import { idCheck } from '../text/encode-tokens.ts';
import type { PromptShape, ShapeSlot } from '../text/prompt.ts';
import { templateLimits, textFindings } from '../text/template.ts';
import type { Tokenizer, Vocabulary } from '../text/tokenizer.ts';
import { rangeOf, tokens } from './check-slots.ts';
import type { GivenFill } from './infill-request.ts';
import type { Checked } from './zod-problems.ts';

/** A given fill in tokens: `targets` has those of all slots, in order. */
export type SettledFill = {
  readonly lengths: readonly number[];
  readonly targets: readonly number[];
};

/** A slot with the tokens that it is given. */
type FilledSlot = { readonly slot: ShapeSlot; readonly ids: readonly number[] };

/** What fills are read with. */
export type FillReader = { readonly tokenizer: Tokenizer; readonly vocabulary: Vocabulary };

/** Reads a given fill. */
export function settleFill(
  shape: PromptShape,
  fill: GivenFill,
  { tokenizer, vocabulary }: FillReader,
): Checked<SettledFill> {
  return 'slots' in fill
    ? settleTexts(shape, fill.slots, tokenizer)
    : settleTokens(shape, fill.tokens, vocabulary);
}

function settleTexts(
  { slots }: PromptShape,
  texts: readonly string[],
  tokenizer: Tokenizer,
): Checked<SettledFill> {
  if (texts.length !== slots.length) {
    const count = slots.length === 1 ? '1 slot' : `${slots.length} slots`;
    const message = `The text has ${count}; the number of texts in the fill is ${texts.length}.`;
    // Which text is for which slot is not known, so nothing is said of their lengths.
    const miscounted = problem(['slots'], message, texts.length, slots.length);
    return { problems: [miscounted, ...unreadableTexts(texts)] };
  }
  const units = texts.reduce((sum, text) => sum + text.length, 0);
  if (units > templateLimits.length) {
    const message = `The fill has ${units} UTF-16 units; the limit is ${templateLimits.length}.`;
    return { problems: [problem(['slots'], message, units, templateLimits.length)] };
  }
  const unreadable = unreadableTexts(texts);
  const isReadable = (index: number) =>
    unreadable.every(({ path }) => path.at(-1) !== String(index));
  const filled = slots.map((slot, index) => ({
    slot,
    text: texts[index] ?? '',
    ids: encodeSlotText(texts[index] ?? '', slot.ownsSpace, tokenizer),
  }));
  const unfit = filled.flatMap(({ slot, text, ids }) => {
    const at = ['slots', String(slot.index)];
    if (text === '' && slot.ownsSpace) return [problem(at, onlySpace, text, null)];
    const complaint = isReadable(slot.index)
      ? slotComplaint({ slot, ids }, `The text "${text}"`)
      : null;
    return complaint === null ? [] : [problem(at, complaint.message, text, complaint.limit)];
  });
  const problems = [...unreadable, ...unfit];
  return problems.length > 0 ? { problems } : { value: settled(filled) };
}

/** Alone, the space that a slot owns is a token, which no fill of it begins with. */
const onlySpace = 'The text of a slot is empty, which leaves it the space before its mask alone.';

/** What makes texts unfit as UTF-8. */
function unreadableTexts(texts: readonly string[]): Problem[] {
  return texts.flatMap((text, index) =>
    textFindings(text).map((finding) => ({
      ...finding,
      path: ['fill', 'slots', String(index)],
      code: 'INVALID_INPUT' as const,
    })),
  );
}

/** The tokens of the open positions, in order, each slot's where its length says. */
function settleTokens(
  shape: PromptShape,
  targets: readonly number[],
  vocabulary: Vocabulary,
): Checked<SettledFill> {
  const lengths = lengthsFrom(shape, targets.length);
  const reasonAgainst = idCheck(vocabulary, 'which no slot can have');
  const isOrdinary = (id: number) => reasonAgainst(id) === null;
  const wrong = targets.flatMap((id, index) => {
    const message = reasonAgainst(id);
    if (message === null) return [];
    return [problem(['tokens', String(index)], message, id, vocabulary.vocabularySize)];
  });
  if ('problems' in lengths) return { problems: [...lengths.problems, ...wrong] };
  let start = 0;
  const filled = shape.slots.map((slot, index) => {
    const ids = targets.slice(start, start + (lengths.value[index] ?? 0));
    start += ids.length;
    return { slot, ids };
  });
  const unfit = filled.flatMap(({ slot, ids }) => {
    // A token that is wrong has been told.
    const complaint = ids.every(isOrdinary)
      ? slotComplaint({ slot, ids }, `The fill "${ids.join(' ')}" of a slot`)
      : null;
    return complaint === null
      ? []
      : [problem(['tokens'], complaint.message, ids.join(' '), complaint.limit)];
  });
  const problems = [...wrong, ...unfit];
  return problems.length > 0 ? { problems } : { value: settled(filled) };
}

/** The lengths of slots that have `count` tokens in all, if that settles them. */
function lengthsFrom({ slots }: PromptShape, count: number): Checked<readonly number[]> {
  const unknown = slots.filter(({ lengths }) => lengths.length > 1);
  const known = slots.flatMap(({ lengths }) => (lengths.length > 1 ? [] : lengths));
  const knownCount = known.reduce((sum, length) => sum + length, 0);
  if (unknown.length > 1) {
    const message = `${unknown.length} slots have unknown lengths, which token ids do not settle; give the texts of the slots.`;
    return { problems: [problem(['tokens'], message, unknown.length, 1)] };
  }
  if (unknown.length === 0 && count !== knownCount) {
    const message = `The fill has ${tokens(count)} for ${positions(knownCount)}.`;
    return { problems: [problem(['tokens'], message, count, knownCount)] };
  }
  const rest = count - knownCount;
  if (unknown.length === 1 && rest < 1) {
    const message = `The fill has ${tokens(count)} for at least ${positions(knownCount + 1)}.`;
    return { problems: [problem(['tokens'], message, count, knownCount + 1)] };
  }
  return { value: slots.map(({ lengths }) => (lengths.length > 1 ? rest : (lengths[0] ?? 0))) };
}

function positions(count: number): string {
  return count === 1 ? '1 open position' : `${count} open positions`;
}

function slotComplaint(
  { slot, ids }: FilledSlot,
  name: string,
): { readonly message: string; readonly limit: number | null } | null {
  const isLong = slot.lengths.length > 0 && !slot.lengths.includes(ids.length);
  if (isLong && slot.choices === null) {
    const message = `${name} has ${tokens(ids.length)}; the slot has ${rangeOf(slot)}.`;
    return { message, limit: slot.max };
  }
  const isChoice = slot.choices?.some((choice) => isSame(choice.ids, ids)) ?? true;
  if (!isChoice) return { message: `${name} is none of the slot's choices.`, limit: null };
  const banned = slot.banned.find((other) => other.ids.some((id) => ids.includes(id)));
  if (banned === undefined) return null;
  return { message: `${name} has the token "${banned.text}", which is banned there.`, limit: null };
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

function settled(filled: readonly FilledSlot[]): SettledFill {
  return {
    lengths: filled.map(({ ids }) => ids.length),
    targets: filled.flatMap(({ ids }) => ids),
  };
}

function problem(
  field: readonly string[],
  message: string,
  value: string | number,
  limit: number | null,
): Problem {
  return {
    path: ['fill', ...field],
    code: 'INVALID_INPUT',
    message,
    value: String(value),
    limit: limit === null ? null : String(limit),
  };
}
