/**
 * Imports a module that exports decoder plugins, in the process that is to run them.
 *
 * Knows what a module must export; knows no configuration, pack or worker.
 */
import { checkPlugin } from './decoding/check-plugin.ts';
import { guardedPlugin } from './decoding/guarded-plugin.ts';
import type { AnyDecoderPlugin } from './decoding/registry.ts';
import { type InfillError, type Problem, problemsError } from './errors.ts';

/**
 * Returns the plugins of a module: its export `decoder`, or those of its export `decoders`.
 *
 * @param url - of the module; the importing process runs its code.
 * @param specifier - what the module was configured as; in every message.
 * @throws INVALID_PLUGIN with all problems
 */
export async function importPlugins(url: string, specifier: string): Promise<AnyDecoderPlugin[]> {
  const exported = exportedDecoders(await importModule(url, specifier));
  if (exported.length > 0) return checkedPlugins(exported, specifier);
  const message = 'it exports neither a decoder, `decoder`, nor a list of them, `decoders`';
  throw pluginProblem(specifier, message);
}

/**
 * Returns the plugins, guarded, when all have the shape of one.
 *
 * @param source - where they come from; in every message.
 * @throws INVALID_PLUGIN with all problems
 */
export function checkedPlugins(values: readonly unknown[], source: string): AnyDecoderPlugin[] {
  const checked = values.map(checkPlugin);
  const messages = checked.flatMap((check, index) =>
    'plugin' in check ? [] : check.problems.map((found) => `decoder ${index}, ${found}`),
  );
  const [first, ...others] = messages.map((message) => problem(source, message));
  if (first !== undefined) throw problemsError([first, ...others]);
  return checked.flatMap((check) => ('plugin' in check ? [guardedPlugin(check.plugin)] : []));
}

/** The problem of a configured plugin. */
export function pluginProblem(specifier: string, message: string): InfillError {
  return problemsError([problem(specifier, message)]);
}

async function importModule(url: string, specifier: string): Promise<Record<string, unknown>> {
  try {
    return await import(url);
  } catch (cause) {
    throw pluginProblem(specifier, `it cannot be imported: ${reasonOf(cause)}`);
  }
}

/** Where a module fails is its author's to find: the message and the line, before any text of a client is there. */
function reasonOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}

function exportedDecoders(exports: Record<string, unknown>): readonly unknown[] {
  const { decoder, decoders } = exports;
  if (decoder !== undefined) return [decoder];
  return Array.isArray(decoders) ? decoders : [];
}

function problem(specifier: string, message: string): Problem {
  return {
    path: ['PLUGINS'],
    code: 'INVALID_PLUGIN',
    message: `Plugin "${specifier}": ${message}.`,
    value: specifier,
    limit: null,
  };
}
