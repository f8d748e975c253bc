/**
 * Whether counts are what their probabilities say, with a stated probability of a false alarm.
 */
import assert from 'node:assert/strict';

/** A test that is true of the right probabilities fails about once in this many. */
const falseAlarm = 1e9;
/** Cells expected less often than this are counted together: the statistic's law is a limit. */
const minExpected = 10;

/**
 * Throws unless counts agree with probabilities that sum to 1, by Pearson's statistic.
 *
 * The limit is an upper bound of the chi-square quantile, k + 2 √(k t) + 2 t for k degrees of freedom and
 * t = ln(10^9). Source: Laurent and Massart 2000, Annals of Statistics 28(5), lemma 1.
 */
export function assertFrequencies(
  counts: ReadonlyMap<string, number>,
  probabilities: ReadonlyMap<string, number>,
): void {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  for (const key of counts.keys()) assert(probabilities.has(key), `${key} has a probability.`);
  const rare = { count: 0, expected: 0 };
  let statistic = 0;
  let cells = 0;
  for (const [key, probability] of probabilities) {
    const count = counts.get(key) ?? 0;
    const expected = probability * total;
    if (expected < minExpected) {
      rare.count += count;
      rare.expected += expected;
    } else {
      statistic += (count - expected) ** 2 / expected;
      cells++;
    }
  }
  if (rare.expected >= minExpected) {
    statistic += (rare.count - rare.expected) ** 2 / rare.expected;
    cells++;
  }
  assert(cells > 1, 'There are cells to compare.');
  const freedom = cells - 1;
  const t = Math.log(falseAlarm);
  const limit = freedom + 2 * Math.sqrt(freedom * t) + 2 * t;
  assert(
    statistic <= limit,
    `Chi-square is ${statistic.toFixed(1)} with ${freedom} degrees of freedom; the limit is ${limit.toFixed(1)}.`,
  );
}
