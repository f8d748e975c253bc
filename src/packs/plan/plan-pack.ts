/**
 * What a pack of two checkpoints would be, from configurations and tokenizers alone.
 *
 * Asks the code that builds packs wherever it can, so that a plan says what a build does. What a build would refuse is
 * collected and told at once.
 */
import { InfillError } from '../../errors.ts';
import type { ModelShape } from '../architectures/model-plan.ts';
import { bannedIds } from '../build-pack.ts';
import type { SharedVocabulary } from '../checkpoint/shared-vocabulary.ts';
import { tokenizerFileName } from '../manifest.ts';
import type { Precision } from '../onnx/check-quantised.ts';
import { describeRoles, graphFileNames } from '../role-manifest.ts';
import type { RoleName } from '../role-source.ts';
import { Findings } from './findings.ts';
import {
  type PlannedDrawing,
  type PlannedFiles,
  type PlannedFusion,
  planFiles,
  planFusion,
} from './plan-files.ts';
import type { DrawnModel, ParameterCounts } from './plan-model.ts';
import {
  isComplete,
  openPlanSource,
  type PlanSource,
  shareTokenizers,
  sizeOfTokenizer,
} from './plan-source.ts';
import { type RunMemory, runMemory, type SizedModel } from './run-memory.ts';
import { compareVocabularies, type VocabularyOverlap } from './vocabulary-overlap.ts';

/** What is planned. */
export type PlanPackOptions = {
  /** Folders with `config.json` and, where there is one, `tokenizer.json`; at least one. */
  readonly causalFolder?: string | undefined;
  readonly maskedFolder?: string | undefined;
  /** Positions the models are used with; those of their configurations by default. */
  readonly context?: number | undefined;
  /** Of the models' matrices in memory; f32 by default. */
  readonly precision?: Precision | undefined;
  /** Text of the mask token, for a checkpoint that does not name it. */
  readonly maskToken?: string | undefined;
};

/** One model of the pack. */
export type PlannedModel = {
  readonly role: RoleName;
  readonly name: string;
  readonly architecture: string;
  readonly shape: ModelShape;
  /** Rows of its embedding. */
  readonly vocabularyRows: number;
  readonly contextLength: number;
  readonly parameters: ParameterCounts;
};

/** A pack, planned. */
export type PackPlan = {
  /** The causal one first; those that no graph can be drawn for are not among them. */
  readonly models: readonly PlannedModel[];
  /** V: the shared ids; while they are not known, the rows that all embeddings have. */
  readonly vocabularySize: number;
  /** Ids that no slot may have; null while they are not known. */
  readonly bannedCount: number | null;
  /** Null unless both tokenizers are known. */
  readonly overlap: VocabularyOverlap | null;
  readonly fusion: PlannedFusion | null;
  readonly files: readonly PlannedFiles[];
  readonly memory: readonly RunMemory[];
  /** Why a build would refuse: full sentences; none for a pack that can be built. */
  readonly problems: readonly string[];
  /** What the plan could not look at. */
  readonly notes: readonly string[];
};

/** Plans a pack. @throws InfillError INVALID_OPTION without a checkpoint, or for a context that does not fit. */
export async function planPack(options: PlanPackOptions): Promise<PackPlan> {
  const findings = new Findings();
  const sources = await openSources(options, findings);
  const shared = await shareTokenizers(sources, findings);
  const vocabularySize =
    shared?.size ?? Math.min(...sources.map((source) => source.plan.vocabularyRows));
  const drawings = sources.length === 0 ? [] : planFiles(sources, vocabularySize);
  const models = drawings[0]?.models ?? [];
  const bannedCount = await countBanned(models, shared, options.maskToken ?? null, findings);
  const tokenizerSize = await sizeOfTokenizer(sources, shared, findings);
  return {
    models: models.map(describeModel),
    vocabularySize: sources.length === 0 ? 0 : vocabularySize,
    bannedCount,
    overlap: overlapOf(sources),
    fusion: fusionOf(sources, vocabularySize),
    files: drawings.map(({ storage, precision, files }) => ({
      storage,
      precision,
      files: tokenizerSize === null ? files : { ...files, [tokenizerFileName]: tokenizerSize },
    })),
    memory: memoryOf(drawings, vocabularySize, options.precision ?? 'f32'),
    problems: findings.problems,
    notes: findings.notes,
  };
}

async function openSources(
  { causalFolder, maskedFolder, context }: PlanPackOptions,
  findings: Findings,
): Promise<PlanSource[]> {
  if (causalFolder === undefined && maskedFolder === undefined) {
    const message = 'A plan needs a causal or a masked checkpoint; none is given.';
    throw new InfillError('INVALID_OPTION', message);
  }
  const opened = [
    await openPlanSource('causal', causalFolder, context, findings),
    await openPlanSource('masked', maskedFolder, context, findings),
  ];
  return opened.filter((source) => source !== null);
}

type DrawnSource = PlanSource & { readonly drawn: DrawnModel };

/** Looks for the special ids on the way, which a build would refuse to go without. */
async function countBanned(
  models: readonly DrawnSource[],
  shared: SharedVocabulary | null,
  maskToken: string | null,
  findings: Findings,
): Promise<number | null> {
  const specials: ReturnType<typeof describeRoles>[] = [];
  for (const { drawn, ...source } of models.filter(isComplete)) {
    // One by one: what is missing in one model does not hide what is missing in the other.
    const result = { ...source, parameterCount: drawn.parameterCount };
    const roles = await findings.of(() => describeRoles([result], 'f32', maskToken));
    if (roles !== null) specials.push(roles);
  }
  if (shared === null || specials.length < models.length) return null;
  return bannedIds(shared, Object.assign({}, ...specials)).length;
}

function describeModel(source: DrawnSource): PlannedModel {
  const { role, checkpoint, architecture, plan, contextLength, drawn } = source;
  const { shape, vocabularyRows } = plan;
  return {
    role,
    name: checkpoint.name,
    architecture: architecture.name,
    shape,
    vocabularyRows,
    contextLength,
    parameters: drawn.parameters,
  };
}

function overlapOf(sources: readonly PlanSource[]): VocabularyOverlap | null {
  const [causal, masked] = sources.filter(isComplete);
  return causal && masked ? compareVocabularies(causal.tokenizer, masked.tokenizer) : null;
}

function fusionOf([causal, masked]: readonly PlanSource[], size: number): PlannedFusion | null {
  if (causal === undefined || masked === undefined) return null;
  return planFusion([causal.plan.shape.hiddenSize, masked.plan.shape.hiddenSize], size);
}

/** At each length worth a look. */
function memoryOf(
  drawings: readonly PlannedDrawing<PlanSource>[],
  vocabularySize: number,
  precision: Precision,
): RunMemory[] {
  const drawing = drawings.find((each) => each.precision === precision);
  if (drawing === undefined) return [];
  const { models, graphs } = drawing;
  const sized = models.map(({ role, plan: { shape } }): SizedModel => {
    const names = Object.values(graphFileNames(role));
    return { role, shape, graphs: names.flatMap((name) => graphs.get(name) ?? []) };
  });
  return contextsOf(models).map((length) => runMemory(sized, vocabularySize, length));
}

const contexts = [128, 512, 2048, 8192, 32_768];

/** Those below the longest prompt, and the longest. */
function contextsOf(sources: readonly PlanSource[]): number[] {
  const longest = Math.min(...sources.map(({ contextLength }) => contextLength));
  return [...contexts.filter((length) => length < longest), longest];
}
