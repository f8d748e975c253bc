/**
 * A stored source as a template that would ask for the same again.
 */
import type { SegmentRequest, SlotRequest, SourceRequest } from '../src/service/service.ts';

/** What reads as the start of a mask, with the backslashes directly before it. */
const maskStart = /(\\*)\[MASK(?=[:\]])/g;

/** The template of a source; null for token ids, which need no text. */
export function templateOf(source: SourceRequest): string | null {
  if ('text' in source) return source.text;
  return 'tokens' in source ? null : templateOfSegments(source.segments);
}

function templateOfSegments(segments: readonly SegmentRequest[]): string {
  let template = '';
  // Literals in a row are one: together they may read as a mask where each alone does not.
  let literal = '';
  for (const segment of segments) {
    if ('text' in segment) {
      literal += segment.text;
    } else {
      template += doubledEnd(escaped(literal)) + maskOf(segment.slot);
      literal = '';
    }
  }
  return template + escaped(literal);
}

function maskOf({ length }: SlotRequest): string {
  if ('between' in length) return `[MASK:${length.between.min}-${length.between.max}]`;
  return length.tokens === 1 ? '[MASK]' : `[MASK:${length.tokens}]`;
}

/** Makes masks literal: before one, two backslashes stand for one, and an odd last one escapes it. */
function escaped(literal: string): string {
  return literal.replace(maskStart, (_, slashes: string) => `${slashes}${slashes}\\[MASK`);
}

function doubledEnd(literal: string): string {
  return literal.replace(/\\+$/, (slashes) => slashes + slashes);
}
