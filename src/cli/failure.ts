/**
 * What a command says when it could not do what it was asked, and its exit code.
 */
import { CommanderError } from 'commander';
import { type ErrorCode, type ErrorFamily, InfillError } from '../errors.ts';

/** Text for standard error, and the exit code: 2 for what the caller has to change, else 1. */
export type Failure = { readonly message: string; readonly exitCode: number };

/** Describes anything thrown; of what nobody expected, the stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    // It has been written. Help that was asked for is none of a failure; the rest is wrong usage.
    return { message: '', exitCode: error.exitCode === 0 ? 0 : 2 };
  }
  if (error instanceof InfillError) {
    return { message: describe(error), exitCode: isCallers(error) ? 2 : 1 };
  }
  if (hasNoSpace(error)) return { message: noSpaceText, exitCode: 1 };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `lacuna: ${text}\n`, exitCode: 1 };
}

const noSpaceText =
  'lacuna: There is no space left on the disk. What was being written is not there, or not to its end; make room and ' +
  'try again.\n';

/** Found by whatever was written last; each command leaves what is whole as it is. */
function hasNoSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}

/** A line per problem, with its place in the input. */
function describe({ message, problems }: InfillError): string {
  if (problems.length === 0) return `lacuna: ${message}\n`;
  return problems
    .map(({ path, message: text }) => {
      const place = path.join('.');
      return place === '' || text.startsWith(place) ? `${text}\n` : `${place}: ${text}\n`;
    })
    .join('');
}

const callersFamilies: readonly ErrorFamily[] = ['validation', 'unsupported', 'not-found'];
/** Codes of other families that a caller of a command brings about with a setting or a folder. */
const callersCodes: readonly ErrorCode[] = [
  'INVALID_CONFIG',
  'INVALID_PLUGIN',
  'INVALID_BACKUP',
  'DUPLICATE_DECODER',
  'INVALID_CHECKPOINT',
  'UNSUPPORTED_CHECKPOINT',
  'HUB_REFUSED',
  'CONFLICT',
];

function isCallers({ family, code }: InfillError): boolean {
  return callersFamilies.includes(family) || callersCodes.includes(code);
}
