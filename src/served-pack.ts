/**
 * What clients are told of a pack, from its checked manifest.
 *
 * Knows both vocabularies, that of manifests and that of the API; opens nothing.
 */
import type { ServedPack, ServedRole } from './dispatch/dispatcher.ts';
import type { CausalManifest, Manifest, MaskedManifest } from './packs/manifest.ts';

const bytesPerWeight = { f16: 2, f32: 4 } as const;

/** What a worker knows of its pack besides the manifest. */
export type ServedWith = Pick<ServedPack, 'device' | 'decoderNames' | 'maskToken'>;

/** Describes a pack as it is served. */
export function servedPack(manifest: Manifest, servedWith: ServedWith): ServedPack {
  const { id, version, digest, licence, card, vocabularySize } = manifest;
  const { causal, masked } = manifest.roles;
  const contexts = [causal, masked].flatMap((role) => (role ? [role.usableContextLength] : []));
  return {
    id,
    version,
    digest,
    license: licence,
    card,
    roles: servedRoles(manifest),
    vocabularySize,
    vocabularyDigest: manifest.files['tokenizer.json']?.sha256,
    contextLength: Math.min(...contexts),
    ...servedWith,
  };
}

function servedRoles({ roles: { causal, masked, fusion } }: Manifest): readonly ServedRole[] {
  return [
    ...(causal ? [modelRole('causal', causal)] : []),
    ...(masked ? [modelRole('masked', masked)] : []),
    // It reads the hidden states of both models.
    ...(fusion && causal && masked
      ? [
          {
            role: 'fusion' as const,
            architecture: fusion.kind,
            ...fusionSize(fusion),
            precision: causal.precision,
            hiddenSize: causal.hiddenSize + masked.hiddenSize,
          },
        ]
      : []),
  ];
}

/** The untrained fusion has no weights of its own. */
function fusionSize(fusion: NonNullable<Manifest['roles']['fusion']>) {
  if (fusion.kind === 'mean-of-heads') return { parameters: 0, sizeBytes: 0 };
  const { parameterCount, storage } = fusion;
  return { parameters: parameterCount, sizeBytes: parameterCount * bytesPerWeight[storage] };
}

function modelRole(role: 'causal' | 'masked', model: CausalManifest | MaskedManifest): ServedRole {
  const { architecture, parameterCount, precision, hiddenSize, storage } = model;
  const sizeBytes = parameterCount * bytesPerWeight[storage];
  return { role, architecture, parameters: parameterCount, precision, hiddenSize, sizeBytes };
}
