/**
 * Checks a pack folder and tells where its graphs are, before ONNX Runtime sees a byte of them.
 *
 * A pack is hostile input. What is here compares the folder with its manifest, and the manifest with itself; graphs
 * have a file of their own. Hashes prove that a pack is whole, not where it comes from.
 */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InfillError } from '../errors.ts';
import type { PackFacts } from '../model/models.ts';
import type { PackDescription } from '../model/pack-description.ts';
import { checkPackGraphs } from './check-pack-graphs.ts';
import {
  fusionWeightsFileName,
  lossCurveFileName,
  type Manifest,
  manifestFileName,
  packDigest,
  parseManifest,
  specialIds,
  tokenizerFileName,
} from './manifest.ts';
import { weightsFileName } from './onnx/graph-builder.ts';
import { hashFile } from './pack-folder.ts';
import { readJson, requireRegularFile } from './regular-file.ts';

/** A checked pack. */
export type LoadedPack = {
  readonly description: PackDescription;
  readonly manifest: Manifest;
  /** Absolute. */
  readonly tokenizerPath: string;
};

const maxManifestBytes = 4 * 1024 * 1024;

/**
 * Checks everything in `folder`.
 *
 * @throws InfillError INVALID_PACK naming the file and the fact that is wrong.
 */
export async function loadPackDescription(folder: string): Promise<LoadedPack> {
  const root = resolve(folder);
  const manifestFile = await requireRegularFile(root, manifestFileName, 'INVALID_PACK');
  const json = await readJson(manifestFile, maxManifestBytes, 'INVALID_PACK');
  checkFormatVersion(json);
  const manifest = parseManifest(json, 'INVALID_PACK');
  checkFileList(manifest);
  await checkFiles(root, manifest);
  if (packDigest(manifest) !== manifest.digest) {
    throw invalid('its digest is not that of its facts; pack.json was changed');
  }
  checkIds(manifest);
  checkContexts(manifest);
  await checkPackGraphs(root, manifest);
  return {
    description: describe(root, manifest),
    manifest,
    tokenizerPath: join(root, tokenizerFileName),
  };
}

/** Before the schema, which would complain about every field that a later format has. */
function checkFormatVersion(json: unknown): void {
  if (typeof json !== 'object' || json === null || !('formatVersion' in json)) {
    throw invalid('it has no formatVersion');
  }
  if (json.formatVersion !== 1) {
    throw invalid(
      `its formatVersion is ${JSON.stringify(json.formatVersion)}; this program reads 1`,
    );
  }
}

/** A pack has the files that its roles name, the weights and the tokenizer, and no others. */
function checkFileList({ roles, files }: Manifest): void {
  const { causal, masked } = roles;
  if (!causal && !masked) throw invalid('it has neither a causal nor a masked role');
  if (roles.fusion && !(causal && masked)) throw invalid('its fusion lacks a role to fuse');
  const graphs = [causal, masked].flatMap((role) => (role ? [role.backbone, role.head] : []));
  const needed = new Set([...graphs, ...fusionFiles(roles), tokenizerFileName, weightsFileName]);
  const missing = [...needed].find((name) => !Object.hasOwn(files, name));
  if (missing !== undefined) throw invalid(`it does not list ${missing}`);
  const allowed = roles.fusion?.kind === 'linear' ? lossCurveFileName : null;
  const surplus = Object.keys(files).find((name) => !needed.has(name) && name !== allowed);
  if (surplus !== undefined) throw invalid(`it lists ${surplus}, which no role needs`);
}

function fusionFiles({ fusion }: Manifest['roles']): string[] {
  if (fusion?.kind !== 'linear') return [];
  return [fusion.causalHead, fusion.maskedHead, fusionWeightsFileName];
}

