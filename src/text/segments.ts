/**
 * A template that a client gave part by part: literal texts, whose brackets are text, and slots.
 *
 * Knows forms of lengths; knows no notation and no tokens.
 */
import {
  lengthFinding,
  type MaskLength,
  type ReadMask,
  type Report,
  rangeFinding,
} from './mask.ts';
import { type ReadPart, TemplateProblems, type TemplateReading } from './template.ts';

/** How many tokens a slot has: a number, or a range the fill decides in; ends included, ≥ 1. */
export type SlotLength =
  | { readonly tokens: number }
  | { readonly between: { readonly min: number; readonly max: number } };

/** A gap to fill. */
export type SlotRequest = {
  readonly key?: string;
  readonly length: SlotLength;
  /** The texts it may have, without the space it owns; anything when absent. */
  readonly choices?: readonly string[];
  /** Texts of single tokens that it must not have. */
  readonly banned?: readonly string[];
};

/** Literal text or a slot. */
export type SegmentRequest = { readonly text: string } | { readonly slot: SlotRequest };

/**
 * Reads segments and everything that is wrong with them.
 *
 * @param path - of the list in the input; a problem adds the segment's index and field.
 */
export function readSegments(
  segments: readonly SegmentRequest[],
  path: readonly string[],
): TemplateReading {
  const problems = new TemplateProblems();
  const keys = new Set<string>();
  const parts: ReadPart[] = [];
  let length = 0;
  for (const [index, segment] of segments.entries()) {
    const at = [...path, String(index)];
    length += textLengthOf(segment);
    if ('text' in segment) {
      problems.checkText(segment.text, [...at, 'text']);
      parts.push({ kind: 'literal', text: segment.text });
    } else {
      const slotPath = [...at, 'slot'];
      const mask = readSlot(segment.slot, (finding, field) =>
        problems.add(finding, [...slotPath, ...field]),
      );
      problems.checkMask(mask, keys, slotPath);
      parts.push(mask);
    }
    if (problems.isFull) break;
  }
  problems.checkLength(length, path);
  return problems.finish(parts, length, path);
}

function textLengthOf(segment: SegmentRequest): number {
  if ('text' in segment) return segment.text.length;
  const { choices = [], banned = [] } = segment.slot;
  return [...choices, ...banned].reduce((sum, text) => sum + text.length, 0);
}

function readSlot({ key, length, choices, banned = [] }: SlotRequest, report: Report): ReadMask {
  const read = readLength(length, report);
  return { kind: 'mask', length: read, key: key ?? null, choices: choices ?? null, banned };
}

/** Null where it is wrong, which is reported for each end. */
function readLength(length: SlotLength, report: Report): MaskLength | null {
  const isRange = 'between' in length;
  const range = isRange ? length.between : { min: length.tokens, max: length.tokens };
  const ends = isRange
    ? ([
        [range.min, ['between', 'min']],
        [range.max, ['between', 'max']],
      ] as const)
    : ([[range.min, ['tokens']]] as const);
  const wrong = ends.flatMap(([end, field]) => {
    const finding = lengthFinding(end, String(end));
    return finding === null ? [] : [{ finding, field }];
  });
  for (const { finding, field } of wrong) report(finding, ['length', ...field]);
  const finding = rangeFinding(range);
  if (finding !== null) report(finding, ['length', 'between']);
  return wrong.length === 0 && finding === null ? range : null;
}
