/**
 * Reads the bracket notation: `[MASK]` is one position, `[MASK:n]` is n, `\[MASK]` and `\[MASK:` are literal.
 *
 * Directly before `[MASK]` or `[MASK:`, two backslashes stand for one and an odd last one makes the mask literal;
 * elsewhere a backslash is itself. `[MASK` before any other character, and `[mask]`, are text.
 */
import {
  type Finding,
  lengthFinding,
  type Template,
  type TemplatePart,
  TemplateProblems,
} from './template.ts';

const opener = '[MASK';
const digits = /^[0-9]+$/;
const range = /^([0-9]+)-([0-9]+)$/;

/** How much after `[MASK:` is searched for the closing bracket; no mask that could be right is longer. */
const maxBodyLength = 24;

/** A mask as written: `end` is where reading goes on; the length is null when there is a finding. */
type MaskReading = { readonly end: number } & (
  | { readonly length: number; readonly finding: null }
  | { readonly length: null; readonly finding: Finding }
);

/**
 * Reads a template.
 *
 * @param path - of the text in the input, for problems.
 * Throws `INVALID_TEMPLATE` with all problems, UTF-16 offsets in their messages; `UNSUPPORTED` when masks of unknown
 * length, `[MASK:a-b]`, are all that is wrong.
 */
export function parseTemplate(text: string, path: readonly string[]): Template {
  const problems = new TemplateProblems();
  const parts = problems.checkText(text, path) ? readParts(text, path, problems) : [];
  return problems.finish(parts, path);
}

function readParts(
  text: string,
  path: readonly string[],
  problems: TemplateProblems,
): TemplatePart[] {
  const parts: TemplatePart[] = [];
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
    if (mask.finding === null) parts.push({ kind: 'mask', length: mask.length, key: null });
    else problems.add(mask.finding, path);
    at = mask.end;
    if (problems.isFull) break;
  }
  parts.push({ kind: 'literal', text: text.slice(at) });
  return parts;
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
  if (text[bodyStart - 1] === ']') return { end: bodyStart, length: 1, finding: null };
  const ahead = text.slice(bodyStart, bodyStart + maxBodyLength + 1);
  const bodyLength = ahead.indexOf(']');
  if (bodyLength === -1) {
    const message = `The mask at offset ${open} is not closed: "]" is missing after "[MASK:".`;
    return { end: bodyStart, length: null, finding: { message, value: null, limit: null } };
  }
  const body = ahead.slice(0, bodyLength);
  const end = bodyStart + bodyLength + 1;
  const finding = bodyFinding(body, open);
  return finding === null ? { end, length: Number(body), finding } : { end, length: null, finding };
}

function bodyFinding(body: string, open: number): Finding | null {
  const written = `[MASK:${body}]`;
  const bounds = range.exec(body);
  const numbers = bounds === null ? [body] : bounds.slice(1);
  if (!numbers.every((number) => digits.test(number))) {
    const message = `The mask "${written}" at offset ${open} has no whole number of positions.`;
    return { message, value: written, limit: null };
  }
  for (const number of numbers) {
    const finding = lengthFinding(Number(number), number);
    if (finding === null) continue;
    const message = `The mask "${written}" at offset ${open} is out of range. ${finding.message}`;
    return { ...finding, message, value: written };
  }
  return bounds === null ? null : rangeFinding(written, numbers.map(Number), open);
}

function rangeFinding(written: string, bounds: readonly number[], open: number): Finding {
  const [least = 0, most = 0] = bounds;
  const where = `The mask "${written}" at offset ${open}`;
  if (least > most) {
    const message = `${where} ends below its start: ${least} is larger than ${most}.`;
    return { message, value: written, limit: null };
  }
  const message = `${where} has an unknown length, which is not supported; give one number of positions.`;
  return { code: 'UNSUPPORTED', message, value: written, limit: null };
}
