/**
 * Masks one item: a text into known and gold pieces, or a text's tokens into known and open positions.
 *
 * Knows no model: how many tokens a gold piece has is for the server, under each pack.
 */
import { counted } from '../counted.ts';
import { InfillError } from '../errors.ts';
import { type TemplatePart, templateLimits } from '../text/template.ts';
import { parseTemplate } from '../text/template-notation.ts';
import type { DatasetItem } from './dataset-item.ts';
import { drawSpanStart, drawUnits, type MaskKey, maskSeed } from './mask-draw.ts';
import { maskingName, type TextMasking, type TokenMasking } from './masking.ts';
import { sentenceSpans, type TextSpan, wordSpans } from './text-units.ts';

/** Known text, or the text that stood at a mask, without the space that the mask owns. */
export type MaskedSegment = { readonly text: string } | { readonly gold: string };

/** A masked text; no piece is empty, so the space before a mask ends the known piece before it. */
export type MaskedText = { readonly segments: readonly MaskedSegment[] };

/** A masked text of one tokenizer. */
export type MaskedTokens = {
  /** (T); null at open positions. */
  readonly tokens: readonly (number | null)[];
  /** Ids of the open positions, in order. */
  readonly gold: readonly number[];
};

/** Returns the whole text of an item, gold texts in the place of masks. */
export function itemText(item: DatasetItem): string {
  if ('text' in item) return item.text;
  return explicitSegments(item)
    .map((segment) => ('text' in segment ? segment.text : segment.gold))
    .join('');
}

/**
 * Returns an item with part of its text masked.
 *
 * @throws InfillError INVALID_INPUT naming the item, where the masking cannot be applied to it: too few words, no five
 *   sentences, no template, too many slots. INVALID_TEMPLATE where its template cannot be read.
 */
export function maskText(item: DatasetItem, masking: TextMasking, key: MaskKey): MaskedText {
  if (masking.kind === 'EXPLICIT') return checked(item, explicitSegments(item));
  const text = itemText(item);
  return checked(item, cut(text, openSpans(item, text, masking, key)));
}

/**
 * Returns an item's tokens with some of them open.
 *
 * @param ids - of the item's whole text under the tokenizer, nothing added around it.
 * @throws InfillError INVALID_INPUT naming the item, where it has too few tokens.
 */
export function maskTokens(
  { id, ids }: { readonly id: string; readonly ids: readonly number[] },
  masking: TokenMasking,
  key: MaskKey,
): MaskedTokens {
  const open = new Set(openUnits({ id, count: ids.length }, masking, key));
  return {
    tokens: ids.map((token, position) => (open.has(position) ? null : token)),
    gold: ids.filter((_, position) => open.has(position)),
  };
}

function openSpans(
  item: DatasetItem,
  text: string,
  masking: Exclude<TextMasking, { readonly kind: 'EXPLICIT' }>,
  key: MaskKey,
): TextSpan[] {
  if (masking.kind === 'MIDDLE_SENTENCE') return [middleSentence(item, text)];
  const words = wordSpans(text);
  const open = new Set(openUnits({ id: item.id, count: words.length }, masking, key));
  const spans = words.filter((_, index) => open.has(index));
  if (masking.kind === 'RATE') return spans;
  const [first] = spans;
  const last = spans.at(-1);
  return first === undefined || last === undefined ? [] : [{ start: first.start, end: last.end }];
}

/** Units of an item, counted: which of them a masking opens, ascending. */
function openUnits(
  { id, count }: { readonly id: string; readonly count: number },
  masking: Exclude<TextMasking, { readonly kind: 'EXPLICIT' | 'MIDDLE_SENTENCE' }> | TokenMasking,
  key: MaskKey,
): number[] {
  const unit = masking.unit === 'WORD' ? 'word' : 'token';
  const needed = masking.kind === 'RATE' ? 1 : masking.length + 1;
  if (count < needed)
    throw unfit(id, `has ${counted(count, unit)}; ${maskingName(masking)} needs ${needed}`);
  const seed = maskSeed(key, id, maskingName(masking));
  if (masking.kind === 'RATE') {
    return drawUnits(count, Math.max(1, Math.round(masking.rate * count)), seed);
  }
  const start = drawSpanStart(count, masking.length, seed);
  return Array.from({ length: masking.length }, (_, offset) => start + offset);
}

function middleSentence(item: DatasetItem, text: string): TextSpan {
  const sentences = sentenceSpans(text);
  const [, , middle] = sentences;
  if (sentences.length !== 5 || middle === undefined) {
    throw unfit(
      item.id,
      `has ${counted(sentences.length, 'sentence')}; middle-sentence needs exactly 5`,
    );
  }
  return middle;
}

function cut(text: string, spans: readonly TextSpan[]): MaskedSegment[] {
  const segments: MaskedSegment[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    if (start > at) segments.push({ text: text.slice(at, start) });
    segments.push({ gold: text.slice(start, end) });
    at = end;
  }
  return at < text.length ? [...segments, { text: text.slice(at) }] : segments;
}

function explicitSegments(item: DatasetItem): MaskedSegment[] {
  if ('text' in item) throw unfit(item.id, 'has no template; explicit needs one with gold texts');
  const { parts } = parseTemplate(item.template, ['template']);
  const masks = parts.filter(({ kind }) => kind === 'mask').length;
  const { gold } = item;
  if (masks !== gold.length || masks === 0 || gold.includes('')) {
    throw unfit(
      item.id,
      `has ${counted(masks, 'mask')} and ${counted(gold.length, 'gold text')}; it needs as many, none empty`,
    );
  }
  const unused = gold.values();
  return parts.map((part) => segmentOf(part, unused));
}

function segmentOf(part: TemplatePart, unused: Iterator<string, undefined>): MaskedSegment {
  return part.kind === 'literal' ? { text: part.text } : { gold: unused.next().value ?? '' };
}

function checked({ id }: DatasetItem, segments: readonly MaskedSegment[]): MaskedText {
  const slots = segments.filter((segment) => 'gold' in segment).length;
  if (slots > templateLimits.slots) {
    throw unfit(id, `would have ${slots} slots; the limit is ${templateLimits.slots}`);
  }
  return { segments };
}

function unfit(itemId: string, why: string): InfillError {
  return new InfillError('INVALID_INPUT', `Item "${itemId}" ${why}.`);
}
