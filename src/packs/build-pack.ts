/**
 * Builds a pack from checkpoint folders.
 *
 * Knows the order of the work; each part of it has its own file. The same folders and options give the same bytes.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfillError } from '../errors.ts';
import { type SharedVocabulary, shareVocabulary } from './checkpoint/shared-vocabulary.ts';
import { writeTokenizer } from './checkpoint/write-tokenizer.ts';
import { drawRole } from './draw-role.ts';
import {
  type DigestedFacts,
  formatVersion,
  type Manifest,
  manifestFileName,
  packDigest,
  packIdPattern,
  parseManifest,
  specialIds,
  tokenizerFileName,
} from './manifest.ts';
import type { Precision } from './onnx/check-quantised.ts';
import { weightsFileName } from './onnx/graph-builder.ts';
import { checkNewFolder, createFolder, describeFiles, hashFile } from './pack-folder.ts';
import { fillQuantisedPack, type QuantisedPrecision } from './quantise/quantise-pack.ts';
import { describeRoles, graphFileNames, type RoleResult } from './role-manifest.ts';
import { openRoleSource, type RoleSource } from './role-source.ts';
import { WeightLayout, type WeightStorage } from './weight-layout.ts';

/** What a pack is built from. */
export type BuildPackOptions = {
  /** Checkpoint folders; at least one. */
  readonly causalFolder?: string | undefined;
  readonly maskedFolder?: string | undefined;
  /** Must not exist. */
  readonly outFolder: string;
  readonly storage: WeightStorage;
  /** Of the models' matrices; f32 by default. */
  readonly precision?: Precision | undefined;
  readonly id: string;
  readonly version: string;
  readonly licence: string;
  /** What the pack is, for people. */
  readonly card: string;
  /** Program and version that builds, for provenance. */
  readonly tool: string;
  /** ISO 8601 in UTC; passed in, so that two builds can be equal. */
  readonly builtAt: string | null;
  /** Where the checkpoints come from, for provenance. */
  readonly notes: string;
  /** Positions each model was trained on, its frame included; the configuration's maximum by default. */
  readonly causalContext?: number | undefined;
  readonly maskedContext?: number | undefined;
  /** Text of the mask token, for a checkpoint that does not name it. */
  readonly maskToken?: string | undefined;
};

/**
 * Builds the pack and returns its manifest.
 *
 * @throws InfillError INVALID_CHECKPOINT, UNSUPPORTED_CHECKPOINT, INVALID_OPTION or CONFLICT; nothing is left behind then.
 */
export async function buildPack(options: BuildPackOptions): Promise<Manifest> {
  checkId(options.id);
  const [first, ...others] = await openSources(options);
  if (first === undefined) {
    throw new InfillError(
      'INVALID_OPTION',
      'A pack needs a causal or a masked checkpoint; none is given.',
    );
  }
  const sources: RoleSources = [first, ...others];
  const vocabulary = shareVocabulary(sources.map((source) => source.tokenizer));
  const { precision = 'f32' } = options;
  return createFolder(options.outFolder, (folder) =>
    precision === 'f32'
      ? fillPack(folder, sources, vocabulary, options)
      : fillInTwoSteps(folder, precision, (float) => fillPack(float, sources, vocabulary, options)),
  );
}

/** The pack in float lies in the folder while it is quantised: there is one way to quantise. */
async function fillInTwoSteps(
  folder: string,
  precision: QuantisedPrecision,
  fillFloat: (folder: string) => Promise<Manifest>,
): Promise<Manifest> {
  const float = join(folder, 'float');
  await mkdir(float);
  const { id, provenance } = await fillFloat(float);
  const options = { folder: float, precision, id, tool: provenance.tool };
  const manifest = await fillQuantisedPack(folder, options);
  await rm(float, { recursive: true });
  return manifest;
}

/**
 * Checks what a pack will be called and where it will lie: for callers that have something long to do before they build.
 *
 * @throws InfillError INVALID_OPTION or CONFLICT.
 */