async function checkFiles(root: string, { files }: Manifest): Promise<void> {
  for (const name of await readdir(root)) {
    if (name !== manifestFileName && !Object.hasOwn(files, name)) {
      throw new InfillError('INVALID_PACK', `${name} does not belong to the pack.`);
    }
  }
  for (const [name, { size, sha256 }] of Object.entries(files)) {
    const file = await requireRegularFile(root, name, 'INVALID_PACK');
    if (file.size !== size) {
      throw new InfillError(
        'INVALID_PACK',
        `${name} has ${file.size} bytes; pack.json says ${size}.`,
      );
    }
    if ((await hashFile(file.path)) !== sha256) {
      throw new InfillError(
        'INVALID_PACK',
        `${name} is damaged: its sha256 is not the one in pack.json.`,
      );
    }
  }
}

function checkIds({ vocabularySize, bannedIds, roles }: Manifest): void {
  const outside = bannedIds.find((id) => id >= vocabularySize);
  if (outside !== undefined) {
    throw invalid(`its banned id ${outside} is not below the vocabulary size ${vocabularySize}`);
  }
  if (new Set(bannedIds).size !== bannedIds.length) throw invalid('it bans an id twice');
  if (bannedIds.length === vocabularySize) throw invalid('it bans every id');
  const allowed = specialIds(roles).find((id) => id < vocabularySize && !bannedIds.includes(id));
  if (allowed !== undefined) throw invalid(`its special id ${allowed} is not banned`);
}

/** Rotary tables reach as far as the trained context; a longer prompt would read beyond them. */
function checkContexts({ roles: { causal, masked } }: Manifest): void {
  const frames = [
    { role: causal, frameLength: 1 },
    { role: masked, frameLength: masked ? masked.prefixIds.length + masked.suffixIds.length : 0 },
  ];
  for (const { role, frameLength } of frames) {
    if (role && role.usableContextLength + frameLength > role.trainedContextLength) {
      throw invalid(
        `a usable context of ${role.usableContextLength} and a frame of ${frameLength} exceed the trained ${role.trainedContextLength}`,
      );
    }
  }
}

function describe(root: string, manifest: Manifest): PackDescription {
  const { causal, masked, fusion } = manifest.roles;
  return {
    facts: factsOf(manifest),
    causal: causal
      ? {
          backbonePath: join(root, causal.backbone),
          headPath: join(root, causal.head),
          layerCount: causal.layerCount,
          keyValueHeadCount: causal.keyValueHeadCount,
          headSize: causal.headSize,
          hiddenSize: causal.hiddenSize,
        }
      : null,
    masked: masked
      ? {
          backbonePath: join(root, masked.backbone),
          headPath: join(root, masked.head),
          hiddenSize: masked.hiddenSize,
          prefixIds: masked.prefixIds,
          suffixIds: masked.suffixIds,
        }
      : null,
    fusion: fusion ? fusionOf(root, fusion) : null,
  };
}

function fusionOf(
  root: string,
  fusion: NonNullable<Manifest['roles']['fusion']>,
): PackDescription['fusion'] {
  if (fusion.kind === 'mean-of-heads') return fusion;
  const { kind, causalHead, maskedHead } = fusion;
  return { kind, causalPath: join(root, causalHead), maskedPath: join(root, maskedHead) };
}

function factsOf(manifest: Manifest): PackFacts {
  const { causal, masked } = manifest.roles;
  const contexts = [causal, masked].flatMap((role) => (role ? [role.usableContextLength] : []));
  return {
    id: manifest.id,
    version: manifest.version,
    digest: manifest.digest,
    vocabularySize: manifest.vocabularySize,
    contextLength: Math.min(...contexts),
    // Without the masked role nothing reads it.
    maskId: masked?.maskId ?? null,
    bannedIds: manifest.bannedIds,
    startId: causal?.startId ?? null,
    lengthBias: masked?.lengthBias ?? null,
  };
}

function invalid(what: string): InfillError {
  return new InfillError('INVALID_PACK', `${manifestFileName} is invalid: ${what}.`);
}
