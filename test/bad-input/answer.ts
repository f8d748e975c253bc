/**
 * What a bad input is and what is told of the answer it gets: the rows of `docs/bad-input.md`.
 *
 * Knows no transport.
 */
import { InfillError } from '../../src/errors.ts';

/** The answer to one input. */
export type Answer = {
  /** HTTP status and result type, close code, exit code, or who refuses it. */
  readonly status: string;
  /** Codes, without repeats. */
  readonly codes: readonly string[];
  /** Sentences, one per problem. */
  readonly messages: readonly string[];
};

/** One row: what is sent in a few words, and how. */
export type BadInput<Context> = {
  readonly sent: string;
  readonly answer: (context: Context) => Promise<Answer>;
};

/** One table. */
export type Area<Context> = {
  readonly title: string;
  /** A paragraph before the table. */
  readonly about: string;
  readonly inputs: readonly BadInput<Context>[];
};

type Told = { readonly path: readonly string[]; readonly code: string; readonly message: string };

/** The answer that several problems are, or else the one error they would have been told in. */
export function answerOf(
  status: string,
  error: { readonly code: string; readonly message: string },
  problems: readonly Told[] = [],
): Answer {
  if (problems.length === 0) return { status, codes: [error.code], messages: [error.message] };
  return {
    status,
    codes: [...new Set(problems.map(({ code }) => code))],
    messages: problems.map(withPlace),
  };
}

/** What `work` refuses with; anything but an `InfillError` passes. */
export async function refusal(status: string, work: () => unknown): Promise<Answer> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InfillError)) throw error;
    return answerOf(status, error, error.problems);
  }
  throw new Error('Nothing was refused.');
}

/** The same each time, on each machine: without ports, ids, digests, times and temporary folders. */
export function stable(text: string): string {
  return text
    .replaceAll(/(?:file:\/\/)?\/[^\s"']*\/lacuna-(?:test|e2e)-[^\s/"']+/g, '…')
    .replaceAll(/\bdamaged-\w+/g, 'pack')
    .replaceAll(/\bcase-\w{6}\b/g, 'checkpoint')
    .replaceAll(process.cwd(), '…')
    .replaceAll(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/g, '<id>')
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<digest>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>');
}

function withPlace({ path, message }: Told): string {
  const place = path.join('.');
  return place === '' || message.startsWith(place) ? message : `${place}: ${message}`;
}
