/**
 * What is wrong with the flags of one command, collected so that it is said at once.
 *
 * Knows which texts are numbers, and where the server would tell the same of what is sent in their place; ranges of requests
 * are the server's to check.
 */
import { type Problem, problemsError } from '../errors.ts';
import { integerOf, numberOf } from './decoder-options.ts';

/** Sent for what is no number: outside of every range of the API. */
const outOfRange = -1;

/** Problems of flags; the path of each is its flag. */
export class FlagProblems {
  readonly #problems: Problem[] = [];
  readonly #places: (readonly string[])[] = [];

  /** Whether nothing is wrong. */
  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  /**
   * Adds one problem.
   *
   * @param flag - as it is written: `--seed`.
   * @param place - of the input, where it has one.
   */
  add(flag: string, message: string, place?: readonly string[]): void {
    this.#problems.push({ path: [flag], code: 'INVALID_INPUT', message, value: null, limit: null });
    if (place !== undefined) this.tell(place);
  }

  /** Adds what is wrong with a part of one flag, all of it at that flag. */
  addPart(flag: string, part: FlagProblems): void {
    for (const { message } of part.#problems) this.add(flag, message);
  }

  /** Has what a server finds at a place, or in it, count as told. */
  tell(place: readonly string[]): void {
    this.#places.push(place);
  }

  /** Whether what a server finds at `path` is told already. */
  hasTold(path: readonly string[]): boolean {
    return this.#places.some((place) => place.every((field, depth) => path[depth] === field));
  }

  /** A whole number that GraphQL's Int can carry, one out of range where the text is none; undefined when absent. */
  integer(flag: string, text: string | undefined, place?: readonly string[]): number | undefined {
    if (text === undefined) return undefined;
    const value = integerOf(text);
    if (value === undefined) this.add(flag, `"${text}" is not a whole number.`, place);
    return value ?? outOfRange;
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

  /** A finite number, one out of range where the text is none; undefined when absent. */
  number(flag: string, text: string | undefined, place?: readonly string[]): number | undefined {
    if (text === undefined) return undefined;
    const value = numberOf(text);
    if (value === undefined) this.add(flag, `"${text}" is not a number.`, place);
    return value ?? outOfRange;
  }

  /** A seed as it was written, which may be larger than a double can count; one out of range where it is none. */
  seed(text: string | undefined): string | undefined {
    if (text === undefined || /^\d{1,19}$/.test(text)) return text;
    this.add('--seed', `"${text}" is not a whole number from 0 to 2^63 − 1.`, ['seed']);
    return String(outOfRange);
  }

  /** @throws INVALID_INPUT with every problem, unless there are none; `others` come after those of flags. */
  throwIfAny(others: readonly Problem[] = []): void {
    const [first, ...rest] = [...this.#problems, ...others];
    if (first !== undefined) throw problemsError([first, ...rest]);
  }
}
