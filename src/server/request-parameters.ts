/**
 * What a GET request must be before it is read: its `variables` and `extensions` are JSON.
 *
 * Knows the address of a request; knows no operation.
 */
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

const jsonParameters = ['variables', 'extensions'] as const;

/** Refuses parameters of an address that are not JSON, as a body that is not JSON is refused. */
export function useReadableParameters(): Plugin {
  return {
    onRequestParse({ request, url }) {
      if (request.method !== 'GET') return;
      for (const name of jsonParameters) {
        const text = url.searchParams.get(name);
        if (text !== null && text !== '' && !isJson(text)) throw notJson(name);
      }
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function notJson(name: string): GraphQLError {
  return new GraphQLError(`The parameter "${name}" of the address is not JSON.`, {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  });
}
