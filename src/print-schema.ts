/**
 * Writes the schema of the bundled decoders to standard output.
 */
import { autoregressive } from '../plugins/autoregressive/index.ts';
import { maria } from '../plugins/maria/index.ts';
import { printedSchema } from '../schema/printed-schema.ts';
import { createRegistry } from './decoding/registry.ts';

process.stdout.write(printedSchema(createRegistry([maria, autoregressive]).descriptions));
