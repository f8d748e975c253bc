/**
 * The schema as text, as it is committed.
 */
import { printSchema } from 'graphql';
import type { DecoderDescription, Service } from '../src/service/service.ts';
import { buildSchema } from './build-schema.ts';

/** SDL of the schema for these decoders, in alphabetical order, with a final newline. */
export function printedSchema(decoders: readonly DecoderDescription[]): string {
  // Only resolvers use the rest of the service, and printing resolves nothing.
  return `${printSchema(buildSchema({ decoders } as Service))}\n`;
}
