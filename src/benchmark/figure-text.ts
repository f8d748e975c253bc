/**
 * Figures as people read them: four significant digits, the same on every machine and in every locale.
 *
 * Knows no table and no markup.
 */

const digits = 4;
const largestPlain = 1e6;
const smallestPlain = 1e-4;

/**
 * Returns a figure with four significant digits, more where it is above 9,999.
 *
 * Examples: 3.4914 → "3.491", 0.5 → "0.5000", 12345.6 → "12346", 2e7 → "2.000e+7".
 */
export function figureText(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= largestPlain || size < smallestPlain) return value.toExponential(digits - 1);
  // What rounds up to five digits too.
  return size >= 10 ** digits - 0.5 ? value.toFixed(0) : value.toPrecision(digits);
}

/** Returns a figure with its interval, "3.491 [3.334, 3.658]"; without one where it has none, "–" where there is no figure. */
export function intervalText(
  value: number | null,
  low: number | null,
  high: number | null,
): string {
  if (value === null) return '–';
  if (low === null || high === null) return figureText(value);
  return `${figureText(value)} [${figureText(low)}, ${figureText(high)}]`;
}

/** Returns a p-value: three decimals, "< 0.001" below that, "–" where there is none. */
export function pValueText(pValue: number | null): string {
  if (pValue === null) return '–';
  return pValue < 0.001 ? '< 0.001' : pValue.toFixed(3);
}
