/**
 * What a server refused, as an error whose places are those of the command line.
 *
 * Knows the sources that flags make; knows no flag.
 */
import type { SourceInput } from '../client/generated/graphql.ts';
import { type ErrorCode, InfillError, type Problem } from '../errors.ts';

/** An error that came as data. */
type Refused = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly problems?: readonly Problem[];
};

/** The error with all its problems; of a segment that flags made, the place is its slot, numbered as in flags. */
export function refusalOf({ code, message, problems = [] }: Refused, source: SourceInput) {
  const places = slotNumbers(source);
  return new InfillError(code, message, {
    problems: problems.map((problem) => ({ ...problem, path: placeOf(problem.path, places) })),
  });
}

/** Numbers of slots, from 1, by index of segment. */
function slotNumbers({ segments }: SourceInput): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const [index, { slot }] of (segments ?? []).entries()) {
    if (slot) numbers.set(String(index), numbers.size + 1);
  }
  return numbers;
}

function placeOf(path: readonly string[], places: ReadonlyMap<string, number>): readonly string[] {
  const [root, list, segment = ''] = path;
  const number = root === 'source' && list === 'segments' ? places.get(segment) : undefined;
  // Messages of the server go by the index.
  return number === undefined ? path : [`slot ${number} (index ${number - 1})`];
}
