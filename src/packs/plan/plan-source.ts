/**
 * A checkpoint as a plan reads it: configuration, and the tokenizer where there is one.
 */
import { findCheckpointFile } from '../checkpoint/checkpoint-file.ts';
import { type SharedVocabulary, shareVocabulary } from '../checkpoint/shared-vocabulary.ts';
import { readTokenizerFacts, type TokenizerFacts } from '../checkpoint/tokenizer-facts.ts';
import { packTokenizer } from '../checkpoint/write-tokenizer.ts';
import { tokenizerFileName } from '../manifest.ts';
import { checkTokenizer, type RoleName } from '../role-source.ts';
import type { Findings } from './findings.ts';
import { type ConfiguredModel, openConfiguredModel } from './plan-model.ts';

/** One checkpoint. */
export type PlanSource = ConfiguredModel & {
  /** Null where it has none, or none that can be used. */
  readonly tokenizer: TokenizerFacts | null;
};

/** Opens the checkpoint in `folder`; null without one, or when no graph can be drawn for it. */
export async function openPlanSource(
  role: RoleName,
  folder: string | undefined,
  context: number | undefined,
  findings: Findings,
): Promise<PlanSource | null> {
  if (folder === undefined) return null;
  const model = await findings.of(() => openConfiguredModel(role, folder, context));
  if (model === null) return null;
  const tokenizer = await findings.of(() => readTokenizer(model, findings));
  return { ...model, tokenizer };
}

/** What the tokenizers share; null while one is not there, or when they do not match. */
export async function shareTokenizers(
  sources: readonly PlanSource[],
  findings: Findings,
): Promise<SharedVocabulary | null> {
  const complete = sources.filter(isComplete);
  if (complete.length < sources.length || complete.length === 0) return null;
  return findings.of(() => shareVocabulary(complete.map(({ tokenizer }) => tokenizer)));
}

/** Bytes of the tokenizer that a pack would have; null while it is not known. */
export async function sizeOfTokenizer(
  [first]: readonly PlanSource[],
  shared: SharedVocabulary | null,
  findings: Findings,
): Promise<number | null> {
  const tokenizer = first?.tokenizer ?? null;
  if (tokenizer === null || shared === null) return null;
  return findings.of(async () => (await packTokenizer(tokenizer, shared)).length);
}

/** Whether its tokenizer is there. */
export function isComplete<S extends PlanSource>(
  source: S,
): source is S & { readonly tokenizer: TokenizerFacts } {
  return source.tokenizer !== null;
}

async function readTokenizer(
  model: ConfiguredModel,
  findings: Findings,
): Promise<TokenizerFacts | null> {
  const { folder, name } = model.checkpoint;
  if ((await findCheckpointFile(folder, tokenizerFileName)) === null) {
    findings.notes.push(`${name} has no ${tokenizerFileName}: vocabularies are not compared.`);
    return null;
  }
  const tokenizer = await readTokenizerFacts(folder);
  checkTokenizer(model, tokenizer);
  return tokenizer;
}
