/**
 * The learning rate over the steps of a training: a linear warm-up, then half a cosine down to a fiftieth.
 *
 * Source: Loshchilov and Hutter 2017, arXiv:1608.03983.
 */

/** What the rates are like. */
export type Schedule = {
  readonly stepCount: number;
  readonly peakRate: number;
  /** Steps up to the peak. */
  readonly warmUpSteps: number;
};

/** Where the cosine ends, as a share of the peak. */
const lastShare = 0.02;

/** The rate of a step, counted from 0. */
export function rateAt(step: number, { stepCount, peakRate, warmUpSteps }: Schedule): number {
  if (step < warmUpSteps) return (peakRate * (step + 1)) / warmUpSteps;
  const progress = (step - warmUpSteps) / Math.max(1, stepCount - warmUpSteps);
  const cosine = (1 + Math.cos(Math.PI * Math.min(1, progress))) / 2;
  return peakRate * (lastShare + (1 - lastShare) * cosine);
}
