/**
 * The losses of a training as a picture: SVG that needs nothing around it and reads on light and dark pages.
 *
 * Knows points and axes; knows no training.
 */
import type { TrainingState } from './training-state.ts';

type Point = { readonly x: number; readonly y: number };
type Range = { readonly from: number; readonly to: number };
type Line = { readonly label: string; readonly points: readonly Point[] };

const size = { width: 720, height: 400 } as const;
const plot = { left: 56, right: 56, top: 44, bottom: 48 } as const;
const colours = { training: '#3b82f6', heldOut: '#f97316' } as const;
/** Losses of single batches say which texts were in them: the line is of means over a fortieth of the steps. */
const maxPoints = 40;
/** At most about as many ticks, at steps of 1, 2 or 5 times a power of ten. */
const tickCount = 8;

/**
 * Draws −log p, in nats per token, over the steps: of the batches, in which most tokens are of high mask rates, and for
 * each mask rate of the documents that were held out.
 */
export function lossCurve({
  trainingLosses,
  evaluations,
}: Pick<TrainingState, 'trainingLosses' | 'evaluations'>): string {
  const training = smoothed(trainingLosses);
  const heldOut = heldOutLines(evaluations);
  const points = [...training, ...heldOut.flatMap((line) => line.points)];
  const xs = { from: 0, to: Math.max(1, trainingLosses.length) };
  const ys = padded(points.map(({ y }) => y));
  const place = ({ x, y }: Point): Point => ({
    x: plot.left + (size.width - plot.left - plot.right) * shareOf(x, xs),
    y: size.height - plot.bottom - (size.height - plot.top - plot.bottom) * shareOf(y, ys),
  });
  const middle = (plot.left + size.width - plot.right) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12" fill="#888">`,
    '<title>Loss of the fusion over the steps of its training</title>',
    ...ticks(ys).map((y) => gridLine(place({ x: xs.from, y }), y)),
    ...ticks(xs).map((x) => stepLabel(place({ x, y: ys.from }), x)),
    `<text x="${middle}" y="${size.height - 8}" text-anchor="middle">steps</text>`,
    `<text x="8" y="20">nats per token: <tspan fill="${colours.training}">training</tspan>, <tspan fill="${colours.heldOut}">held out, by share of masked tokens</tspan></text>`,
    polyline(training.map(place), colours.training),
    ...heldOut.map((line) => labelled({ ...line, points: line.points.map(place) })),
    '</svg>\n',
  ].join('\n');
}

function heldOutLines(evaluations: TrainingState['evaluations']): Line[] {
  const rates = evaluations[0]?.losses.map(({ rate }) => rate) ?? [];
  return rates.map((rate, index) => ({
    label: `${Math.round(100 * rate)} %`,
    points: evaluations.map(({ step, losses }) => ({ x: step, y: losses[index]?.loss ?? 0 })),
  }));
}

function smoothed(losses: readonly number[]): Point[] {
  const count = Math.ceil(losses.length / maxPoints);
  const points: Point[] = [];
  for (let start = 0; start < losses.length; start += count) {
    const part = losses.slice(start, start + count);
    const mean = part.reduce((sum, loss) => sum + loss, 0) / part.length;
    points.push({ x: start + (part.length + 1) / 2, y: mean });
  }
  return points;
}

function padded(values: readonly number[]): Range {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max((high - low) / 20, 0.01);
  return { from: low - margin, to: high + margin };
}

function shareOf(value: number, { from, to }: Range): number {
  return (value - from) / (to - from);
}

/** Round numbers in a range. Example: 0 to 414 → 0, 100, 200, 300, 400. */
function ticks({ from, to }: Range): number[] {
  const rough = (to - from) / tickCount;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}

function gridLine({ x, y }: Point, value: number): string {
  const end = size.width - plot.right;
  return (
    `<path d="M${short(x)} ${short(y)}H${end}" stroke="#888" stroke-opacity="0.3"/>` +
    `<text x="${short(x - 8)}" y="${short(y + 4)}" text-anchor="end">${value.toFixed(2)}</text>`
  );
}

function stepLabel({ x, y }: Point, value: number): string {
  return `<text x="${short(x)}" y="${short(y + 18)}" text-anchor="middle">${Math.round(value)}</text>`;
}

/** A line with its label at the right end. */
function labelled({ label, points }: Line): string {
  const end = points.at(-1);
  if (end === undefined) return '';
  const text = `<text x="${short(end.x + 8)}" y="${short(end.y + 4)}" fill="${colours.heldOut}">${label}</text>`;
  return `${polyline(points, colours.heldOut)}${text}`;
}

function polyline(points: readonly Point[], colour: string): string {
  const path = points.map(({ x, y }) => `${short(x)},${short(y)}`).join(' ');
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`;
}

function short(value: number): string {
  return value.toFixed(1);
}
