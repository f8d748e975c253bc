/**
 * Where values lie along an axis, and which ticks it has.
 *
 * Knows pixels of a drawing; knows no figure.
 */
import { figureText } from '../figure-text.ts';

/** An axis of a chart. */
export type Scale = {
  /** Returns the place of a value, in units of the drawing. */
  readonly place: (value: number) => number;
  readonly ticks: readonly Tick[];
};

/** A labelled value of an axis. */
export type Tick = { readonly value: number; readonly label: string };

/** Half-open or not, values or places: two ends. */
export type Ends = readonly [first: number, last: number];

/** An axis is drawn for values on a linear or on a logarithmic scale. */
export type ScaleKind = 'LINEAR' | 'LOG';

const tickCount = 5;
/** With fewer on a logarithmic axis, evenly spaced values tell more. */
const leastLogTicks = 3;
const margin = 0.06;

/**
 * Returns the scale for some values, with a little room at both ends.
 *
 * @param values - finite, at least one; > 0 on a logarithmic scale. @param ends - places of the axis' ends.
 */
export function scaleFor(kind: ScaleKind, values: readonly number[], ends: Ends): Scale {
  const isLog = kind === 'LOG';
  const onScale = isLog ? Math.log10 : (value: number) => value;
  const scaled = values.map(onScale);
  const [low, high] = widened(Math.min(...scaled), Math.max(...scaled));
  const place = (value: number) =>
    ends[0] + ((onScale(value) - low) / (high - low)) * (ends[1] - ends[0]);
  const ticks = isLog ? logTicks(10 ** low, 10 ** high) : linearTicks(low, high);
  return { place, ticks };
}

/** Room at both ends, so that no mark touches the frame; some also where all values are one. */
function widened(low: number, high: number): Ends {
  const span = high - low;
  const room = span === 0 ? Math.max(Math.abs(low) * margin, margin) : span * margin;
  return [low - room, high + room];
}

function linearTicks(low: number, high: number): Tick[] {
  const step = roundStep((high - low) / tickCount);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, index) => {
    // Rounded: 3 × 0.1 is not 0.3.
    const value = Number(((first + index) * step).toPrecision(12));
    return { value, label: String(value) };
  });
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const multiple = [1, 2, 5, 10].find((one) => one * power >= step) ?? 10;
  return multiple * power;
}

/** Multiples of powers of ten, as many as fit; evenly spaced values where those are few. */
function logTicks(low: number, high: number): Tick[] {
  const firstPower = Math.floor(Math.log10(low));
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - firstPower + 1 },
    (_, index) => 10 ** (firstPower + index),
  );
  const candidates = [[1], [1, 3], [1, 2, 5]].map((multiples) =>
    powers
      .flatMap((power) => multiples.map((multiple) => multiple * power))
      .filter((value) => value >= low && value <= high),
  );
  const fitting = candidates.findLast((values) => values.length <= tickCount + 2) ?? [];
  if (fitting.length < leastLogTicks)
    return linearTicks(low, high).filter(({ value }) => value > 0);
  return fitting.map((value) => ({ value, label: tickLabel(value) }));
}

function tickLabel(value: number): string {
  return value >= 1e6 || value < 1e-4 ? figureText(value) : String(Number(value.toPrecision(3)));
}
