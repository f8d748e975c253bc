/**
 * What is wrong with the flags of one command, collected so that it is said at once.
 *
 * Knows which texts are numbers; ranges of requests are the server's to check.
 */
import { type Problem, problemsError } from '../errors.ts';
import { integerOf, numberOf } from './decoder-options.ts';

/** Problems of flags; the path of each is its flag. */
export class FlagProblems {
  readonly #problems: Problem[] = [];

  /** Adds one problem. @param flag - as it is written: `--seed`. */
  add(flag: string, message: string): void {
    this.#problems.push({ path: [flag], code: 'INVALID_INPUT', message, value: null, limit: null });
  }

  /** A whole number that GraphQL's Int can carry; undefined when absent or wrong. */
  integer(flag: string, text: string | undefined): number | undefined {
    const value = text === undefined ? undefined : integerOf(text);
    if (text !== undefined && value === undefined) {
      this.add(flag, `"${text}" is not a whole number.`);
    }
    return value;
  }

  /** A whole number of a range, ends included; its least where the text is none. */
  between(flag: string, text: string, [least, most]: readonly [number, number]): number {
    const value = integerOf(text);
    if (value !== undefined && value >= least && value <= most) return value;
    this.add(flag, `"${text}" is not a whole number from ${least} to ${most}.`);
    return least;
  }

  /** A number of a range, ends included; its least where the text is none. */
  fraction(flag: string, text: string, [least, most]: readonly [number, number]): number {
    const value = numberOf(text);
    if (value !== undefined && value >= least && value <= most) return value;
    this.add(flag, `"${text}" is not a number from ${least} to ${most}.`);
    return least;
  }

  /** A finite number; undefined when absent or wrong. */
  number(flag: string, text: string | undefined): number | undefined {
    const value = text === undefined ? undefined : numberOf(text);
    if (text !== undefined && value === undefined) this.add(flag, `"${text}" is not a number.`);
    return value;
  }

  /** A seed as it was written: it may be larger than a double can count. */
  seed(text: string | undefined): string | undefined {
    if (text !== undefined && !/^\d{1,19}$/.test(text)) {
      this.add('--seed', `"${text}" is not a whole number from 0 to 2^63 − 1.`);
    }
    return text;
  }

  /** @throws INVALID_INPUT with every problem, unless there are none. */
  throwIfAny(): void {
    const [first, ...others] = this.#problems;
    if (first !== undefined) throw problemsError([first, ...others]);
  }
}
