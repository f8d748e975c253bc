/**
 * What the author of a decoder plugin needs: the contract, and what the built-in decoders draw and report with.
 *
 * Nothing here knows ONNX Runtime, a file or a process.
 */
export type {
  AlternativeToken,
  Decoder,
  DecoderCapabilities,
  DecoderFeature,
  DecoderPlugin,
  DecoderState,
  Fill,
  LikelihoodKind,
  PassCounts,
  Run,
  Score,
  ScoreOptions,
  StepResult,
} from './decoding/decoder.ts';
export { drawnLogits, drawnProbsInto, fillOf, logProbOf } from './decoding/distribution.ts';
export { knownIds, openPositions } from './decoding/positions.ts';
export type { SamplingParams, SamplingSetting } from './decoding/sampling-params.ts';
export type { TokenRules } from './decoding/token-rules.ts';
export { InfillError } from './errors.ts';
export type {
  CausalModel,
  FusionHead,
  KvCache,
  LoadedModels,
  MaskedModel,
  ModelRole,
  PackFacts,
} from './model/models.ts';
export { keyedUniform } from './numerics/keyed-random.ts';
export { argmax, inverseCdf } from './numerics/sampling.ts';
