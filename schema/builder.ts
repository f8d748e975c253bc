/**
 * The Pothos builder of one schema: which names stand for which domain types.
 *
 * Types are declared by name here so that files of `schema/` can refer to each other's types without importing them.
 */
import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { Problem } from '../src/errors.ts';
import type { NamedMasking } from '../src/service/benchmark-names.ts';
import type { Benchmark, BenchmarkProgress, EntrantRow } from '../src/service/benchmarks.ts';
import type { Comparison } from '../src/service/comparisons.ts';
import type { Dataset } from '../src/service/datasets.ts';
import type {
  Alternative,
  CommittedToken,
  DecoderDescription,
  EffectiveSetting,
  FilledSegment,
  FilledSlot,
  Infill,
  InfillEvent,
  InfillPlan,
  Likelihood,
  PlannedChoice,
  PlannedSlot,
  RunError,
  Scope,
  ScoredInfill,
  ScoredToken,
  ServedPack,
  ServedRole,
  SlotUpdate,
  Timing,
  TokenizedText,
  Usage,
} from '../src/service/service.ts';
import type { Context } from './context.ts';
import type { ExpectedError } from './error.ts';
import type { RankedCandidate } from './infill-candidate.ts';
import type { InfillPage } from './infill-connection.ts';
import type { PageFacts } from './page.ts';
import { scopesOf, unauthorized } from './scopes.ts';
import type { ViewerState } from './viewer.ts';

/** A finite log-likelihood with what it is divided by. */
export type MeasuredLikelihood = Likelihood & {
  /** Of an ELBO, over its draws; null else. */
  readonly standardError: number | null;
  readonly tokenCount: number;
  /** Unicode code points of the fill; null where they are not known. */
  readonly characterCount: number | null;
};

/** What a GraphQL name stands for in this code. */
export type SchemaTypes = {
  Context: Context;
  AuthScopes: Record<Scope, boolean>;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date | number };
    JSON: { Input: NonNullable<unknown> | null; Output: unknown };
    BigInt: { Input: bigint; Output: bigint | number };
  };
  Interfaces: {
    Node: Infill | DecoderDescription | ServedPack | Comparison | Dataset | Benchmark;
    Error: ExpectedError;
    InfillEvent: InfillEvent;
  };
  Objects: {
    Alternative: Alternative;
    Benchmark: Benchmark;
    BenchmarkEntrant: EntrantRow;
    BenchmarkProgress: BenchmarkProgress;
    CommittedToken: CommittedToken;
    Comparison: Comparison;
    Dataset: Dataset;
    Decoder: DecoderDescription;
    DecoderCapabilities: DecoderDescription;
    EffectiveSetting: EffectiveSetting;
    Infill: Infill;
    InfillCandidate: RankedCandidate;
    InfillConnection: InfillPage;
    InfillPlan: InfillPlan;
    Likelihood: MeasuredLikelihood;
    Masking: NamedMasking;
    ModelPack: ServedPack;
    ModelPackRole: ServedRole;
    PageInfo: PageFacts;
    PlannedChoice: PlannedChoice;
    PlannedSlot: PlannedSlot;
    Problem: Problem;
    RunError: RunError;
    ScoredInfill: ScoredInfill;
    ScoredToken: ScoredToken;
    Segment: FilledSegment;
    Slot: FilledSlot;
    SlotUpdate: SlotUpdate;
    Timing: Timing;
    Tokenization: TokenizedText;
    Usage: Usage;
    Viewer: ViewerState;
  };
};

/** The builder of one schema. */
export type Builder = ReturnType<typeof createBuilder>;

/**
 * Makes an empty builder whose fields are non-null unless they say otherwise, and whose `authScopes` name the scope
 * that a field needs; a field without them is for every credential.
 */
export function createBuilder() {
  return new SchemaBuilder<SchemaTypes>({
    plugins: [ScopeAuthPlugin],
    defaultFieldNullability: false,
    scopeAuth: {
      authScopes: scopesOf,
      unauthorizedError: unauthorized,
      // Before a subscription starts work, not with its first event.
      authorizeOnSubscribe: true,
    },
  });
}
