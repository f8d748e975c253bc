/**
 * The scalars GraphQL does not have: instants, plain JSON, 64-bit integers.
 */
import { GraphQLError, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { Builder } from './builder.ts';

/** More digits than a signed 64-bit integer has are refused before they are read. */
const bigIntPattern = /^-?\d{1,19}$/;
const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Adds the scalars to a builder. */
export function defineScalars(builder: Builder): void {
  builder.scalarType('DateTime', {
    description: 'An instant as in RFC 3339, with milliseconds: `2025-01-31T12:00:00.000Z`.',
    serialize: (value) => new Date(value).toISOString(),
    parseValue: readInstant,
  });
  builder.scalarType('JSON', {
    description: 'Any JSON value.',
    serialize: (value) => value,
    parseValue: (value) => value ?? null,
    parseLiteral: (node: ValueNode, variables) => valueFromASTUntyped(node, variables) ?? null,
  });
  builder.scalarType('BigInt', {
    description: 'A 64-bit integer as a decimal string.',
    serialize: String,
    parseValue: readBigInt,
    parseLiteral: (node: ValueNode) =>
      readBigInt(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : null),
  });
}

function readInstant(value: unknown): Date {
  const instant = typeof value === 'string' && isInstant(value) ? new Date(value) : null;
  if (instant === null || !isStorable(instant)) {
    throw new GraphQLError(
      'A DateTime is a string as in RFC 3339, with an offset, in the years 1 to 9999 of UTC.',
    );
  }
  return instant;
}

/** A day that its month does not have would be one of the next month. */
function isInstant(text: string): boolean {
  const [date = ''] = text.split('T');
  return (
    instantPattern.test(text) && new Date(`${date}T00:00Z`).getUTCDate() === Number(date.slice(8))
  );
}

/** An offset can lead to years that RFC 3339 and the database have no form for. */
function isStorable(instant: Date): boolean {
  const year = instant.getUTCFullYear();
  return year >= 1 && year <= 9999;
}

function readBigInt(value: unknown): bigint {
  const digits = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof digits !== 'string' || !bigIntPattern.test(digits)) {
    throw new GraphQLError('A BigInt is a decimal string of at most 19 digits.');
  }
  return BigInt(digits);
}
