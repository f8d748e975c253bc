/**
 * Reads the bracket notation: `[MASK]` is one position, `[MASK:n]` is n, `[MASK:a-b]` from a to b; `\[MASK]` and
 * `\[MASK:` are literal.
 *
 * Directly before `[MASK]` or `[MASK:`, two backslashes stand for one and an odd last one makes the mask literal;
 * elsewhere a backslash is itself. `[MASK` before any other character, and `[mask]`, are text.
 */
import {
  type Finding,
  lengthFinding,
  type MaskLength,
  type ReadMask,
  rangeFinding,
} from './mask.ts';
import {
  type ReadPart,
  soundTemplate,
  type Template,
  TemplateProblems,
  type TemplateReading,
  templateLimits,
} from './template.ts';

const opener = '[MASK';

/** How much after `[MASK:` is searched for the closing bracket; no mask that could be right is longer. */
const maxBodyLength = 24;

/** What stands between `[MASK:` and `]`. */
type BodyReading =
  | { readonly length: MaskLength; readonly finding: null }
  | { readonly length: null; readonly finding: Finding };

/** A mask as written: `end` is where reading goes on. */
type MaskReading = { readonly end: number } & BodyReading;

/**
 * Reads a template and everything that is wrong with it, UTF-16 offsets in the messages.
 *
 * @param path - of the text in the input, for problems.
 */
export function readTemplate(text: string, path: readonly string[]): TemplateReading {
  const problems = new TemplateProblems();
  problems.checkText(text, path);
  const isReadable = text.length <= templateLimits.length;
  const parts = isReadable ? readParts(text, path, problems) : [];
  return problems.finish(parts, text.length, path);
}

/** Reads a template. @throws INVALID_TEMPLATE with all problems */
export function parseTemplate(text: string, path: readonly string[]): Template {
  return soundTemplate(readTemplate(text, path));
}

function readParts(text: string, path: readonly string[], problems: TemplateProblems): ReadPart[] {
  const parts: ReadPart[] = [];
  let at = 0;
  for (let open = nextOpener(text, at); open !== -1; open = nextOpener(text, at)) {
    const backslashes = backslashesBefore(text, open);
    const kept = text.slice(at, open - Math.ceil(backslashes / 2));
    if (backslashes % 2 === 1) {
      parts.push({ kind: 'literal', text: kept + opener });
      at = open + opener.length;
      continue;
    }
    const mask = readMask(text, open);
    parts.push({ kind: 'literal', text: kept });
    parts.push(plainMask(mask.length));
    if (mask.finding !== null) problems.add(mask.finding, path);
    at = mask.end;
    if (problems.isFull) break;
  }
  parts.push({ kind: 'literal', text: text.slice(at) });
  return parts;
}

/** The notation has neither keys nor choices. */
function plainMask(length: MaskLength | null): ReadMask {
  return { kind: 'mask', length, key: null, choices: null, banned: [] };
}

/** The first `[MASK]` or `[MASK:` at or after `from`; −1 when there is none. */
function nextOpener(text: string, from: number): number {
  let open = text.indexOf(opener, from);
  while (open !== -1) {
    const next = text[open + opener.length];
    if (next === ']' || next === ':') return open;
    open = text.indexOf(opener, open + opener.length);
  }
  return -1;
}

/** How many backslashes end at `open`. A mask ends in none, so all are of the literal before. */
function backslashesBefore(text: string, open: number): number {
  let first = open;
  while (text[first - 1] === '\\') first -= 1;
  return open - first;
}

function readMask(text: string, open: number): MaskReading {
  const bodyStart = open + opener.length + 1;
  if (text[bodyStart - 1] === ']')
    return { end: bodyStart, length: { min: 1, max: 1 }, finding: null };
  const ahead = text.slice(bodyStart, bodyStart + maxBodyLength + 1);
  const bodyLength = ahead.indexOf(']');
  if (bodyLength === -1) {
    const message = `The mask at offset ${open} is not closed: "]" is missing after "[MASK:".`;
    return { end: bodyStart, length: null, finding: { message, value: null, limit: null } };
  }
  const body = ahead.slice(0, bodyLength);
  const end = bodyStart + bodyLength + 1;
  return { end, ...readBody(body, open) };
}

/** Reads `n` or `a-b`. */
function readBody(body: string, open: number): BodyReading {
  const written = `[MASK:${body}]`;
  const where = `The mask "${written}" at offset ${open}`;
  const ends = /^([0-9]+)(?:-([0-9]+))?$/.exec(body);
  if (ends === null) {
    const message = `${where} has no whole number of positions.`;
    return { length: null, finding: { message, value: written, limit: null } };
  }
  const [, first = '', last = first] = ends;
  const length = { min: Number(first), max: Number(last) };
  const finding =
    lengthFinding(length.min, first) ?? lengthFinding(length.max, last) ?? rangeFinding(length);
  if (finding === null) return { length, finding };
  const message = `${where} is out of range. ${finding.message}`;
  return { length: null, finding: { ...finding, message, value: written } };
}
