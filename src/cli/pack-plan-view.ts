/**
 * A planned pack in words and tables.
 *
 * Knows layout; computes nothing but totals.
 */
import type { Precision } from '../packs/onnx/check-quantised.ts';
import type { PlannedFiles, PlannedFusion } from '../packs/plan/plan-files.ts';
import type { PackPlan, PlannedModel } from '../packs/plan/plan-pack.ts';
import type { RunMemory } from '../packs/plan/run-memory.ts';
import type { DifferingToken, VocabularyOverlap } from '../packs/plan/vocabulary-overlap.ts';
import { bytesText } from './bytes-text.ts';
import { figures } from './table.ts';

/** The whole plan; sections that there is nothing to say in are left out. @param precision - that its memory is told for. */
export function describePackPlan(plan: PackPlan, precision: Precision): string {
  const sections = [
    section('PROBLEMS', plan.problems),
    section('MODELS', modelLines(plan.models)),
    section('PARAMETERS', parameterLines(plan.models)),
    section('VOCABULARY', vocabularyLines(plan)),
    section('FUSION', fusionLines(plan.fusion, plan.vocabularySize)),
    section('FILES', fileLines(plan)),
    section('MEMORY', memoryLines(plan.memory, precision)),
    section('NOTES', plan.notes),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

function section(heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [heading, ...lines.map((line) => `  ${line}`)].join('\n');
}

function modelLines(models: readonly PlannedModel[]): string[] {
  return models.flatMap(({ role, name, architecture, shape, vocabularyRows, contextLength }) => {
    const { layerCount, hiddenSize, headCount, keyValueHeadCount, headSize } = shape;
    const shared = keyValueHeadCount === headCount ? '' : ` over ${keyValueHeadCount}`;
    return [
      `${role}: ${name}, ${architecture}`,
      `  ${layerCount} layers of ${hiddenSize}, ${headCount} heads of ${headSize}${shared}; ${whole(vocabularyRows)} embeddings; ${whole(contextLength)} positions`,
    ];
  });
}

function parameterLines(models: readonly PlannedModel[]): string[] {
  if (models.length === 0) return [];
  const row = (name: string, countOf: (model: PlannedModel) => number) => [
    name,
    ...models.map((model) => whole(countOf(model))),
  ];
  const rows = [
    ['', ...models.map(({ role }) => role)],
    row('embedding', ({ parameters }) => parameters.embedding),
    row('backbone', ({ parameters }) => parameters.backbone),
    row('head', ({ parameters }) => parameters.head),
    row('total', ({ parameters }) => parameters.total),
  ];
  const tied = models.filter(({ parameters }) => parameters.tied).map(({ role }) => role);
  const note = tied.length === 0 ? [] : [`the head is the embedding: ${tied.join(', ')}`];
  return [...figures(rows), ...note];
}

function vocabularyLines({ models, vocabularySize, bannedCount, overlap }: PackPlan): string[] {
  if (models.length === 0) return [];
  const banned = bannedCount === null ? '' : `, ${whole(bannedCount)} of them banned from slots`;
  return [`${whole(vocabularySize)} ids in the pack${banned}`, ...overlapLines(overlap)];
}

function overlapLines(overlap: VocabularyOverlap | null): string[] {
  if (overlap === null) return [];
  const { causalTokens, maskedTokens, agreeing, differing, onlyCausal, onlyMasked } = overlap;
  return [
    `tokens: ${whole(causalTokens)} of the causal model, ${whole(maskedTokens)} of the masked one`,
    `ids: ${whole(agreeing)} agree, ${whole(differing)} differ, ${whole(onlyCausal)} only causal, ${whole(onlyMasked)} only masked`,
    ...overlap.examples.map(exampleLine),
  ];
}

function exampleLine({ id, causal, masked }: DifferingToken): string {
  const text = (token: string | null) => (token === null ? 'none' : JSON.stringify(token));
  return `  id ${id}: causal ${text(causal)}, masked ${text(masked)}`;
}

function fusionLines(fusion: PlannedFusion | null, vocabularySize: number): string[] {
  if (fusion === null) return [];
  const { width, parameterCount, files } = fusion;
  const sizes = files.map((each) => `${bytesText(sizeOf(each))} as ${formOf(each)}`);
  return [
    'untrained: the mean of both heads, no file of its own',
    `trained: ${whole(vocabularySize)} × ${whole(width)} weights and ${whole(vocabularySize)} biases, ${whole(parameterCount)} in all:`,
    `  ${sizes.join(', ')}`,
  ];
}

function fileLines({ files }: PackPlan): string[] {
  if (files.length === 0) return [];
  const names = Object.keys(files[0]?.files ?? {});
  const row = (name: string, sizeIn: (each: PlannedFiles) => number) => [
    name,
    ...files.map((each) => bytesText(sizeIn(each))),
  ];
  return [
    ...figures([
      ['', ...files.map(formOf)],
      ...names.map((name) => row(name, (each) => each.files[name] ?? 0)),
      row('total', sizeOf),
    ]),
    'f16 only where every weight is a float16 exactly; int8 and int4 by --precision',
  ];
}

function memoryLines(memory: readonly RunMemory[], precision: Precision): string[] {
  if (memory.length === 0) return [];
  const headings = ['CONTEXT', 'WEIGHTS', 'KV CACHE', 'HIDDEN', 'LOGITS', 'PASSES', 'TOTAL'];
  const rows = memory.map((each) => [
    whole(each.contextLength),
    ...[each.weights, each.cache, each.hiddenStates, each.logits, each.passes, each.total].map(
      bytesText,
    ),
  ]);
  return [
    ...figures([headings, ...rows]),
    `one run with every position open; weights as ${precision}, once for all runs of a worker`,
    'a trained fusion adds its own',
  ];
}

/** What a form of a pack is called. */
function formOf({ storage, precision }: PlannedFiles): string {
  return precision === 'f32' ? storage : precision;
}

function sizeOf({ files }: PlannedFiles): number {
  return Object.values(files).reduce((sum, size) => sum + size, 0);
}

function whole(count: number): string {
  return count.toLocaleString('en-US');
}
