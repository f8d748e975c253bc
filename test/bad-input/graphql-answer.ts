/**
 * What an operation was answered, as a row of the page has it.
 */
import { type Answer, answerOf } from './answer.ts';
import type { Reply } from './server-under-test.ts';

/** What every result of a union with errors is asked for. */
export const resultFields = `{
  __typename
  ... on Error { code message }
  ... on ValidationError { problems { path code message } }
}`;

type Result = {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
  readonly problems?: Parameters<typeof answerOf>[2];
};

/** The errors of an answer, or the first error that is data. Throws for one that refuses nothing. */
export function graphqlAnswer({ status, body }: Reply): Answer {
  const { errors = [], data } = body;
  if (errors.length > 0) {
    const codes = errors.map(({ extensions }) => String(extensions?.['code'] ?? '–'));
    return {
      status: String(status),
      codes: [...new Set(codes)],
      messages: errors.map(({ message }) => message),
    };
  }
  const result = Object.values(data ?? {}).find(isError);
  if (result === undefined) throw new Error(`Nothing was refused: ${JSON.stringify(body)}`);
  return answerOf(`${status} ${result.__typename}`, result, result.problems);
}

function isError(value: unknown): value is Result {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}
