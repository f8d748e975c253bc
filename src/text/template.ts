/**
 * The template: literal text with masks in it, checked against limits.
 *
 * Knows parts, however they were written: `template-notation.ts` reads the bracket notation, `segments.ts` parts that
 * come one by one. Knows no tokens: whether a template fits a model's context is decided after it is encoded.
 */
import { type Problem, problemsError } from '../errors.ts';
import { checkMask, type Finding, type Mask, maskLimits, type ReadMask } from './mask.ts';

type Literal = { readonly kind: 'literal'; readonly text: string };

/** Literal text, or a mask. */
export type TemplatePart = Literal | Mask;

/** A checked template: literals are not empty, well-formed and never next to each other. */
export type Template = { readonly parts: readonly TemplatePart[] };

/** Literal text, or a mask whose length may be wrong. */
export type ReadPart = Literal | ReadMask;

/**
 * All that is wrong with a template, and its parts all the same: what else is wrong with them can be told at once. Null where
 * it has too much to be read to the end.
 */
export type TemplateReading = {
  readonly parts: readonly ReadPart[] | null;
  readonly problems: readonly Problem[];
};

/** What one template may hold. */
export const templateLimits = {
  /** UTF-16 units of text; of the bracket notation, masks included; of slots, their choices and banned texts. */
  length: 100_000,
  slots: 256,
  ...maskLimits,
  /** After this many problems, reading stops. */
  problems: 100,
} as const;

/** The template that was read. @throws INVALID_TEMPLATE with all problems, unless there are none */
export function soundTemplate({ parts, problems }: TemplateReading): Template {
  const [first, ...rest] = problems;
  if (first !== undefined) throw problemsError([first, ...rest]);
  return { parts: (parts ?? []).filter(isSound) };
}

function isSound(part: ReadPart): part is TemplatePart {
  return part.kind === 'literal' || part.length !== null;
}

/** Collects the problems of one template. */
export class TemplateProblems {
  readonly #problems: Problem[] = [];

  /** Whether reading should stop. */
  get isFull(): boolean {
    return this.#problems.length >= templateLimits.problems;
  }

  /** Adds one problem. */
  add(finding: Finding, path: readonly string[]): void {
    this.#problems.push({ code: 'INVALID_TEMPLATE', ...finding, path });
  }

  /** Adds what makes `text` unfit. */
  checkText(text: string, path: readonly string[]): void {
    for (const finding of textFindings(text)) {
      if (this.isFull) break;
      this.add(finding, path);
    }
  }

  /** Adds that all texts together have too many UTF-16 units, where they do. */
  checkLength(length: number, path: readonly string[]): void {
    if (length > templateLimits.length) this.add(tooLong(length), path);
  }

  /** Adds what is wrong with a mask. @param keys - of the masks before it; its own is added. */
  checkMask(mask: ReadMask, keys: Set<string>, path: readonly string[]): void {
    checkMask(mask, keys, (finding, field) => this.add(finding, [...path, ...field]));
    const { key, choices, banned } = mask;
    if (key !== null) this.checkText(key, [...path, 'key']);
    for (const [field, texts] of Object.entries({ choices: choices ?? [], banned })) {
      for (const [index, text] of texts.entries()) {
        this.checkText(text, [...path, field, String(index)]);
      }
    }
  }

  /**
   * The reading of `parts`.
   *
   * @param length - UTF-16 units of all their texts.
   */
  finish(parts: readonly ReadPart[], length: number, path: readonly string[]): TemplateReading {
    const slots = parts.filter((part) => part.kind === 'mask').length;
    if (slots > templateLimits.slots) this.add(tooManySlots(slots), path);
    // Parts without end, which have no length of their own, would be tokenized and checked one by one.
    const isWhole =
      length <= templateLimits.length && slots <= templateLimits.slots && !this.isFull;
    return { parts: isWhole ? joinLiterals(parts) : null, problems: this.#problems };
  }
}

/** What makes a text unfit as UTF-8, or too long to be read at all. */
export function textFindings(text: string): Finding[] {
  if (text.length > templateLimits.length) return [tooLong(text.length)];
  const findings: Finding[] = [];
  for (const match of text.matchAll(/\p{Surrogate}/gu)) {
    findings.push(loneSurrogate(match[0], match.index));
    if (findings.length === templateLimits.problems) break;
  }
  return findings;
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

function joinLiterals(parts: readonly ReadPart[]): ReadPart[] {
  const joined: ReadPart[] = [];
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
