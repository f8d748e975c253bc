/**
 * Decoders as clients see them before they use one.
 */
import { encodeId } from './global-id.ts';
import type { Parts } from './parts.ts';

/** Adds `Decoder` and the field `decoders`. */
export function defineDecoder({ builder, enums, service }: Parts): void {
  builder.objectType('Decoder', {
    description: 'A decoding algorithm this server has.',
    interfaces: ['Node'],
    isTypeOf: (value) => typeof value === 'object' && value !== null && 'optionFields' in value,
    fields: (t) => ({
      id: t.id({
        description: 'Global id.',
        resolve: (decoder) => encodeId('Decoder', decoder.name),
      }),
      name: t.exposeString('name', {
        description: 'As on the command line; in `DecoderInput` hyphens become capitals.',
      }),
      title: t.exposeString('title', { description: 'For people.' }),
      description: t.exposeString('description', {
        description: 'How it fills, and what it ignores.',
      }),
      requiredRoles: t.expose('roles', {
        type: [enums.modelRole],
        description: 'The models a pack needs for this decoder.',
      }),
      capabilities: t.field({
        type: 'DecoderCapabilities',
        description: 'What it can do.',
        resolve: (decoder) => decoder,
      }),
      optionsSchema: t.field({
        type: 'JSON',
        description: 'JSON Schema of its options.',
        resolve: (decoder) => decoder.optionsSchema,
      }),
    }),
  });
  defineCapabilities({ builder, enums });
  builder.queryField('decoders', (t) =>
    t.field({
      type: ['Decoder'],
      description:
        'The decoders of this server; the first of them that a model pack supports is its default.',
      resolve: () => service.decoders,
    }),
  );
}

function defineCapabilities({ builder, enums }: Pick<Parts, 'builder' | 'enums'>): void {
  builder.objectType('DecoderCapabilities', {
    description: 'What a decoder can do, declared before it is used.',
    fields: (t) => ({
      streams: t.field({
        type: enums.streamKind,
        description: 'The order in which tokens are committed.',
        resolve: (decoder) => decoder.capabilities.streams,
      }),
      likelihood: t.expose('likelihood', {
        type: enums.likelihoodKind,
        description: 'What the log-likelihood of a fill is, with default options.',
      }),
      features: t.field({
        type: [enums.decoderFeature],
        description: 'What it can do beyond filling.',
        resolve: (decoder) => decoder.capabilities.features,
      }),
      sampling: t.field({
        type: [enums.samplingSetting],
        description: 'The sampling settings it follows; it refuses the others.',
        resolve: (decoder) => decoder.capabilities.sampling,
      }),
    }),
  });
}
