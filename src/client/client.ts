/**
 * A GraphQL client for typed documents: requests as JSON, subscriptions as server-sent events.
 *
 * Speaks to a URL or to a fetch function in the same process; knows no operation.
 */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
import { createClient as createSseClient } from 'graphql-sse';

/** An operation's text with the types of its result and variables. */
export type Document<R, V> = DocumentTypeDecoration<R, V> & { toString(): string };

/** Where to send operations. */
export type ClientOptions = {
  /** Of the endpoint: `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** An API key, sent as a bearer; nothing is sent when absent or null. */
  readonly secret?: string | null;
  /** Node's own when absent. */
  readonly fetch?: typeof globalThis.fetch;
};

/** Sends operations. */
export type Client = {
  /** Sends a query or mutation. Rejects when the answer carries errors; those that are data do not reject. */
  request<R, V>(document: Document<R, V>, variables: V, signal?: AbortSignal): Promise<R>;
  /** Sends a subscription when iterated; ends it when the iteration is left or `signal` aborts. Never retries. */
  subscribe<R, V>(
    document: Document<R, V>,
    variables: V,
    signal?: AbortSignal,
  ): AsyncGenerator<R, void>;
};

type Answer = {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[] | undefined;
};

/** Makes a client; opens nothing yet. */
export function createClient(options: ClientOptions): Client {
  const { url, secret = null, fetch = globalThis.fetch } = options;
  const credentials: Record<string, string> =
    secret === null ? {} : { authorization: `Bearer ${secret}` };
  return {
    async request<R, V>(document: Document<R, V>, variables: V, signal?: AbortSignal): Promise<R> {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          ...credentials,
        },
        body: JSON.stringify({ query: document.toString(), variables }),
        signal: signal ?? null,
      });
      return dataOf<R>(await answerOf(response));
    },
    async *subscribe<R, V>(document: Document<R, V>, variables: V, signal?: AbortSignal) {
      if (signal?.aborted === true) return;
      // A second attempt would start the work a second time.
      const sse = createSseClient({ url, headers: credentials, fetchFn: fetch, retryAttempts: 0 });
      const stop = () => sse.dispose();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        const answers = sse.iterate({
          query: document.toString(),
          variables: variables as Record<string, unknown>,
        });
        for await (const answer of answers) yield dataOf<R>(answer);
      } finally {
        signal?.removeEventListener('abort', stop);
        stop();
      }
    },
  };
}

/** What else than this API may be at a URL answers with other JSON, or none. */
async function answerOf(response: Response): Promise<Answer> {
  const message = `It answers with status ${response.status} and not with a GraphQL result.`;
  const answer: unknown = await response.json().catch((cause: unknown) => {
    throw new Error(message, { cause });
  });
  if (isAnswer(answer)) return answer;
  throw new Error(message);
}

function isAnswer(answer: unknown): answer is Answer {
  return typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer);
}

/** The server has checked the data against the document that R was made from. */
function dataOf<R>({ data, errors }: Answer): R {
  if (errors !== undefined && errors.length > 0) {
    throw new Error(
      `The server refused the operation: ${errors.map(({ message }) => message).join(' ')}`,
    );
  }
  return data as R;
}
