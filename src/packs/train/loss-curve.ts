/**
 * The losses of a training as a picture: SVG that needs nothing around it and reads on light and dark pages.
 *
 * Knows points and axes; knows no training.
 */
import { meanLoss } from './train-fusion.ts';
import type { TrainingState } from './training-state.ts';

type Point = { readonly x: number; readonly y: number };
type Range = { readonly from: number; readonly to: number };

const size = { width: 720, height: 360 } as const;
const plot = { left: 64, right: 16, top: 40, bottom: 48 } as const;
/** Training losses are drawn as means over this many steps at least, so that the line can be seen. */
const maxPoints = 200;
const tickCount = 5;

/** Draws −log p, in nats per token, over the steps: of the batches, and of the documents that were held out. */
export function lossCurve({
  trainingLosses,
  evaluations,
}: Pick<TrainingState, 'trainingLosses' | 'evaluations'>): string {
  const training = smoothed(trainingLosses);
  const heldOut = evaluations.map((evaluation) => ({
    x: evaluation.step,
    y: meanLoss(evaluation),
  }));
  const points = [...training, ...heldOut];
  const xs = { from: 0, to: Math.max(1, ...points.map(({ x }) => x)) };
  const ys = padded(points.map(({ y }) => y));
  const place = ({ x, y }: Point): Point => ({
    x: plot.left + (size.width - plot.left - plot.right) * shareOf(x, xs),
    y: size.height - plot.bottom - (size.height - plot.top - plot.bottom) * shareOf(y, ys),
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12" fill="#888">`,
    '<title>Loss of the fusion over the steps of its training</title>',
    ...ticks(ys).map((y) => gridLine(place({ x: xs.from, y }), y)),
    ...ticks(xs).map((x) => stepLabel(place({ x, y: ys.from }), x)),
    `<text x="${size.width / 2}" y="${size.height - 8}" text-anchor="middle">steps</text>`,
    `<text x="${plot.left}" y="20">nats per token: <tspan fill="#3b82f6">training</tspan>, <tspan fill="#f97316">held out</tspan></text>`,
    line(training.map(place), '#3b82f6'),
    line(heldOut.map(place), '#f97316'),
    ...heldOut
      .map(place)
      .map(({ x, y }) => `<circle cx="${short(x)}" cy="${short(y)}" r="3" fill="#f97316"/>`),
    '</svg>\n',
  ].join('\n');
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

function ticks({ from, to }: Range): number[] {
  return Array.from({ length: tickCount }, (_, i) => from + ((to - from) * i) / (tickCount - 1));
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

function line(points: readonly Point[], colour: string): string {
  const path = points.map(({ x, y }) => `${short(x)},${short(y)}`).join(' ');
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`;
}

function short(value: number): string {
  return value.toFixed(1);
}
