/**
 * Medians and spreads of samples that were taken in turn.
 */
import { availableParallelism, loadavg } from 'node:os';

/** Samples of one kind, in the order they were taken. */
export type Samples = readonly number[];

/** Median, least and greatest, and the middle half, such as `0.94 (0.71–1.07; 0.91–0.96)`. */
export function spread(samples: Samples, digits: number): string {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.round(share * (sorted.length - 1))] ?? 0).toFixed(digits);
  return `${at(0.5)} (${at(0)}–${at(1)}; ${at(0.25)}–${at(0.75)})`;
}

/** What else there is to know of a measurement: the load is that of the last minute, the measured work included. */
export function machineState(): string {
  const [load = Number.NaN] = loadavg();
  return `Node ${process.version}, ${availableParallelism()} processors, load ${load.toFixed(1)}`;
}

/** Quotients of samples that were taken side by side. @param base - as many as `samples`. */
export function ratios(samples: Samples, base: Samples): Samples {
  return samples.map((sample, index) => sample / (base[index] ?? Number.NaN));
}
