/**
 * Whether packs and plugins are whole, and whether the memory is enough for them.
 */
import { basename } from 'node:path';
import type { Config } from '../../config.ts';
import { builtInDecoders } from '../../decoders.ts';
import { describeExternalDecoders } from '../../external-decoders.ts';
import type { ModelRole } from '../../model/models.ts';
import { packFolders } from '../../pack-folders.ts';
import { loadPackDescription } from '../../packs/load-pack.ts';
import type { Manifest } from '../../packs/manifest.ts';
import { type Finding, failures, notOk, ok } from './finding.ts';
import { mebibytes } from './sizes.ts';

const packsSubject = { group: 'models', subject: 'packs' } as const;
const bytesPerWeight = 4;
/** Of a process with ONNX Runtime and a tokenizer, besides weights and what runs take. */
const processBytes = 256 * 2 ** 20;

/** Checks every pack as a start does, hashes included, and the memory against all of them. */
export async function checkPacks({ modelsDir }: Pick<Config, 'modelsDir'>): Promise<Finding[]> {
  try {
    const checked = await Promise.all(packFolders(modelsDir).map(checkPack));
    const manifests = checked.flatMap(({ manifest }) => (manifest === null ? [] : [manifest]));
    return [
      ...checked.flatMap(({ findings }) => findings),
      checkMemory(manifests, process.availableMemory()),
    ];
  } catch (error) {
    return [...failures(packsSubject, error)];
  }
}

type CheckedPack = { readonly findings: readonly Finding[]; readonly manifest: Manifest | null };

async function checkPack(folder: string): Promise<CheckedPack> {
  const subject = { group: 'models', subject: `pack ${basename(folder)}` } as const;
  try {
    const { manifest } = await loadPackDescription(folder);
    const { id, version, files } = manifest;
    const decoders = decodersOf(manifest).join(', ') || 'none of the built-in ones';
    const message = `${id} ${version}: ${Object.keys(files).length} files are as their hashes say; decoders: ${decoders}`;
    return { findings: [ok(subject, message)], manifest };
  } catch (error) {
    return { findings: failures(subject, error), manifest: null };
  }
}

function decodersOf({ roles }: Manifest): string[] {
  const has = (role: ModelRole) => roles[role] !== undefined;
  return builtInDecoders.descriptions
    .filter((decoder) => decoder.roles.every(has))
    .map(({ name }) => name);
}

/** @param available - bytes that this process may take now. */
export function checkMemory(manifests: readonly Manifest[], available: number): Finding {
  const subject = { group: 'models', subject: 'memory' } as const;
  const needed = manifests.reduce((sum, manifest) => sum + processBytes + weightBytes(manifest), 0);
  const message = `${mebibytes(available)} are free; the packs need about ${mebibytes(needed)}, and what runs take comes on top`;
  if (available >= needed) return ok(subject, message);
  return notOk(subject, 'warning', [
    `${message}.`,
    'Free memory, or serve fewer packs (MODELS_DIR).',
  ]);
}

/** Weights are float32 in memory, however they are stored. */
function weightBytes({ roles: { causal, masked } }: Manifest): number {
  return ((causal?.parameterCount ?? 0) + (masked?.parameterCount ?? 0)) * bytesPerWeight;
}

/** Loads each plugin in a process of its own, as a start does. */
export async function checkPlugins({ plugins }: Pick<Config, 'plugins'>): Promise<Finding[]> {
  const subject = { group: 'models', subject: 'plugins' } as const;
  if (plugins.length === 0) return [ok(subject, 'PLUGINS names none')];
  try {
    const builtIn = builtInDecoders.descriptions;
    const decoders = await describeExternalDecoders(plugins, { builtIn });
    return decoders.map(({ specifier, description }) =>
      ok(
        { group: 'models', subject: `plugin ${basename(specifier)}` },
        `decoder ${description.name}`,
      ),
    );
  } catch (error) {
    return [...failures(subject, error)];
  }
}
