/**
 * Reads the token ids that a client gave as the shape of a prompt.
 *
 * Knows ids and gaps; knows no text notation. The space rule of templates does not apply, and lengths are known.
 */
import type { Problem } from '../errors.ts';
import { placeParts, type ShapePart } from './place-parts.ts';
import type { PromptShape, Span } from './prompt.ts';
import { templateLimits } from './template.ts';
import type { Tokenizer, Vocabulary } from './tokenizer.ts';
import { decodeUtf8 } from './utf8.ts';

/** Ids of one request. */
const maxTokens = 100_000;

/** What was read: the shape even where some ids are wrong, null where there are too many. */
export type TokensReading = {
  readonly shape: PromptShape | null;
  readonly problems: readonly Problem[];
};

/**
 * The shape of a prompt whose slots are the maximal runs of nulls and whose literals are the runs of ids between, each decoded by
 * itself: bytes at its ends that are no whole character show as U+FFFD.
 *
 * @param vocabulary - of the pack: which ids may be given.
 * @param path - of the list in the input; a problem adds an index.
 */
export function encodeTokens(
  ids: readonly (number | null)[],
  tokenizer: Tokenizer,
  vocabulary: Vocabulary,
  path: readonly string[],
): TokensReading {
  if (ids.length > maxTokens) return { shape: null, problems: [tooMany(ids.length, path)] };
  const runs = runsOf(ids);
  const problems = [...idProblems(ids, vocabulary, path), ...gapProblems(ids, runs, path)];
  const textOf = (known: readonly number[]) =>
    problems.length === 0 ? decodeIds(known, tokenizer) : '';
  let slotCount = 0;
  const parts = runs.map(({ start, end }): ShapePart => {
    const given = ids.slice(start, end).filter((id) => id !== null);
    if (given.length > 0) return { kind: 'literal', text: textOf(given), ids: given };
    const slot = { index: slotCount, key: null, ownsSpace: false, choices: null, banned: [] };
    slotCount += 1;
    const length = end - start;
    return { kind: 'slot', slot: { ...slot, min: length, max: length, lengths: [length] } };
  });
  return { shape: placeParts(parts), problems: problems.slice(0, templateLimits.problems) };
}

function tooMany(count: number, path: readonly string[]): Problem {
  const message = `The input has ${count} token ids; the limit is ${maxTokens}.`;
  return problem(message, count, maxTokens, path);
}

/** The maximal runs of nulls and of ids, in order. */
function runsOf(ids: readonly (number | null)[]): Span[] {
  const runs: Span[] = [];
  for (let start = 0; start < ids.length; ) {
    const end = runEnd(ids, start);
    runs.push({ start, end });
    start = end;
  }
  return runs;
}

/** The end of the run of nulls, or of ids, that begins at `start`. */
function runEnd(ids: readonly (number | null)[], start: number): number {
  const isOpen = ids[start] === null;
  let end = start + 1;
  while (end < ids.length && (ids[end] === null) === isOpen) end += 1;
  return end;
}

function decodeIds(ids: readonly number[], tokenizer: Tokenizer): string {
  return decodeUtf8(Uint8Array.from(ids.flatMap((id) => [...tokenizer.bytesOf(id)])));
}

function idProblems(
  ids: readonly (number | null)[],
  vocabulary: Vocabulary,
  path: readonly string[],
): Problem[] {
  const reasonAgainst = idCheck(vocabulary, 'and null stands for an open position');
  const problems: Problem[] = [];
  for (const [index, id] of ids.entries()) {
    const message = id === null ? null : reasonAgainst(id);
    if (message === null) continue;
    problems.push(problem(message, id, vocabulary.vocabularySize, [...path, String(index)]));
  }
  return problems;
}

/**
 * Returns a function that says why an id cannot be that of a token in a text; null where it can.
 *
 * @param ofSpecial - completes "The token id 3 is special, …".
 */
export function idCheck(
  { vocabularySize, bannedIds }: Vocabulary,
  ofSpecial: string,
): (id: number) => string | null {
  const banned = new Set(bannedIds);
  return (id) => {
    if (!Number.isInteger(id) || id < 0 || id >= vocabularySize) {
      return `A token id is a whole number from 0 to ${vocabularySize - 1}, not ${id}.`;
    }
    return banned.has(id) ? `The token id ${id} is special, ${ofSpecial}.` : null;
  };
}

function gapProblems(
  ids: readonly (number | null)[],
  runs: readonly Span[],
  path: readonly string[],
): Problem[] {
  const gaps = runs.filter(({ start }) => ids[start] === null);
  const problems: Problem[] = [];
  if (gaps.length > templateLimits.slots) {
    const message = `The input has ${gaps.length} slots; the limit is ${templateLimits.slots}.`;
    problems.push(problem(message, gaps.length, templateLimits.slots, path));
  }
  for (const { start, end } of gaps) {
    const length = end - start;
    if (length <= templateLimits.positions) continue;
    const message = `A slot has ${length} positions; the limit is ${templateLimits.positions}.`;
    problems.push(problem(message, length, templateLimits.positions, [...path, String(start)]));
  }
  return problems;
}

function problem(
  message: string,
  value: number | null,
  limit: number,
  path: readonly string[],
): Problem {
  return { path, code: 'INVALID_INPUT', message, value: String(value), limit: String(limit) };
}
