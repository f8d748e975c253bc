/**
 * What clients are told of a pack, from its checked manifest.
 *
 * Knows both vocabularies, that of manifests and that of the API; opens nothing.
 */
import type { DecoderRegistry } from './decoding/registry.ts';
import type { Device, ServedPack, ServedRole } from './dispatch/dispatcher.ts';
import type { CausalManifest, Manifest, MaskedManifest } from './packs/manifest.ts';

const bytesPerWeight = { f16: 2, f32: 4 } as const;

/** Describes a pack that runs on `device`, with the decoders of `registry` whose roles it has. */
export function servedPack(
  manifest: Manifest,
  device: Device,
  registry: DecoderRegistry,
): ServedPack {
  const { id, version, digest, licence, card, vocabularySize } = manifest;
  const { causal, masked } = manifest.roles;
  const roles = servedRoles(manifest);
  const contexts = [causal, masked].flatMap((role) => (role ? [role.usableContextLength] : []));
  const isServed = (role: string) => roles.some((served) => served.role === role);
  const decoders = registry.descriptions.filter((decoder) => decoder.roles.every(isServed));
  return {
    id,
    version,
    digest,
    license: licence,
    card,
    roles,
    vocabularySize,
    contextLength: Math.min(...contexts),
    device,
    decoderNames: decoders.map(({ name }) => name),
  };
}

function servedRoles({ roles: { causal, masked, fusion } }: Manifest): readonly ServedRole[] {
  return [
    ...(causal ? [modelRole('causal', causal)] : []),
    ...(masked ? [modelRole('masked', masked)] : []),
    // The untrained fusion has no weights of its own; it reads the hidden states of both models.
    ...(fusion && causal && masked
      ? [
          {
            role: 'fusion' as const,
            architecture: fusion.kind,
            parameters: 0,
            precision: causal.precision,
            hiddenSize: causal.hiddenSize + masked.hiddenSize,
            sizeBytes: 0,
          },
        ]
      : []),
  ];
}

function modelRole(role: 'causal' | 'masked', model: CausalManifest | MaskedManifest): ServedRole {
  const { architecture, parameterCount, precision, hiddenSize, storage } = model;
  const sizeBytes = parameterCount * bytesPerWeight[storage];
  return { role, architecture, parameters: parameterCount, precision, hiddenSize, sizeBytes };
}
