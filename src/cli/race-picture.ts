/**
 * A race as an animated SVG: each token appears where and when it was committed, shaded by the model that decided it;
 * where one was taken back, its place flashes.
 *
 * One file without scripts, links or fonts of its own; in light and dark. A viewer that does not animate shows the end.
 */

import { counted } from '../counted.ts';
import { type Clock, cellMarkup, playheadMarkup } from './race-cells.ts';
import { type Cell, type Layout, layOut, printable } from './race-layout.ts';
import { escapeXml, number } from './race-markup.ts';
import { mixedColour, paletteStyle } from './race-palette.ts';
import type { Lane } from './race-timeline.ts';

/** Columns of text. */
const columns = 84;
/** Pixels. */
const size = { column: 8.4, line: 24, margin: 24, header: 64, lane: 56, footer: 18 } as const;
/** Where lines of text end. */
const right = size.margin + columns * size.column;
/** Milliseconds that the whole picture may take, without its pause at the end; a race is slowed down or sped up to that. */
const shownMs = { least: 4000, most: 15_000 } as const;
const pauseMs = 2500;

type PlacedLane = { readonly lane: Lane; readonly layout: Layout; readonly top: number };

/**
 * Draws the lanes.
 *
 * @param title - one line above them.
 */
export function racePicture(lanes: readonly Lane[], title: string): string {
  const clock = clockOf(lanes);
  const width = number(right + size.margin);
  let top: number = size.header;
  const placed = lanes.map((lane): PlacedLane => {
    const layout = layOut(lane.pieces, columns);
    const placedLane = { lane, layout, top };
    top += size.lane + layout.lineCount * size.line;
    return placedLane;
  });
  const height = number(top + size.footer);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(printable(title))}</title>`,
    `<style>${paletteStyle}</style>`,
    `<rect class="paper" width="${width}" height="${height}" rx="8"/>`,
    headerMarkup(title, clock),
    ...placed.map((lane) => laneMarkup(lane, clock)),
    '</svg>',
    '',
  ].join('\n');
}

function clockOf(lanes: readonly Lane[]): Clock {
  const raceMs = Math.max(1, ...lanes.map(({ endedAt }) => endedAt ?? 0));
  const runMs = Math.min(Math.max(raceMs, shownMs.least), shownMs.most);
  return { raceMs, runMs, totalMs: runMs + pauseMs };
}

/** Title, what the shades mean, and how fast the clock goes. */
function headerMarkup(title: string, { raceMs, runMs }: Clock): string {
  const speed = raceMs / runMs;
  const pace = speed === 1 ? 'in real time' : `at ${speed.toPrecision(2)} × real time`;
  const swatches = Array.from({ length: 12 }, (_, index) => {
    const x = number(right - 200 + index * 8);
    return `<rect x="${x}" y="20" width="8" height="10" fill="${mixedColour(index / 11)}"/>`;
  });
  return [
    `<text class="title" x="${size.margin}" y="30">${escapeXml(shortened(title, 44))}</text>`,
    `<text class="note" x="${size.margin}" y="48">${escapeXml(`${Math.round(raceMs)} ms, shown ${pace}`)}</text>`,
    `<text class="note" x="${number(right - 206)}" y="29" text-anchor="end">causal</text>`,
    ...swatches,
    `<text class="note" x="${number(right)}" y="29" text-anchor="end">masked model</text>`,
    `<rect class="flash" x="${number(right - 86)}" y="39" width="8" height="10" opacity="0.9"/>`,
    `<text class="note" x="${number(right)}" y="48" text-anchor="end">taken back</text>`,
  ].join('\n');
}

function laneMarkup({ lane, layout, top }: PlacedLane, clock: Clock): string {
  const line = { left: size.margin, right, y: top + 24 };
  return [
    '<g>',
    `<text class="label" x="${size.margin}" y="${number(top + 14)}">${escapeXml(shortened(lane.label, 60))}</text>`,
    `<text class="note" x="${number(right)}" y="${number(top + 14)}" text-anchor="end">${escapeXml(resultOf(lane))}</text>`,
    playheadMarkup(lane, line, clock),
    ...layout.cells.map((cell) => cellMarkup(cell, boxOf(cell, top), clock)),
    '</g>',
  ].join('\n');
}

/** Tokens, passes and time, on the clock of the picture. */
function resultOf({ infill, endedAt }: Lane): string {
  if (infill === null || endedAt === null) return 'not ended';
  const { committedTokens, causalPasses, maskedPasses } = infill.usage;
  const parts = [
    counted(committedTokens, 'token'),
    counted(causalPasses + maskedPasses, 'pass'),
    `${Math.round(endedAt)} ms`,
  ];
  if (infill.status !== 'COMPLETED') parts.unshift(infill.status.toLowerCase());
  return parts.join(' · ');
}

/** On one line, of at most so many characters. */
function shortened(text: string, most: number): string {
  const characters = [...printable(text).replace(/\s+/g, ' ').trim()];
  return characters.length <= most
    ? characters.join('')
    : `${characters.slice(0, most - 1).join('')}…`;
}

function boxOf({ line, column, width }: Cell, top: number) {
  return {
    x: size.margin + column * size.column,
    y: top + 32 + line * size.line,
    width: width * size.column,
    height: size.line - 3,
    column: size.column,
  };
}