export async function checkTarget({
  id,
  outFolder,
}: Pick<BuildPackOptions, 'id' | 'outFolder'>): Promise<void> {
  checkId(id);
  await checkNewFolder(outFolder);
}

/** Before the work: a large checkpoint takes minutes to convert. */
function checkId(id: string): void {
  if (packIdPattern.test(id)) return;
  const rule = 'lower-case letters, digits and hyphens, at most 64, no hyphen first';
  throw new InfillError('INVALID_OPTION', `The id of a pack is "${id}"; it must be ${rule}.`);
}

type RoleSources = readonly [RoleSource, ...RoleSource[]];

async function openSources(options: BuildPackOptions): Promise<RoleSource[]> {
  const { causalFolder, maskedFolder, causalContext, maskedContext } = options;
  const sources: RoleSource[] = [];
  if (causalFolder !== undefined)
    sources.push(await openRoleSource('causal', causalFolder, causalContext));
  if (maskedFolder !== undefined)
    sources.push(await openRoleSource('masked', maskedFolder, maskedContext));
  return sources;
}

async function fillPack(
  folder: string,
  sources: RoleSources,
  vocabulary: SharedVocabulary,
  options: BuildPackOptions,
): Promise<Manifest> {
  const layout = new WeightLayout(options.storage);
  const results: RoleResult[] = [];
  for (const source of sources) {
    results.push(await writeGraphs(folder, source, layout, vocabulary.size));
  }
  const roles = describeRoles(results, options.storage, options.maskToken ?? null);
  await layout.write(join(folder, weightsFileName));
  await writeTokenizer(join(folder, tokenizerFileName), sources[0].tokenizer, vocabulary);
  const graphNames = sources.flatMap(({ role }) => Object.values(graphFileNames(role)));
  const facts: DigestedFacts = {
    formatVersion,
    vocabularySize: vocabulary.size,
    bannedIds: bannedIds(vocabulary, roles),
    roles,
    files: await describeFiles(folder, [...graphNames, tokenizerFileName, weightsFileName]),
  };
  const manifest: Manifest = {
    ...facts,
    id: options.id,
    version: options.version,
    digest: packDigest(facts),
    licence: options.licence,
    card: options.card,
    provenance: await provenanceOf(sources, options),
    evaluation: [],
  };
  await writeManifest(folder, manifest);
  return manifest;
}

/** Ascending, below V. A tokenizer need not mark the ids that its model uses as special. */
export function bannedIds(
  { size, bannedIds: unshared }: SharedVocabulary,
  roles: Manifest['roles'],
): number[] {
  const inside = specialIds(roles).filter((id) => id < size);
  return [...new Set([...unshared, ...inside])].sort((a, b) => a - b);
}

async function writeGraphs(
  folder: string,
  source: RoleSource,
  layout: WeightLayout,
  vocabularySize: number,
): Promise<RoleResult> {
  const drawn = drawRole(source, layout, { contextLength: source.contextLength, vocabularySize });
  const names = graphFileNames(source.role);
  await writeFile(join(folder, names.backbone), drawn.backbone);
  await writeFile(join(folder, names.head), drawn.head);
  return { ...source, parameterCount: drawn.parameterCount };
}

async function provenanceOf(
  sources: readonly RoleSource[],
  { tool, builtAt, notes }: BuildPackOptions,
): Promise<Manifest['provenance']> {
  const checkpoints = [];
  for (const { role, checkpoint } of sources) {
    const config = await hashFile(join(checkpoint.folder, 'config.json'));
    checkpoints.push({ role, folder: checkpoint.name, config });
  }
  return { checkpoints, tool, builtAt, notes };
}

/** Checked by the schema that reads it back, so that a bad id or licence text fails the build. */
async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const checked = parseManifest(manifest, 'INVALID_OPTION');
  await writeFile(join(folder, manifestFileName), `${JSON.stringify(checked, null, 2)}\n`);
}
