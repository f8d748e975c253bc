/**
 * What a check found, and what to do about it.
 */
import { InfillError } from '../../errors.ts';

/**
 * `failed`: the server would not start. `warning`: it would, but not as one may expect. `absent`: something that is
 * not here and not asked for.
 */
export type FindingState = 'ok' | 'warning' | 'failed' | 'absent';

/** One line of the report. */
export type Finding = {
  readonly group: 'runtime' | 'devices' | 'models' | 'data' | 'server';
  /** A word or a setting. */
  readonly subject: string;
  readonly state: FindingState;
  /** What is the case. */
  readonly message: string;
  /** What to do; null where nothing is to be done. */
  readonly advice: string | null;
};

/** What is found of a group's subject. */
export type Subject = Pick<Finding, 'group' | 'subject'>;

/** A finding that needs nothing done. */
export function ok(subject: Subject, message: string): Finding {
  return { ...subject, state: 'ok', message, advice: null };
}

/** A finding with advice. */
export function notOk(
  subject: Subject,
  state: Exclude<FindingState, 'ok'>,
  [message, advice]: readonly [message: string, advice: string | null],
): Finding {
  return { ...subject, state, message, advice };
}

/** A finding per problem of what was thrown; its messages say what to do. */
export function failures(subject: Subject, error: unknown): readonly Finding[] {
  const messages =
    error instanceof InfillError && error.problems.length > 0
      ? error.problems.map(({ message }) => message)
      : [error instanceof Error ? error.message : String(error)];
  return messages.map((message) => notOk(subject, 'failed', [message, null]));
}
