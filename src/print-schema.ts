/**
 * Writes the schema of the built-in decoders to standard output.
 */
import { printedSchema } from '../schema/printed-schema.ts';
import { builtInDecoders } from './decoders.ts';

process.stdout.write(printedSchema(builtInDecoders.descriptions));
