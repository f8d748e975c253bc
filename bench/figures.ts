/**
 * Medians and spreads of samples that were taken in turn.
 */
import { availableParallelism, loadavg } from 'node:os';

/** Samples of one kind, in the order they were taken. */
export type Samples = readonly number[];

/** The middle sample; of an even number, the upper one of the two in the middle. */
export function median(samples: Samples): number {
  return samples.toSorted((a, b) => a - b).at(Math.floor(samples.length / 2)) ?? Number.NaN;
}

/** Median, least and greatest, such as `0.94 (0.91–0.97)`. */
export function spread(samples: Samples, digits: number): string {
  const [middle, least, most] = [median(samples), Math.min(...samples), Math.max(...samples)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
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
