/**
 * What is thrown when a request cannot run, and why decoders refuse one.
 *
 * Knows problems and what decoders declare; finds no problems of texts and numbers.
 */
import { type InfillError, type Problem, problemsError } from '../errors.ts';
import type { LoadedModels, ModelRole } from '../model/models.ts';
import { templateLimits } from '../text/template.ts';
import type { LikelihoodKind, Run } from './decoder.ts';
import type { AnyDecoder, AnyDecoderPlugin } from './registry.ts';

/**
 * One error of all problems, the first `templateLimits.problems` of them.
 *
 * @param problems - at least one.
 */
export function refusal(problems: readonly Problem[]): InfillError {
  return problemsError(problems.slice(0, templateLimits.problems) as [Problem, ...Problem[]]);
}

/** The roles that a decoder needs and the pack lacks. */
export function missingRoles(plugin: AnyDecoderPlugin, models: LoadedModels): ModelRole[] {
  return plugin.roles.filter((role) => models[role] === null);
}

/** What keeps a decoder from running on a pack. */
export function roleProblems(plugin: AnyDecoderPlugin, models: LoadedModels): Problem[] {
  const missing = missingRoles(plugin, models).join(', ');
  if (missing === '') return [];
  const message = `Decoder "${plugin.name}" needs roles that pack "${models.facts.id}" lacks: ${missing}.`;
  return [{ path: ['decoder'], code: 'UNSUPPORTED', message, value: plugin.name, limit: null }];
}

/** Why the decoder refuses a run that is right in all its parts. */
export function runProblems(plugin: AnyDecoderPlugin, run: Run<unknown>): Problem[] {
  const message = plugin.refusal?.(run) ?? null;
  return message === null ? [] : [unsupported(plugin, message)];
}

/** The kind of likelihood that a score gives; never NONE. Null where there is none. */
export function likelihoodOf({
  plugin,
  decoder,
  options,
}: {
  readonly plugin: AnyDecoderPlugin;
  readonly decoder: AnyDecoder;
  readonly options: unknown;
}): Exclude<LikelihoodKind, 'NONE'> | null {
  const kind = plugin.likelihood(options);
  return kind === 'NONE' || decoder.score === undefined ? null : kind;
}

/** What is wrong with a score where its kind is null. */
export function kindProblems(plugin: AnyDecoderPlugin, kind: LikelihoodKind | null): Problem[] {
  if (kind !== null) return [];
  return [unsupported(plugin, `Decoder "${plugin.name}" has no likelihood with these options.`)];
}

function unsupported({ name }: AnyDecoderPlugin, message: string): Problem {
  return { path: ['decoder', name], code: 'UNSUPPORTED', message, value: null, limit: null };
}
