/**
 * The binomial distribution, by its logarithms so that long ones do not underflow.
 */

/**
 * Returns the probabilities of 0, 1, …, `trials` successes.
 *
 * @param trials - whole, ≥ 0.
 * @param chance - of one success, in [0, 1].
 * @returns (trials + 1), sums to 1 up to rounding.
 * Example: 2 trials of chance 0.5 → [0.25, 0.5, 0.25].
 */
export function binomial(trials: number, chance: number): Float64Array {
  const probs = new Float64Array(trials + 1);
  if (chance === 0 || chance === 1) {
    probs[chance * trials] = 1;
    return probs;
  }
  const logOdds = Math.log(chance) - Math.log1p(-chance);
  let logProb = trials * Math.log1p(-chance);
  for (let successes = 0; successes <= trials; successes++) {
    probs[successes] = Math.exp(logProb);
    logProb += Math.log((trials - successes) / (successes + 1)) + logOdds;
  }
  return probs;
}
