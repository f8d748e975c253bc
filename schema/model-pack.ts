/**
 * Model packs as clients see them, and their tokenizers.
 */
import { encodeId } from './global-id.ts';
import type { Parts } from './parts.ts';

/** Adds `ModelPack` and the field `models`. */
export function defineModelPack({ builder, enums, service }: Parts): void {
  builder.objectType('ModelPack', {
    description: 'Models with one tokenizer, ready to decode.',
    interfaces: ['Node'],
    isTypeOf: (value) => typeof value === 'object' && value !== null && 'decoderNames' in value,
    fields: (t) => ({
      id: t.id({ description: 'Global id.', resolve: (pack) => encodeId('ModelPack', pack.id) }),
      name: t.exposeString('id', { description: 'Its own name.' }),
      version: t.exposeString('version', { description: 'Its version.' }),
      digest: t.exposeString('digest', {
        description: 'SHA-256, in hexadecimal, over weights, tokenizer and graph facts.',
      }),
      license: t.exposeString('license', {
        description: 'SPDX identifier of the licence of its weights.',
      }),
      card: t.exposeString('card', {
        description: 'What it was made of and what it is good for, in Markdown.',
      }),
      roles: t.expose('roles', { type: ['ModelPackRole'], description: 'The models it has.' }),
      vocabularySize: t.exposeInt('vocabularySize', { description: 'Number of token ids.' }),
      contextLength: t.exposeInt('contextLength', {
        description: 'Most positions a text may have.',
      }),
      maskToken: t.exposeString('maskToken', {
        nullable: true,
        description: 'The mask token of its masked model; a template always says [MASK].',
      }),
      device: t.expose('device', { type: enums.device, description: 'Where it runs.' }),
      state: t.field({
        type: enums.modelPackState,
        description: 'Whether it can take runs now.',
        resolve: (pack) => service.packState(pack.id),
      }),
      decoders: t.field({
        type: ['Decoder'],
        description: 'The decoders whose models it has.',
        resolve: (pack) =>
          service.decoders.filter((decoder) => pack.decoderNames.includes(decoder.name)),
      }),
      tokenize: t.field({
        type: 'Tokenization',
        description: 'Cuts a text into tokens as literal text of a template is cut.',
        args: {
          text: t.arg.string({ required: true, description: 'Any text; masks are text here.' }),
        },
        resolve: (pack, { text }) => service.tokenize(pack.id, text),
      }),
    }),
  });
  defineModelPackRole({ builder, enums });
  defineTokenization({ builder });
  builder.queryField('models', (t) =>
    t.field({
      type: ['ModelPack'],
      description: 'The model packs of this server; the first is the default.',
      resolve: () => service.packs(),
    }),
  );
}

function defineModelPackRole({ builder, enums }: Pick<Parts, 'builder' | 'enums'>): void {
  builder.objectType('ModelPackRole', {
    description: 'One model of a pack.',
    fields: (t) => ({
      role: t.expose('role', { type: enums.modelRole, description: 'What it is for.' }),
      architecture: t.exposeString('architecture', { description: 'Its architecture.' }),
      parameters: t.expose('parameters', { type: 'BigInt', description: 'Number of weights.' }),
      precision: t.exposeString('precision', { description: 'The number format it computes in.' }),
      hiddenSize: t.exposeInt('hiddenSize', {
        description: 'Length of its hidden states; 0 where it has none.',
      }),
      sizeBytes: t.expose('sizeBytes', {
        type: 'BigInt',
        description: 'Bytes of its weights as stored.',
      }),
    }),
  });
}

function defineTokenization({ builder }: Pick<Parts, 'builder'>): void {
  builder.objectType('Tokenization', {
    description: 'A text cut into tokens.',
    fields: (t) => ({
      ids: t.exposeIntList('ids', { description: 'Token ids, in order.' }),
      texts: t.exposeStringList('texts', { description: "Each token's own bytes as text." }),
    }),
  });
}
