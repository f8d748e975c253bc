/**
 * Places of tokens as they change over the time of a picture, and the clock of a lane.
 *
 * Knows times and boxes; knows not where lanes are.
 */
import { type Cell, columnsOf, printable } from './race-layout.ts';
import { escapeXml, number } from './race-markup.ts';
import { mixedColour } from './race-palette.ts';
import type { Change, Lane } from './race-timeline.ts';

/** How the time of a race becomes that of a picture, which repeats. Milliseconds. */
export type Clock = {
  readonly raceMs: number;
  /** What the race takes in the picture. */
  readonly runMs: number;
  /** With the pause at its end. */
  readonly totalMs: number;
};

/** Pixels; `column` is the width of one character. */
export type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly column: number;
};

/** How long a place flashes. */
const flashMs = 450;

/** What stands in a place from one time on. */
type Reading = { readonly change: Change; readonly from: number; readonly to: number };

/** A cell of known text, or of a token with all that stood there. */
export function cellMarkup(cell: Cell, box: Box, clock: Clock): string {
  if (cell.changes === null) return textMarkup('known', cell.text, box);
  const ends = readingsOf(cell.changes, clock);
  const finalText = cell.changes.at(-1)?.text ?? '';
  // A token that is cut over lines, or begins with a space that is not its slot's, is shown as it is laid out.
  const shownText = (text: string) =>
    printable(text) === printable(finalText) ? cell.text : printable(text);
  return [
    `<rect class="open" ${frame(box, 3)}/>`,
    ...ends.flatMap((reading) => readingMarkup(reading, shownText, { box, clock })),
    ...cell.changes.slice(1).map(({ at }) => flashMarkup(at, box, clock)),
  ].join('');
}

/** Each change until the next one; the last one until the picture begins again. */
function readingsOf(changes: readonly Change[], clock: Clock): readonly Reading[] {
  return changes.map((change, index) => {
    const next = changes[index + 1];
    const from = fractionOf(change.at, clock);
    return { change, from, to: next === undefined ? 1 : fractionOf(next.at, clock) };
  });
}

function readingMarkup(
  { change, from, to }: Reading,
  shownText: (text: string) => string,
  { box, clock }: { readonly box: Box; readonly clock: Clock },
): readonly string[] {
  if (change.text === null || from >= to) return [];
  const isLast = to === 1;
  const values = isLast ? '0;1' : '0;1;0';
  const times = isLast ? ['0', number(from)] : ['0', number(from), number(to)];
  const animation = `<animate attributeName="opacity" calcMode="discrete" values="${values}" keyTimes="${times.join(';')}" ${repeating(clock)}/>`;
  // What is replaced is not to be seen where nothing moves.
  const still = isLast ? '' : ' opacity="0"';
  const shade = `<rect class="shade" ${frame(box, 3)} fill="${mixedColour(change.maskedShare)}"/>`;
  return [`<g${still}>${animation}${shade}${textMarkup('token', shownText(change.text), box)}</g>`];
}

function flashMarkup(at: number, box: Box, clock: Clock): string {
  const from = fractionOf(at, clock);
  const to = Math.min(0.9999, from + flashMs / clock.totalMs);
  const times = [0, from, from, to, 1].map(number).join(';');
  return (
    `<rect class="flash" ${frame(box, 3)} opacity="0">` +
    `<animate attributeName="opacity" values="0;0;0.9;0;0" keyTimes="${times}" ${repeating(clock)}/></rect>`
  );
}

function textMarkup(style: 'known' | 'token', text: string, { x, y, width, column }: Box): string {
  const shown = text.trim() === '' ? '' : text;
  if (shown === '') return '';
  const lead = columnsOf(shown) - columnsOf(shown.trimStart());
  const word = shown.trim();
  // Of a token that was replaced by a shorter one.
  const room = Math.max(column, width - lead * column);
  const length = Math.min(columnsOf(word) * column, room);
  return (
    `<text class="${style}" x="${number(x + lead * column)}" y="${number(y + 15)}" ` +
    `textLength="${number(length)}" lengthAdjust="spacingAndGlyphs">${escapeXml(word)}</text>`
  );
}

/** The track of a lane, along which its head goes until the entrant has ended. */
export function playheadMarkup(
  { startedAt, endedAt }: Lane,
  { left, right, y }: { readonly left: number; readonly right: number; readonly y: number },
  clock: Clock,
): string {
  const xOf = (ms: number) => number(left + ((right - left) * ms) / clock.raceMs);
  const track = `<line class="track" x1="${left}" x2="${number(right)}" y1="${number(y)}" y2="${number(y)}"/>`;
  if (endedAt === null) return track;
  const [from, to] = [fractionOf(startedAt ?? 0, clock), fractionOf(endedAt, clock)];
  const [start, end] = [xOf(startedAt ?? 0), xOf(endedAt)];
  const animation = `<animate attributeName="cx" values="${start};${start};${end};${end}" keyTimes="0;${number(Math.min(from, to))};${number(to)};1" ${repeating(clock)}/>`;
  return `${track}<circle class="head" cx="${end}" cy="${number(y)}" r="4">${animation}</circle>`;
}

/** Where in a picture a time of the race is, in [0, 1). */
function fractionOf(ms: number, { raceMs, runMs, totalMs }: Clock): number {
  return ((ms / raceMs) * runMs) / totalMs;
}

function repeating({ totalMs }: Clock): string {
  return `dur="${number(totalMs / 1000)}s" repeatCount="indefinite"`;
}

function frame({ x, y, width, height }: Box, radius: number): string {
  return `x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" rx="${radius}"`;
}
