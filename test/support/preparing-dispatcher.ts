/**
 * A dispatcher that checks requests as a worker does, over models that compute nothing; its runs do what a test says.
 */
import { z } from 'zod';
import { builtInDecoders } from '../../src/decoders.ts';
import { InfillEngine } from '../../src/decoding/infill-engine.ts';
import type { Preparable, PreparedInfill } from '../../src/decoding/infill-request.ts';
import { createRegistry } from '../../src/decoding/registry.ts';
import { ByteTokenizer } from './byte-tokenizer.ts';
import { fakeModels } from './fake-models.ts';
import { listDecoder } from './list-decoder.ts';
import { ScriptedDispatcher, scriptedPack } from './scripted-dispatcher.ts';

/** The built-in decoders, and one that follows no top-k and reports no alternatives. */
export const preparingRegistry = createRegistry([
  ...builtInDecoders.plugins,
  { ...listDecoder([]).plugin, options: z.strictObject({ odd: z.boolean().default(false) }) },
]);

/** Bytes are tokens, and so are a few words. */
export class PreparingDispatcher extends ScriptedDispatcher {
  readonly #engine: InfillEngine;

  /** @param contextLength - in tokens. */
  constructor(contextLength: number) {
    super();
    const tokenizer = new ByteTokenizer(['cat', 'dog', ' cat', ' dog']);
    const models = fakeModels({ vocabularySize: tokenizer.vocabularySize });
    this.#engine = new InfillEngine({
      models: { ...models, facts: { ...models.facts, contextLength } },
      tokenizer,
      registry: preparingRegistry,
      limits: { maxRunning: 1, maxWaiting: 1, maxBytes: 2 ** 30 },
      now: () => 0,
    });
    this.packs = [{ ...scriptedPack, contextLength, decoderNames: this.#engine.decoderNames }];
  }

  override async prepare(_packId: string, request: Preparable): Promise<PreparedInfill> {
    return this.#engine.prepare(request);
  }
}
