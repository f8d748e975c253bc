/**
 * What a server refused, as an error whose places are those of the command line.
 *
 * Knows how flags and the fields of inputs are spelt, and the sources that flags make.
 */
import type { SourceInput } from '../client/generated/graphql.ts';
import { type ErrorCode, errorFamilies, InfillError, type Problem } from '../errors.ts';
import type { FlagProblems } from './flag-problems.ts';

/** An error that came as data. */
type Refused = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly problems?: readonly Problem[];
};

/** An input, and what is wrong with the flags it was made of. */
export type FlaggedInput<Input extends { readonly source: SourceInput }> = {
  readonly input: Input;
  readonly problems: FlagProblems;
};

/**
 * The error with all its problems and, before them, those of flags, which win where both are of one place. Slots are
 * numbered as in flags.
 */
export function refusalOf(
  refused: Refused,
  { input, problems: own }: FlaggedInput<{ readonly source: SourceInput }>,
): InfillError {
  const numbers = slotNumbers(input.source);
  const told = problemsOf(refused)
    .filter(({ path }) => !own.hasTold(path))
    .map((problem) => ({ ...problem, path: placeOf(problem.path, numbers) }));
  own.throwIfAny(own.isEmpty ? [] : told);
  return new InfillError(refused.code, refused.message, { problems: told });
}

/** An error that is one problem alone comes without it, and so does what is none of the input. */
function problemsOf({ code, message, problems = [] }: Refused): readonly Problem[] {
  if (problems.length > 0) return problems;
  const place = placesOfCodes.get(code);
  const isOfInput = place !== undefined || errorFamilies[code] === 'unsupported';
  return isOfInput ? [{ path: place ?? [], code, message, value: null, limit: null }] : [];
}

const placesOfCodes: ReadonlyMap<ErrorCode, readonly string[]> = new Map([
  ['UNKNOWN_MODEL', ['model']],
  ['UNKNOWN_DECODER', ['decoder', 'plugin', 'name']],
]);

/** Numbers of slots, from 1, by index of segment. */
function slotNumbers({ segments }: SourceInput): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const [index, { slot }] of (segments ?? []).entries()) {
    if (slot) numbers.set(String(index), numbers.size + 1);
  }
  return numbers;
}

function placeOf(path: readonly string[], numbers: ReadonlyMap<string, number>): readonly string[] {
  const [root = '', field = '', index = ''] = path;
  switch (root) {
    case '':
      return path;
    case 'source': {
      const number = numbers.get(index);
      return [number === undefined ? 'text' : slotName(number)];
    }
    case 'fill':
      if (field === 'slots' && index !== '') return [slotName(Number(index) + 1)];
      return [field === 'tokens' ? '--tokens' : '--fill'];
    case 'decoder':
      return [path.length > 3 ? '--option' : '--decoder'];
    case 'sampling':
      return [flagOf(field)];
    case 'labels':
      return ['--label'];
    case 'entrants':
      return [field === '' ? '--entrant' : `--entrant ${Number(field) + 1}`];
    case 'deadlineMs':
      return ['--deadline'];
    default:
      return [flagOf(root)];
  }
}

/** Messages of the server go by the index. */
function slotName(number: number): string {
  return `slot ${number} (index ${number - 1})`;
}

/** `topK` is `--top-k`. */
function flagOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
