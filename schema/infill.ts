/**
 * An infill: the stored run, as clients see it.
 */
import type { Infill } from '../src/service/service.ts';
import type { SchemaTypes } from './builder.ts';
import { encodeId } from './global-id.ts';
import { defineCandidate, likelihoodOf } from './infill-candidate.ts';
import type { Parts } from './parts.ts';
import { templateOf } from './source-template.ts';

/** Adds `Infill`, `RunError` and the types an infill is made of. */
export function defineInfill({ builder, enums, service }: Parts): void {
  builder.objectType('Infill', {
    description: 'One filling of one text: what was asked, what came out, and how.',
    interfaces: ['Node'],
    isTypeOf: (value) => typeof value === 'object' && value !== null && 'promptTokens' in value,
    fields: (t) => ({
      id: t.id({ description: 'Global id.', resolve: (infill) => encodeId('Infill', infill.id) }),
      status: t.expose('status', {
        type: enums.runStatus,
        description: 'Where it is in its life.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was submitted.' }),
      finishedAt: t.expose('finishedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it ended; null until then.',
      }),
      source: t.string({
        nullable: true,
        description:
          'The template; segments are shown as one; null for token ids, and where no text is kept.',
        resolve: ({ source }) => (source === null ? null : templateOf(source)),
      }),
      text: t.string({
        nullable: true,
        description: 'The filled text, of the best candidate; null unless every slot is filled.',
        resolve: ({ outcome }) => outcome?.text ?? null,
      }),
      slots: t.field({
        type: ['Slot'],
        description: 'The slots with what fills them; empty until the infill has ended.',
        resolve: ({ outcome }) => outcome?.slots ?? [],
      }),
      segments: t.field({
        type: ['Segment'],
        description: 'Known and filled text in reading order; empty unless every slot is filled.',
        resolve: ({ outcome }) => outcome?.segments ?? [],
      }),
      promptTokens: t.field({
        type: ['Int'],
        nullable: { list: false, items: true },
        description:
          'Token ids of the text; null at open positions. Until it is settled, an unknown length counts as its least. ' +
          'Empty where no text is kept.',
        resolve: ({ promptTokens, outcome }) => outcome?.promptTokens ?? promptTokens ?? [],
      }),
      store: t.expose('storePolicy', {
        type: enums.storePolicy,
        description:
          'What is kept of it. Where no text is, texts, tokens and candidates are here only until shortly after its end.',
      }),
      cancelReason: t.expose('cancelReason', {
        type: enums.cancelReason,
        nullable: true,
        description: 'Why it was cancelled; null unless it was.',
      }),
      labels: t.exposeStringList('labels', { description: "The client's own words for it." }),
      error: t.expose('error', {
        type: 'RunError',
        nullable: true,
        description: 'Why it failed; null unless it did.',
      }),
    }),
  });
  defineCandidate({ builder, enums, service });
  defineProvenance({ builder, enums, service });
  builder.objectType('RunError', {
    description: 'Why a run failed.',
    fields: (t) => ({
      code: t.expose('code', {
        type: enums.errorCode,
        description: 'What went wrong, for programs.',
      }),
      message: t.exposeString('message', { description: 'A full sentence.' }),
    }),
  });
}

/** What an infill was made with, and the numbers about it. */
function defineProvenance({ builder, service }: Parts): void {
  builder.objectFields('Infill', (t) => ({
    likelihood: t.field({
      type: 'Likelihood',
      nullable: true,
      description:
        'Of the fill along the path it was decoded; null where the decoder has no exact one or it is not finite.',
      resolve: likelihoodOf,
    }),
    decoderName: t.exposeString('decoderName', { description: 'The decoder that filled it.' }),
    decoder: t.field({
      type: 'Decoder',
      nullable: true,
      description: 'The decoder; null when this server no longer has it.',
      resolve: ({ decoderName }) =>
        service.decoders.find(({ name }) => name === decoderName) ?? null,
    }),
    modelDigest: t.exposeString('modelDigest', {
      description: 'Digest of the model pack that filled it.',
    }),
    model: t.field({
      type: 'ModelPack',
      nullable: true,
      description: 'The model pack; null when this server no longer has it.',
      resolve: ({ packId, modelDigest }) =>
        service.packs().find(({ id, digest }) => id === packId && digest === modelDigest) ?? null,
    }),
    settings: t.expose('settings', {
      type: ['EffectiveSetting'],
      description: 'Every setting that had an effect, defaults included.',
    }),
    seed: t.expose('seed', { type: 'BigInt', description: 'The seed of all its randomness.' }),
    usage: t.field({ type: 'Usage', description: 'Tokens and model passes.', resolve: usageOf }),
    receipt: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Everything that is needed to do it again, and its tokens, as JSON: `lacuna replay` reads it. Null unless it is ' +
        'completed, and where no text is kept.',
      resolve: (infill) => service.receiptOf(infill),
    }),
    timing: t.field({
      type: 'Timing',
      nullable: true,
      description: 'Times; null until it has ended.',
      resolve: ({ outcome }) => outcome?.timing ?? null,
    }),
  }));
}

function usageOf({ outcome, promptTokens }: Infill): SchemaTypes['Objects']['Usage'] {
  if (outcome !== null) return outcome.usage;
  const openTokens = promptTokens?.filter((token) => token === null).length ?? 0;
  const knownTokens = (promptTokens?.length ?? 0) - openTokens;
  return { knownTokens, openTokens, committedTokens: 0, causalPasses: 0, maskedPasses: 0 };
}
