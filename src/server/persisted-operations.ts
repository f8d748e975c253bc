/**
 * A list of operations beside which no others run: read and checked at start, looked up on every transport.
 *
 * Knows documents and what they are called; knows no transport's way to refuse.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import { GraphQLError, type GraphQLSchema, parse, specifiedRules, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { InfillError, type Problem, problemsError } from '../errors.ts';
import type { OperationContext } from './operation-context.ts';

/** The only operations that run. */
export type PersistedOperations = {
  /** By what clients call them: the SHA-256 of the document in hexadecimal digits, or a name. */
  readonly documents: ReadonlyMap<string, string>;
  /** Of Lacuna's command line, which sends them whole; only the machine itself may. */
  readonly ownDocuments: ReadonlySet<string>;
};

/** What a client sends of an operation. */
export type OperationParams = {
  readonly query?: string | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
};

const maxBytes = 16 * 1024 * 1024;
const sha256Pattern = /^[0-9a-f]{64}$/;
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;

/**
 * Reads the documents of a JSON file, `{"id": "document"}`.
 *
 * @throws INVALID_CONFIG with every problem; each names the file, and the operation where it is one's.
 */
export function readPersistedOperations(
  path: string,
  schema: GraphQLSchema,
): ReadonlyMap<string, string> {
  const entries = Object.entries(readObject(path));
  const messages = entries.flatMap(([id, document]) =>
    entryProblems(id, document, schema).map((message) => `operation "${shown(id)}": ${message}`),
  );
  if (entries.length === 0) messages.push('it has no operation.');
  const [first, ...others] = messages.map((message) => problem(path, message));
  if (first !== undefined) throw problemsError([first, ...others]);
  return new Map(entries as [string, string][]);
}

/** The document that a client asks for. @returns the error for what is not in the list, or is sent whole. */
export function persistedDocument(
  { query, extensions }: OperationParams,
  { documents }: Pick<PersistedOperations, 'documents'>,
): string | GraphQLError {
  if (query) return new GraphQLError(refusals.whole.message, refusals.whole);
  const id = idOf(extensions);
  if (id === null) return new GraphQLError(refusals.nameless.message, refusals.nameless);
  return documents.get(id) ?? new GraphQLError(refusals.unknown.message, refusals.unknown);
}

/** Runs operations of the list only, over HTTP. */
export function useOnlyPersisted({
  documents,
  ownDocuments,
}: PersistedOperations): Plugin<OperationContext> {
  const plugin = usePersistedOperations({
    getPersistedOperation: (id) => documents.get(id) ?? null,
    customErrors: {
      persistedQueryOnly: refusals.whole,
      keyNotFound: refusals.nameless,
      notFound: refusals.unknown,
    },
  });
  return {
    // The rest of the plugin is for documents that are parsed already.
    onParams(payload) {
      // The plugin types leave the transport's part of the context out.
      const { viewer } = payload.context as OperationContext;
      const isMachine = viewer?.credential.kind === 'LOCAL';
      if (isMachine && ownDocuments.has(payload.params.query ?? '')) return;
      return plugin.onParams?.(payload);
    },
  };
}

const http = { status: 400 };

const refusals = {
  whole: {
    message:
      'This server runs persisted operations only: send extensions.persistedQuery with the id as sha256Hash, and no query.',
    extensions: { code: 'PERSISTED_QUERY_ONLY', http },
  },
  nameless: {
    message:
      'This server runs persisted operations only: extensions.persistedQuery needs version 1 and the id as sha256Hash.',
    extensions: { code: 'PERSISTED_QUERY_ID_REQUIRED', http },
  },
  unknown: {
    message: 'There is no persisted operation with this id.',
    extensions: { code: 'PERSISTED_QUERY_NOT_IN_LIST', http },
  },
} as const;

/** As Apollo's protocol has it. */
function idOf(extensions: OperationParams['extensions']): string | null {
  const persisted = extensions?.['persistedQuery'];
  if (typeof persisted !== 'object' || persisted === null) return null;
  const { version, sha256Hash } = persisted as Record<string, unknown>;
  return version === 1 && typeof sha256Hash === 'string' ? sha256Hash : null;
}

function entryProblems(id: string, document: unknown, schema: GraphQLSchema): string[] {
  if (typeof document !== 'string') return ['it is not a text.'];
  return [...idProblems(id, document), ...documentProblems(document, schema)];
}

function idProblems(id: string, document: string): string[] {
  if (!namePattern.test(id)) {
    return ['its id is neither a SHA-256 nor a name of at most 100 letters, digits and ._:-'];
  }
  if (!sha256Pattern.test(id)) return [];
  const hash = createHash('sha256').update(document).digest('hex');
  return hash === id ? [] : [`the SHA-256 of its document is ${hash}.`];
}

function documentProblems(document: string, schema: GraphQLSchema): string[] {
  try {
    return validate(schema, parse(document), specifiedRules).map(({ message }) => message);
  } catch (error) {
    if (error instanceof GraphQLError) return [error.message];
    throw error;
  }
}

function readObject(path: string): Record<string, unknown> {
  const value = parseJson(path, readText(path));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw problemsError([problem(path, 'it is not a JSON object of ids and documents.')]);
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= maxBytes) return bytes.toString('utf8');
    const message = `it has ${bytes.length} bytes; the limit is ${maxBytes}.`;
    throw problemsError([problem(path, message)]);
  } catch (cause) {
    if (cause instanceof InfillError) throw cause;
    throw unreadable(path, 'it cannot be read', cause);
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, 'it is not JSON', cause);
  }
}

function unreadable(path: string, what: string, cause: unknown): InfillError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const found = problem(path, `${what}: ${reason}.`);
  return new InfillError(found.code, found.message, { cause, problems: [found] });
}

function problem(path: string, message: string): Problem {
  return {
    path: ['PERSISTED_OPERATIONS'],
    code: 'INVALID_CONFIG',
    message: `PERSISTED_OPERATIONS is ${path}: ${message}`,
    value: path,
    limit: null,
  };
}

function shown(id: string): string {
  return id.length > 100 ? `${id.slice(0, 100)}…` : id;
}
