/**
 * Words and sentences of a text, by rules of our own, so that they do not change with the ICU data of a runtime.
 *
 * Knows spans of UTF-16 units; knows no masking and no tokenizer.
 */

/** Half-open, in UTF-16 units of the text. */
export type TextSpan = { readonly start: number; readonly end: number };

/**
 * Returns the words of a text, in order: runs of letters, marks and digits, joined by single apostrophes or hyphens inside.
 *
 * A script that does not space its words has one word per run. Example: "Don't re-do 3.5!" → Don't, re-do, 3, 5.
 */
export function wordSpans(text: string): TextSpan[] {
  return [...text.matchAll(word)].map(({ 0: found, index }) => ({
    start: index,
    end: index + found.length,
  }));
}

/**
 * Returns the sentences of a text, in order, without the white space around them; together they cover all other text.
 *
 * A sentence ends after `.`, `!`, `?` or `…` (several count as one) and the closing quotes and brackets behind them, where
 * the text ends or white space follows, and then anything but a lowercase letter. A single period does not end one after a
 * single capital letter other than I, nor after an abbreviation of the list below.
 */
export function sentenceSpans(text: string): TextSpan[] {
  const spans: TextSpan[] = [];
  let start = skipSpace(text, 0);
  for (const { 0: marks, index } of text.matchAll(sentenceEnd)) {
    const end = index + marks.length;
    const next = skipSpace(text, end);
    if (isLowercase(text, next) || isAbbreviated(text.slice(start, index), marks)) continue;
    spans.push({ start, end });
    start = next;
  }
  const end = text.trimEnd().length;
  return start < end ? [...spans, { start, end }] : spans;
}

const word = /[\p{L}\p{M}\p{N}]+(?:['’\-‐‑][\p{L}\p{M}\p{N}]+)*/gu;
const sentenceEnd = /[.!?…]+["'”’»)\]]*(?=\s|$)/gu;
const abbreviation =
  /(?:^|[^\p{L}])(?:Mr|Mrs|Ms|Dr|Prof|Rev|St|Mt|Jr|Sr|No|vs|e\.g|i\.e|[A-HJ-Z])$/u;

/** Whether `marks` are a period that belongs to the word before it. */
function isAbbreviated(before: string, marks: string): boolean {
  return marks === '.' && abbreviation.test(before);
}

function isLowercase(text: string, at: number): boolean {
  const [first = ''] = text.slice(at, at + 2);
  return /\p{Ll}/u.test(first);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text.charAt(at))) at += 1;
  return at;
}
