/**
 * Pages of lists in Relay's form: what every connection takes, and what it tells of its page.
 */
import type { ArgBuilder } from '@pothos/core';
import { InfillError, problemsError } from '../src/errors.ts';
import type { PageRequest } from '../src/service/service.ts';
import type { Builder } from './builder.ts';
import type { Parts } from './parts.ts';

const defaultPageSize = 20;
const maxPageSize = 100;

/** Where a page is in its list. */
export type PageFacts = {
  readonly edges: readonly { readonly cursor: string }[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
};

/** Arguments of a connection. */
export type PageArguments = {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
};

type Arguments = ArgBuilder<Builder['$inferSchemaTypes']>;

/** Adds `PageInfo`. */
export function definePageInfo({ builder }: Parts): void {
  builder.objectType('PageInfo', {
    description: 'Where a page is in its list.',
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNext', {
        description: 'Whether something comes after this page.',
      }),
      hasPreviousPage: t.exposeBoolean('hasPrevious', {
        description: 'Whether something comes before this page.',
      }),
      startCursor: t.string({
        nullable: true,
        description: 'Cursor of the first element; null on an empty page.',
        resolve: ({ edges }) => edges.at(0)?.cursor ?? null,
      }),
      endCursor: t.string({
        nullable: true,
        description: 'Cursor of the last element; null on an empty page.',
        resolve: ({ edges }) => edges.at(-1)?.cursor ?? null,
      }),
    }),
  });
}

/** The arguments of a connection. */
export function pageArguments(arg: Arguments) {
  return {
    first: arg.int({ description: `How many from the start; at most ${maxPageSize}.` }),
    after: arg.string({ description: 'A cursor: only what comes after it.' }),
    last: arg.int({ description: `How many from the end; at most ${maxPageSize}.` }),
    before: arg.string({ description: 'A cursor: only what comes before it.' }),
  };
}

/** The arguments of a connection that is read forwards only. */
export function forwardArguments(arg: Arguments) {
  return {
    first: arg.int({
      description: `How many; ${defaultPageSize} when absent, at most ${maxPageSize}.`,
    }),
    after: arg.string({ description: 'A cursor: only what comes after it.' }),
  };
}

/** The page that the arguments ask for. @throws INVALID_INPUT */
export function pageOf({ first, last, after, before }: PageArguments): PageRequest {
  if (first != null && last != null) {
    throw new InfillError(
      'INVALID_INPUT',
      '`first` and `last` exclude each other; give one of them.',
    );
  }
  const cursors = { after: after ?? undefined, before: before ?? undefined };
  if (last != null) return { last: pageSize('last', last), ...cursors };
  return { first: pageSize('first', first ?? defaultPageSize), ...cursors };
}

/** The page of a list whose places are ordinals. @throws INVALID_INPUT */
export function ordinalPageOf({ first, after }: Pick<PageArguments, 'first' | 'after'>) {
  const limit = pageSize('first', first ?? defaultPageSize);
  if (after == null) return { after: null, limit };
  const ordinal = Buffer.from(after, 'base64url').toString('utf8');
  if (!/^\d{1,9}$/.test(ordinal)) {
    const message = `The cursor "${after.slice(0, 100)}" is not one that a page of this list carried.`;
    throw new InfillError('INVALID_INPUT', message);
  }
  return { after: Number(ordinal), limit };
}

/** Rows with ordinals as a page. */
export function ordinalPage<R extends { readonly ordinal: number }>(
  rows: readonly R[],
  { hasNext, after }: { readonly hasNext: boolean; readonly after: number | null },
) {
  const edges = rows.map((row) => ({
    cursor: Buffer.from(String(row.ordinal)).toString('base64url'),
    row,
  }));
  return { edges, hasNext, hasPrevious: after !== null };
}

function pageSize(name: 'first' | 'last', size: number): number {
  if (size >= 0 && size <= maxPageSize) return size;
  const message = `\`${name}\` is ${size}; it is at least 0 and at most ${maxPageSize}.`;
  throw problemsError([
    {
      path: [name],
      code: 'INVALID_INPUT',
      message,
      value: String(size),
      limit: String(maxPageSize),
    },
  ]);
}
