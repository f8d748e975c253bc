/**
 * Two fills of one prompt, token by token.
 *
 * Knows tokens; knows no file and no server.
 */
import type { ReceiptToken } from './receipt-file.ts';

/** How the tokens of a replay differ from those of a receipt. */
export type TokenComparison = {
  /** Equal ones, from the first on. */
  readonly equalCount: number;
  readonly tokenCount: number;
  /** Null where all tokens are the same. Either is null where one fill has more tokens. */
  readonly difference: {
    readonly expected: ReceiptToken | null;
    readonly found: ReceiptToken | null;
  } | null;
  /** The largest of the log-probabilities of equal tokens; 0: bit for bit the same. */
  readonly logProbDifference: number;
};

/** Compares in the order given, which is that of positions. */
export function compareTokens(
  expected: readonly ReceiptToken[],
  found: readonly ReceiptToken[],
): TokenComparison {
  const tokenCount = Math.max(expected.length, found.length);
  let equalCount = 0;
  let logProbDifference = 0;
  while (equalCount < tokenCount) {
    const [theirs = null, ours = null] = [expected[equalCount], found[equalCount]];
    if (theirs?.position !== ours?.position || theirs?.id !== ours?.id) {
      const difference = { expected: theirs, found: ours };
      return { equalCount, tokenCount, difference, logProbDifference };
    }
    const apart = Math.abs((theirs?.logProb ?? 0) - (ours?.logProb ?? 0));
    logProbDifference = Math.max(logProbDifference, apart);
    equalCount += 1;
  }
  return { equalCount, tokenCount, difference: null, logProbDifference };
}

/** For people: a line, or of a difference three. */
export function comparisonText({
  equalCount,
  tokenCount,
  difference,
  logProbDifference,
}: TokenComparison): string {
  if (difference === null) {
    const apart =
      logProbDifference === 0
        ? 'log-probabilities too'
        : `log-probabilities differ by at most ${logProbDifference.toExponential(1)}`;
    return `${equalCount} of ${tokenCount} tokens identical; ${apart}\n`;
  }
  const { expected, found } = difference;
  return [
    `${equalCount} of ${tokenCount} tokens identical; token ${equalCount + 1} differs:`,
    `  receipt: ${tokenText(expected)}`,
    `  replay:  ${tokenText(found)}`,
    '',
  ].join('\n');
}

function tokenText(token: ReceiptToken | null): string {
  if (token === null) return 'no token';
  const { position, id, text, logProb } = token;
  const probability = logProb === null ? 'not finite' : String(logProb);
  return `${JSON.stringify(text)}, id ${id}, at position ${position}, log-probability ${probability}`;
}
