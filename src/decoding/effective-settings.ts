/**
 * What is told of a run's settings: everything that had an effect, defaults included.
 *
 * Knows which settings have an effect; the request is checked before.
 */
import type { PromptShape, ShapeSlot } from '../text/prompt.ts';
import { effectiveSampling } from './check-settings.ts';
import type { EffectiveSetting, InfillRequest, ScoreRequest } from './infill-request.ts';
import type { AnyDecoderPlugin } from './registry.ts';
import type { SamplingParams } from './sampling-params.ts';
import { hasUnknownLengths } from './unknown-lengths.ts';

/** A decoder with its checked options. */
type Chosen = { readonly plugin: AnyDecoderPlugin; readonly options: unknown };

/** Of a fill: in reading order; one sample is nothing to tell, nor is a search for lengths that are known. */
export function fillSettings(
  { plugin, options }: Chosen,
  { sampling, shape }: { readonly sampling: SamplingParams; readonly shape: PromptShape },
  { seed, alternatives, samples, lengthSearch }: InfillRequest,
): EffectiveSetting[] {
  return settingsOf([
    ...decoderEntries({ plugin, options }),
    ...effectiveSampling(plugin, sampling),
    ['seed', String(seed)],
    ['alternatives', alternatives],
    ['samples', samples === 1 ? undefined : samples],
    ['lengthSearch', hasUnknownLengths(shape) ? lengthSearch : undefined],
    ...shape.slots.flatMap(constraintEntries),
  ]);
}

/** Of a score: only a bound draws anything. */
export function scoreSettings(
  { plugin, options }: Chosen,
  { request, draws }: ScoreRequest,
): EffectiveSetting[] {
  const isDrawn = plugin.likelihood(options) === 'ELBO';
  return settingsOf([
    ...decoderEntries({ plugin, options }),
    ['seed', isDrawn ? String(request.seed) : undefined],
    ['draws', isDrawn ? draws : undefined],
  ]);
}

function decoderEntries({ plugin, options }: Chosen): [string, unknown][] {
  return [['decoder', plugin.name], ...Object.entries(options as Record<string, unknown>)];
}

/** The texts that a slot was given to choose from, and those it was forbidden: a template does not show them. */
function constraintEntries({ index, choices, banned }: ShapeSlot): [string, unknown][] {
  const textsOf = (encoded: readonly { readonly text: string }[]) =>
    encoded.length === 0 ? undefined : encoded.map(({ text }) => text);
  return [
    [`slots.${index}.choices`, textsOf(choices ?? [])],
    [`slots.${index}.banned`, textsOf(banned)],
  ];
}

/** What is off had no effect. */
function settingsOf(entries: readonly (readonly [string, unknown])[]): EffectiveSetting[] {
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}
