/**
 * The template: literal text with masks in it, checked against limits.
 *
 * Knows parts, however they were written; `template-notation.ts` reads the bracket notation. Knows no tokens:
 * whether a template fits a model's context is decided after it is encoded.
 */
import { type Problem, problemsError } from '../errors.ts';
import { checkMask, type Finding, type Mask, maskLimits } from './mask.ts';

/** Literal text, or a mask. */
export type TemplatePart = { readonly kind: 'literal'; readonly text: string } | Mask;

/** A checked template: literals are not empty, well-formed and never next to each other. */
export type Template = { readonly parts: readonly TemplatePart[] };

/** What one template may hold. */
export const templateLimits = {
  /** UTF-16 units of text; of the bracket notation, masks included; of slots, their choices and banned texts. */
  length: 100_000,
  slots: 256,
  ...maskLimits,
  /** After this many problems, reading stops. */
  problems: 100,
} as const;

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
      length += [...(part.choices ?? []), ...part.banned].reduce(
        (sum, text) => sum + text.length,
        0,
      );
      problems.checkMask(part, keys, [...at, 'slot']);
    }
    if (problems.isFull) break;
  }
  if (length > templateLimits.length) problems.add(tooLong(length), path);
  return problems.finish(parts, path);
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

  /** Adds what makes `text` unfit; returns false when it is too long to be read at all. */
  checkText(text: string, path: readonly string[]): boolean {
    for (const finding of textFindings(text)) {
      if (this.isFull) break;
      this.add(finding, path);
    }
    return text.length <= templateLimits.length;
  }

  /** Adds what is wrong with a mask. @param keys - of the masks before it; its own is added. */
  checkMask(mask: Mask, keys: Set<string>, path: readonly string[]): void {
    checkMask(mask, keys, (finding, field) => this.add(finding, [...path, ...field]));
    const { choices, banned } = mask;
    for (const [field, texts] of Object.entries({ choices: choices ?? [], banned })) {
      for (const [index, text] of texts.entries()) {
        this.checkText(text, [...path, field, String(index)]);
      }
    }
  }

  /**
   * The template of `parts`, unless there are problems.
   *
   * Throws `INVALID_TEMPLATE` with all of them.
   */
  finish(parts: readonly TemplatePart[], path: readonly string[]): Template {
    const slots = parts.filter((part) => part.kind === 'mask').length;
    if (slots > templateLimits.slots) this.add(tooManySlots(slots), path);
    const [first, ...rest] = this.#problems;
    if (first !== undefined) throw problemsError([first, ...rest]);
    return { parts: joinLiterals(parts) };
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
