/**
 * The template: literal text with masks in it, checked against limits.
 *
 * Knows parts, however they were written; `template-notation.ts` reads the bracket notation. Knows no tokens:
 * whether a template fits a model's context is decided after it is encoded.
 */
import { type Problem, problemsError } from '../errors.ts';

/** A gap of `length` positions; `key` is the client's own name for it. */
export type Mask = {
  readonly kind: 'mask';
  readonly length: number;
  readonly key: string | null;
};

/** Literal text, or a mask. */
export type TemplatePart = { readonly kind: 'literal'; readonly text: string } | Mask;

/** A checked template: literals are not empty, well-formed and never next to each other. */
export type Template = { readonly parts: readonly TemplatePart[] };

/** What one template may hold. */
export const templateLimits = {
  /** UTF-16 units of text; of the bracket notation, masks included. */
  length: 100_000,
  slots: 256,
  /** Positions of one slot. */
  positions: 1024,
  /** UTF-16 units of a slot's key. */
  keyLength: 128,
  /** After this many problems, reading stops. */
  problems: 100,
} as const;

/** What is wrong, without where. */
export type Finding = Pick<Problem, 'message' | 'value' | 'limit'> & {
  readonly code?: 'UNSUPPORTED';
};

/**
 * A template of parts that a client gave one by one; brackets in their literals are text.
 *
 * @param path - of the list of parts in the input; a problem adds the part's index and field.
 * Throws `INVALID_TEMPLATE` with all problems.
 */
export function templateOfParts(parts: readonly TemplatePart[], path: readonly string[]): Template {
  const problems = new TemplateProblems();
  const keys = new Set<string>();
  let length = 0;
  for (const [index, part] of parts.entries()) {
    const at = [...path, String(index)];
    if (part.kind === 'literal') {
      length += part.text.length;
      problems.checkText(part.text, [...at, 'text']);
    } else {
      checkSlot(part, keys, (finding, field) => problems.add(finding, [...at, 'slot', ...field]));
    }
    if (problems.isFull) break;
  }
  if (length > templateLimits.length) problems.add(tooLong(length), path);
  return problems.finish(parts, path);
}

/** Collects the problems of one template. */
export class TemplateProblems {
  readonly #invalid: Problem[] = [];
  readonly #unsupported: Problem[] = [];

  /** Whether reading should stop. */
  get isFull(): boolean {
    return this.#invalid.length + this.#unsupported.length >= templateLimits.problems;
  }

  /** Adds one problem. */
  add(finding: Finding, path: readonly string[]): void {
    const list = finding.code === 'UNSUPPORTED' ? this.#unsupported : this.#invalid;
    list.push({ code: 'INVALID_TEMPLATE', ...finding, path });
  }

  /** Adds what makes `text` unfit as UTF-8; returns false when it is too long to be read at all. */
  checkText(text: string, path: readonly string[]): boolean {
    if (text.length > templateLimits.length) {
      this.add(tooLong(text.length), path);
      return false;
    }
    for (const match of text.matchAll(/\p{Surrogate}/gu)) {
      if (this.isFull) break;
      this.add(loneSurrogate(match[0], match.index), path);
    }
    return true;
  }

  /**
   * The template of `parts`, unless there are problems.
   *
   * Throws `INVALID_TEMPLATE` with all of them, or `UNSUPPORTED` when nothing is invalid.
   */
  finish(parts: readonly TemplatePart[], path: readonly string[]): Template {
    const slots = parts.filter((part) => part.kind === 'mask').length;
    if (slots > templateLimits.slots) this.add(tooManySlots(slots), path);
    const [first, ...rest] = [...this.#invalid, ...this.#unsupported];
    if (first !== undefined) throw problemsError([first, ...rest]);
    return { parts: joinLiterals(parts) };
  }
}

/** What is wrong with a number of positions that the client wrote as `written`; null when nothing is. */
export function lengthFinding(length: number, written: string): Finding | null {
  if (Number.isSafeInteger(length) && length >= 1 && length <= templateLimits.positions) {
    return null;
  }
  return {
    message: `A mask has from 1 to ${templateLimits.positions} positions, not ${written}.`,
    value: written,
    limit: String(templateLimits.positions),
  };
}

function checkSlot(
  mask: Mask,
  keys: Set<string>,
  report: (finding: Finding, field: readonly string[]) => void,
): void {
  const wrongLength = lengthFinding(mask.length, String(mask.length));
  if (wrongLength !== null) report(wrongLength, ['length', 'tokens']);
  const { key } = mask;
  if (key === null) return;
  const limit = templateLimits.keyLength;
  if (key.length > limit) {
    const message = `The key of a slot has ${key.length} UTF-16 units; the limit is ${limit}.`;
    report({ message, value: String(key.length), limit: String(limit) }, ['key']);
  }
  if (keys.has(key)) {
    report({ message: `Two slots have the key "${key}".`, value: key, limit: null }, ['key']);
  }
  keys.add(key);
}

function tooLong(length: number): Finding {
  const limit = templateLimits.length;
  const message = `The template has ${length} UTF-16 units; the limit is ${limit}.`;
  return { message, value: String(length), limit: String(limit) };
}

function tooManySlots(count: number): Finding {
  const limit = templateLimits.slots;
  const message = `The template has ${count} slots; the limit is ${limit}.`;
  return { message, value: String(count), limit: String(limit) };
}

function loneSurrogate(unit: string, offset: number): Finding {
  const value = `U+${unit.charCodeAt(0).toString(16).toUpperCase()}`;
  const message = `The text has the lone surrogate ${value} at offset ${offset}, which UTF-8 cannot carry.`;
  return { message, value, limit: null };
}

function joinLiterals(parts: readonly TemplatePart[]): TemplatePart[] {
  const joined: TemplatePart[] = [];
  let literal = '';
  const flush = () => {
    if (literal !== '') joined.push({ kind: 'literal', text: literal });
    literal = '';
  };
  for (const part of parts) {
    if (part.kind === 'literal') {
      literal += part.text;
    } else {
      flush();
      joined.push(part);
    }
  }
  flush();
  return joined;
}
