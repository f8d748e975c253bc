/**
 * Masked items as JSON lines, so that models elsewhere can fill the same masks, and so that such lines can be read back.
 *
 * A masked text is a line of a dataset whose masks came with it: `{"id", "group", "template", "gold"}`, every mask written
 * `[MASK]`, whatever its length under a model. Masked tokens are `{"id", "group", "tokens", "gold"}`, null where open.
 */
import { counted } from '../counted.ts';
import { InfillError } from '../errors.ts';
import type { DatasetItem, TemplateItem } from './dataset-item.ts';
import type { MaskedText, MaskedTokens } from './mask-item.ts';

/** An item and what a masking made of it. */
export type MaskedItem = Pick<DatasetItem, 'id' | 'group'> & (MaskedText | MaskedTokens);

/** Masked tokens of an item. */
export type TokensItem = Pick<DatasetItem, 'id' | 'group'> & MaskedTokens;

/** Returns the line of a masked item, without a line break; equal items have equal lines. */
export function maskedLine(item: MaskedItem): string {
  const { id, group } = item;
  if ('tokens' in item) return JSON.stringify({ id, group, tokens: item.tokens, gold: item.gold });
  return JSON.stringify(templateItem(item, item));
}

/** Returns a masked text as an item whose masks came with it; EXPLICIT masks it the same way again. */
export function templateItem(
  { id, group }: Pick<DatasetItem, 'id' | 'group'>,
  { segments }: MaskedText,
): TemplateItem {
  const parts = segments.map((segment, index) => {
    if ('gold' in segment) return '[MASK]';
    const next = segments[index + 1];
    return literalNotation(segment.text, next !== undefined && 'gold' in next);
  });
  const gold = segments.flatMap((segment) => ('gold' in segment ? [segment.gold] : []));
  return { id, group, template: parts.join(''), gold };
}

/**
 * Reads a line that `maskedLine` wrote.
 *
 * @param line - counted from 1, for the message. @throws InfillError INVALID_INPUT naming the line and what is wrong.
 */
export function readMaskedLine(text: string, line: number): TemplateItem | TokensItem {
  const value = parsed(text, line);
  const { id, group = null, template, tokens, gold } = value;
  if (typeof id !== 'string') throw wrong(line, 'has no "id" that is a string');
  if (group !== null && typeof group !== 'string') {
    throw wrong(line, 'has a "group" that is neither a string nor null');
  }
  if (typeof template === 'string' && isListOf(gold, isString))
    return { id, group, template, gold };
  if (isListOf(tokens, isTokenOrNull) && isListOf(gold, isToken)) {
    const open = tokens.filter((token) => token === null).length;
    if (open === gold.length) return { id, group, tokens, gold };
    throw wrong(
      line,
      `has ${counted(open, 'open position')} and ${counted(gold.length, 'gold token')}`,
    );
  }
  throw wrong(line, 'has neither "template" with gold texts nor "tokens" with gold ids');
}

/** Text as the notation of templates has it, so that nothing in it is read as a mask. */
function literalNotation(text: string, isBeforeMask: boolean): string {
  const escaped = text.replace(/(\\*)\[MASK(?=[\]:])/g, '$1$1\\[MASK');
  return isBeforeMask ? escaped.replace(/\\+$/, '$&$&') : escaped;
}

function parsed(text: string, line: number): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    throw wrong(line, 'is not JSON', error);
  }
  throw wrong(line, 'is not a JSON object');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isToken(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTokenOrNull(value: unknown): value is number | null {
  return value === null || isToken(value);
}

function wrong(line: number, why: string, cause?: unknown): InfillError {
  return new InfillError('INVALID_INPUT', `Line ${line} ${why}.`, { cause });
}
