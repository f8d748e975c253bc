/**
 * The exponential function for softmax, where a step of a decoder takes it of every logit several times.
 *
 * Cody–Waite reduction to a power of 2^(1/256), two tables and a short series: half the time of `Math.exp`, in which
 * a step would spend most of its time outside the models.
 */

const fractionBits = 8;
const fractionCount = 2 ** fractionBits;
/** 2^(i / 256), i from 0 to 255. */
const fractions = Float64Array.from({ length: fractionCount }, (_, i) => 2 ** (i / fractionCount));
const smallestPower = -1022;
/** 2^(i − 1022), i from 0 to 1022. */
const powers = Float64Array.from({ length: 1 - smallestPower }, (_, i) => 2 ** (i + smallestPower));

const unitsPerOne = fractionCount / Math.LN2;
/** ln 2 / 256 in two parts; the first has trailing zeros, so that its products with whole numbers are exact. */
const unitHigh = 0.6931471803691238 / fractionCount;
const unitLow = 1.9082149292705877e-10 / fractionCount;

/** Its power is the smallest that has all bits. */
const least = -708;

/**
 * Returns e^x, within 4 units in the last place; exactly 1 for 0, and 0 below −708.
 *
 * @param x - ≤ 0, −Infinity included; no NaN.
 * Example: −1 → 0.36787944117144233.
 */
export function expNonPositive(x: number): number {
  if (x < least) return 0;
  const unit = (x * unitsPerOne - 0.5) | 0; // nearest whole number, in [−261_500, 0]
  const rest = x - unit * unitHigh - unit * unitLow; // in [−ln 2 / 512, ln 2 / 512]
  const square = rest * rest;
  // Two short sums and two table entries that do not wait for each other: a third less time than nested products.
  const series = 1 + rest + square * (1 / 2 + rest * (1 / 6) + square * (1 / 24));
  return (
    series *
    (fractions[unit & (fractionCount - 1)]! * powers[(unit >> fractionBits) - smallestPower]!)
  );
}
