/**
 * A benchmark as clients see it: who takes part, how far it is, and its figures.
 */
import { namedMasking } from '../src/service/benchmark-names.ts';
import { defineBenchmarkFigures } from './benchmark-figures.ts';
import { defineBenchmarkItems } from './benchmark-item.ts';
import { encodeId } from './global-id.ts';
import type { Parts } from './parts.ts';

/** Adds `Benchmark` and what it is made of. */
export function defineBenchmark(parts: Parts): void {
  const { builder, enums, service } = parts;
  defineEntrant(parts);
  defineProgress(parts);
  const fact = defineFact(parts);
  builder.objectType('Benchmark', {
    description: 'Entrants that fill and score the same masked texts.',
    interfaces: ['Node'],
    isTypeOf: (value) => typeof value === 'object' && value !== null && 'maskings' in value,
    fields: (t) => ({
      id: t.id({ description: 'Global id.', resolve: ({ id }) => encodeId('Benchmark', id) }),
      name: t.exposeString('name', { nullable: true, description: 'What its owner calls it.' }),
      status: t.expose('status', {
        type: enums.runStatus,
        description: 'Where it is in its life.',
      }),
      progress: t.field({
        type: 'BenchmarkProgress',
        description: 'How far it is.',
        resolve: (benchmark) => service.benchmarks.progress(benchmark),
      }),
      dataset: t.field({
        type: 'Dataset',
        description: 'Where its texts are from.',
        resolve: ({ datasetId }, _, { viewer }) => service.datasets.require(datasetId, viewer),
      }),
      itemCount: t.exposeInt('itemCount', {
        description: 'How many items of the dataset it is of, from the first.',
      }),
      maskings: t.field({
        type: ['Masking'],
        description: 'Which parts of every text are open, one after another.',
        resolve: ({ maskings }) => maskings.map(namedMasking),
      }),
      entrants: t.field({
        type: ['BenchmarkEntrant'],
        description: 'Who takes part.',
        resolve: async (benchmark) => [...(await service.benchmarks.entrants(benchmark))],
      }),
      seed: t.expose('seed', { type: 'BigInt', description: 'Of masks, samples and intervals.' }),
      environment: t.field({
        type: [fact],
        description: 'What speed depends on: versions, device, threads.',
        resolve: ({ environment }) => [...environment],
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was started.' }),
      finishedAt: t.expose('finishedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it ended; null while it has not.',
      }),
      error: t.expose('error', {
        type: 'RunError',
        nullable: true,
        description: 'Why it failed, or what keeps it from going on; null where nothing does.',
      }),
    }),
  });
  defineBenchmarkFigures(parts);
  defineBenchmarkItems(parts);
}

function defineFact({ builder }: Parts) {
  return builder
    .objectRef<{ readonly name: string; readonly value: string }>('EnvironmentFact')
    .implement({
      description: 'Something that speed depends on.',
      fields: (t) => ({
        name: t.exposeString('name', { description: 'What it is.' }),
        value: t.exposeString('value', { description: 'Its value.' }),
      }),
    });
}

function defineEntrant({ builder, service }: Parts): void {
  builder.objectType('BenchmarkEntrant', {
    description: 'Who takes part in a benchmark.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its id, for `differences`.' }),
      label: t.exposeString('label', { description: 'What it is called in tables.' }),
      model: t.field({
        type: 'ModelPack',
        nullable: true,
        description: 'The model pack; null of imported fills, and of one that is no longer served.',
        resolve: ({ packId, modelDigest }) =>
          service.packs().find(({ id, digest }) => id === packId && digest === modelDigest) ?? null,
      }),
      modelDigest: t.exposeString('modelDigest', {
        nullable: true,
        description: 'Digest of the model pack; null of imported fills.',
      }),
      decoderName: t.string({
        nullable: true,
        description: 'The decoder; null of imported fills.',
        resolve: ({ request }) => request?.decoder.name ?? null,
      }),
      settings: t.field({
        type: ['EffectiveSetting'],
        description: 'Every setting that has an effect, defaults included.',
        resolve: ({ settings }) => [...settings],
      }),
      imported: t.exposeBoolean('isImported', {
        description: 'Whether its fills were made elsewhere.',
      }),
    }),
  });
}

function defineProgress({ builder }: Parts): void {
  builder.objectType('BenchmarkProgress', {
    description: 'How far a benchmark is; a unit is an item under a masking for an entrant.',
    fields: (t) => ({
      done: t.exposeInt('done', { description: 'Units that are over, failed ones included.' }),
      failed: t.exposeInt('failed', { description: 'Units that failed.' }),
      total: t.exposeInt('total', { description: 'All units.' }),
      secondsLeft: t.exposeInt('secondsLeft', {
        nullable: true,
        description: 'From the pace so far; null where there is none.',
      }),
    }),
  });
}
