/**
 * One unit of a benchmark: an item masked for an entrant's pack, filled and scored, and measured against its gold text.
 *
 * Knows slots and gold; how a run is submitted and followed is handed to it.
 */
import assert from 'node:assert/strict';
import type { DatasetItem } from '../benchmark/dataset-item.ts';
import type { FilledTokens, ItemFill, ItemScore } from '../benchmark/item-result.ts';
import type { MaskKey } from '../benchmark/mask-draw.ts';
import { itemText, type MaskedSegment, maskText, maskTokens } from '../benchmark/mask-item.ts';
import {
  type Masking,
  opensTokens,
  type TextMasking,
  type TokenMasking,
} from '../benchmark/masking.ts';
import type { GivenFill, SegmentRequest, SourceRequest } from '../decoding/infill-request.ts';
import type { Outcome } from '../decoding/run-event.ts';
import type { TokenizedText } from '../dispatch/dispatcher.ts';
import { InfillError } from '../errors.ts';
import type { ScoredInfill } from './service.ts';

/** Tokenizes as literal text of a template is tokenized. */
export type Tokenize = (text: string) => Promise<TokenizedText>;

/** A masked item as a request, with what stood at its slots. */
export type UnitRequest = {
  readonly source: SourceRequest;
  /** Text of each slot, without the space it owns. */
  readonly gold: readonly string[];
  /** Ids of all slots, in order. */
  readonly goldIds: readonly number[];
  /** Unicode code points that a score is of: the gold texts and the spaces that slots own. */
  readonly characters: number;
  /** The gold text as a fill to be scored. */
  readonly fill: GivenFill;
};

/** Masks an item for a pack. @throws INVALID_INPUT where the masking cannot be applied to it */
export async function unitRequest(
  item: DatasetItem,
  masking: Masking,
  key: MaskKey,
  tokenize: Tokenize,
): Promise<UnitRequest> {
  if (opensTokens(masking)) return tokensRequest(item, masking, key, tokenize);
  return textRequest(item, masking, key, tokenize);
}

async function textRequest(
  item: DatasetItem,
  masking: Masking,
  key: MaskKey,
  tokenize: Tokenize,
): Promise<UnitRequest> {
  assert(opensText(masking));
  const { segments } = maskText(item, masking, key);
  const encoded = await Promise.all(
    segments.map(async (segment, index) => {
      if ('text' in segment) return null;
      const ownsSpace = endsInOneSpace(segments[index - 1]);
      return (await tokenize(ownsSpace ? ` ${segment.gold}` : segment.gold)).ids;
    }),
  );
  const gold = segments.flatMap((segment) => ('gold' in segment ? [segment.gold] : []));
  return {
    source: { segments: segments.map((segment, index) => requested(segment, encoded[index])) },
    gold,
    goldIds: encoded.flatMap((ids) => ids ?? []),
    characters: scoredCharacters(segments),
    fill: { slots: gold },
  };
}

/**
 * Unicode code points of the gold texts of a masked text. A slot's first token begins with the space before the slot, where
 * there is one, so that is scored with it and counts.
 */
export function scoredCharacters(segments: readonly MaskedSegment[]): number {
  const ofSlots = segments.map((segment, index) =>
    'gold' in segment
      ? codePoints(segment.gold) + (endsInOneSpace(segments[index - 1]) ? 1 : 0)
      : 0,
  );
  return ofSlots.reduce((sum, count) => sum + count, 0);
}

function codePoints(text: string): number {
  return [...text].length;
}

/** Whether a masking opens text, whatever the pack. */
export function opensText(masking: Masking): masking is TextMasking {
  return !opensTokens(masking);
}

/** Runs of open positions are the slots, as where token ids are read. */
async function tokensRequest(
  item: DatasetItem,
  masking: TokenMasking,
  key: MaskKey,
  tokenize: Tokenize,
): Promise<UnitRequest> {
  const { ids, texts } = await tokenize(itemText(item));
  const { tokens, gold: goldIds } = maskTokens({ id: item.id, ids }, masking, key);
  const gold: string[] = [];
  for (const [position, token] of tokens.entries()) {
    if (token !== null) continue;
    const text = texts[position] ?? '';
    const continues = position > 0 && tokens[position - 1] === null;
    if (continues) gold.push(`${gold.pop() ?? ''}${text}`);
    else gold.push(text);
  }
  const characters = codePoints(gold.join(''));
  return { source: { tokens }, gold, goldIds, characters, fill: { tokens: goldIds } };
}

function requested(
  segment: MaskedSegment,
  ids: readonly number[] | null | undefined,
): SegmentRequest {
  if ('text' in segment) return segment;
  return { slot: { length: { tokens: ids?.length ?? 0 } } };
}

/** As templates decide whether the space before a mask is the mask's. */
function endsInOneSpace(segment: MaskedSegment | undefined): boolean {
  if (segment === undefined || !('text' in segment)) return false;
  return segment.text.endsWith(' ') && !segment.text.endsWith('  ');
}

/** What an infill put at the slots, against what stood there. */
export function unitFill({ gold, goldIds }: UnitRequest, outcome: Outcome): ItemFill {
  const ids = outcome.slots.flatMap((slot) => slot.tokens.map(({ id }) => id));
  const tokens = matchedTokens(goldIds, ids);
  const texts = gold.map((text, index) => ({
    gold: text,
    text: outcome.slots[index]?.text ?? '',
  }));
  const { queueMs, firstTokenMs, totalMs } = outcome.timing;
  const { causalPasses, maskedPasses } = outcome.usage;
  return {
    slots: texts,
    // The same tokens are the same text, also where a slot begins inside a character, which neither text shows.
    exact: texts.every((slot) => slot.gold === slot.text) || isSame(goldIds, ids),
    tokens,
    cost: {
      causalPasses,
      maskedPasses,
      queueMs,
      firstTokenMs: firstTokenMs === null ? null : firstTokenMs - queueMs,
      totalMs: totalMs - queueMs,
      peakBytes: outcome.peakBytes ?? null,
    },
  };
}

/** The tokens of a fill against those that stood there. */
export function matchedTokens(goldIds: readonly number[], ids: readonly number[]): FilledTokens {
  const matches = goldIds.filter((id, index) => ids[index] === id).length;
  return { ids, open: goldIds.length, matches };
}

function isSame(goldIds: readonly number[], ids: readonly number[]): boolean {
  return ids.length === goldIds.length && matchedTokens(goldIds, ids).matches === ids.length;
}

/** @throws DECODE_FAILED where the gold text has no finite log-likelihood */
export function unitScore({ goldIds, characters }: UnitRequest, scored: ScoredInfill): ItemScore {
  const { kind, logProb } = scored.likelihood;
  if (kind === 'NONE' || !Number.isFinite(logProb)) {
    throw new InfillError('DECODE_FAILED', 'The gold text has no finite log-likelihood.');
  }
  return {
    kind,
    // A sum of logarithms of probabilities near 1 may be above 0 by rounding.
    negLogLikelihood: Math.max(0, -logProb),
    openTokens: goldIds.length,
    characters,
    standardError: scored.standardError,
  };
}
