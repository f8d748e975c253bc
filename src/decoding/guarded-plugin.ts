/**
 * A plugin whose failures outside of steps name it: what it throws, or gives wrongly, when it is asked about options or
 * made over models. Steps are the engine's.
 *
 * Knows the contract; knows no request and no process.
 */
import { InfillError } from '../errors.ts';
import type { LikelihoodKind, Run } from './decoder.ts';
import { show } from './decoder-failure.ts';
import type { AnyDecoderPlugin } from './registry.ts';

const kinds: readonly unknown[] = [
  'CHAIN_RULE',
  'INDEPENDENT',
  'ELBO',
  'NONE',
] satisfies LikelihoodKind[];

/**
 * Returns the plugin with its own `options`, and with methods that throw UNSUPPORTED with its name: a request that it
 * fails for is refused, not run.
 */
export function guardedPlugin(plugin: AnyDecoderPlugin): AnyDecoderPlugin {
  const guard = <T>(what: string, work: () => T, isRight: (value: T) => boolean): T => {
    const value = named(plugin.name, what, work);
    if (isRight(value)) return value;
    throw new InfillError('UNSUPPORTED', `${what} of decoder "${plugin.name}" is ${show(value)}.`);
  };
  const { name, title, description, roles, options, capabilities } = plugin;
  const refusal = (run: Run<unknown>) =>
    guard('The refusal', () => plugin.refusal?.(run) ?? null, isReason);
  const ownBytes: AnyDecoderPlugin['ownBytes'] = (size, checked) =>
    guard('The size', () => plugin.ownBytes?.(size, checked) ?? 0, isCount);
  return {
    ...{ name, title, description, roles, options, capabilities },
    likelihood: (checked) =>
      guard('The kind of likelihood', () => plugin.likelihood(checked), isKind),
    ...(plugin.refusal === undefined ? {} : { refusal }),
    maxSteps: (openCount, checked, constrainedCount) =>
      guard('The step bound', () => plugin.maxSteps(openCount, checked, constrainedCount), isCount),
    ...(plugin.ownBytes === undefined ? {} : { ownBytes }),
    create: (models) => guard('What is made', () => plugin.create(models), isDecoder),
  };
}

function named<T>(name: string, what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw cause instanceof InfillError ? cause : failure(name, what, cause);
  }
}

/** Without the message of what was thrown, which may carry a text. */
function failure(name: string, what: string, cause: unknown): InfillError {
  const kind = cause instanceof Error ? cause.name : typeof cause;
  const message = `${what} of decoder "${name}" cannot be had: it threw (${kind}).`;
  return new InfillError('UNSUPPORTED', message, { cause });
}

function isKind(value: unknown): boolean {
  return kinds.includes(value);
}

function isReason(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isDecoder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { begin, step, end, score } = value as Record<string, unknown>;
  return (
    [begin, step, end].every((method) => typeof method === 'function') &&
    (score === undefined || typeof score === 'function')
  );
}
