/**
 * The decoders that come with Lacuna; the only file that names them. The first one a pack supports is its default.
 */
import { autoregressive } from '../plugins/autoregressive/index.ts';
import { diffusion } from '../plugins/diffusion/index.ts';
import { maria } from '../plugins/maria/index.ts';
import { maskedLm } from '../plugins/masked-lm/index.ts';
import { createRegistry, type DecoderRegistry } from './decoding/registry.ts';

/** The registry of built-in decoders. */
export const builtInDecoders: DecoderRegistry = createRegistry([
  maria,
  autoregressive,
  maskedLm,
  diffusion,
]);
