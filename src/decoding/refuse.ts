/**
 * What is thrown when a request cannot run.
 *
 * Knows problems and what decoders declare; finds no problems itself.
 */
import { InfillError, type Problem, problemsError } from '../errors.ts';
import { templateLimits } from '../text/template.ts';
import type { LikelihoodKind, Run } from './decoder.ts';
import type { AnyDecoder, AnyDecoderPlugin } from './registry.ts';

/**
 * One error of all problems, the first `templateLimits.problems` of them. What is wrong goes first: a request that is also
 * unsupported will stay wrong.
 *
 * @param problems - at least one.
 */
export function refusal(problems: readonly Problem[]): InfillError {
  const isUnsupported = ({ code }: Problem) => code === 'UNSUPPORTED';
  const ordered = [
    ...problems.filter((problem) => !isUnsupported(problem)),
    ...problems.filter(isUnsupported),
  ];
  return problemsError(ordered.slice(0, templateLimits.problems) as [Problem, ...Problem[]]);
}

/** @throws UNSUPPORTED when the decoder refuses the run. */
export function refuseRun(plugin: AnyDecoderPlugin, run: Run<unknown>): void {
  const message = plugin.refusal?.(run) ?? null;
  if (message === null) return;
  const path = ['decoder', plugin.name];
  throw problemsError([{ path, code: 'UNSUPPORTED', message, value: null, limit: null }]);
}

/** The kind of likelihood that a score gives; never NONE. @throws UNSUPPORTED when there is none. */
export function likelihoodOf(
  plugin: AnyDecoderPlugin,
  decoder: AnyDecoder,
  options: unknown,
): LikelihoodKind {
  const kind = plugin.likelihood(options);
  if (kind !== 'NONE' && decoder.score !== undefined) return kind;
  throw new InfillError(
    'UNSUPPORTED',
    `Decoder "${plugin.name}" has no likelihood with these options.`,
  );
}
