/**
 * What a decoder declares is what it takes: sampling settings and options, at their limits and beyond.
 *
 * Each check throws when it does not hold.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { type AnyDecoderPlugin, createRegistry } from '../../src/decoding/registry.ts';
import { type SamplingSetting, samplingSchema } from '../../src/decoding/sampling-params.ts';
import { runFacts } from './run-facts.ts';
import { engineOf } from './runs.ts';
import {
  observe,
  requestFor,
  type Subject,
  type Trial,
  tokenizer,
  tokenSource,
  trials,
} from './trial.ts';

const fieldSchema = z.object({
  type: z.enum(['integer', 'number', 'boolean', 'string']),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
});
type Field = z.output<typeof fieldSchema>;

const anyTrial: Trial = {
  ...tokenSource([5, null, null, 9]),
  sampling: {},
  seed: 1n,
  alternatives: 0,
  salt: 1,
};
/** What a number may be where its schema says nothing. */
const unbounded = 1000;
/** The least step that a bound can leave out. */
const smallStep = 1e-6;

/** Sampling settings that the capabilities lack are refused; those they have are followed without complaint. */
export async function refusesOtherSampling(subject: Subject): Promise<void> {
  const values = { temperature: 0.5, topK: 3, topP: 0.5, repetitionPenalty: 1.5 };
  for (const name of Object.keys(samplingSchema.unwrap().shape) as SamplingSetting[]) {
    const trial = { ...anyTrial, sampling: { [name]: values[name] } };
    if (subject.plugin.capabilities.sampling.includes(name)) await observe(subject, trial);
    else await assertRefused(subject, trial, 'UNSUPPORTED');
  }
}

/** Each option runs at both ends of its range, or with each value it has, and is refused beyond. */
export async function takesOptionsToTheirLimits({ plugin, options }: Subject): Promise<void> {
  for (const [name, field] of fieldsOf(plugin)) {
    for (const value of limitsOf(field)) {
      const subject = { plugin, options: { ...options, [name]: value } };
      // Options that contradict each other are refused together.
      if (isAccepted(subject)) await checkAll(subject, anyTrial);
      else await assertRefused(subject, anyTrial, 'INVALID_OPTION');
    }
    for (const value of beyond(field)) {
      const subject = { plugin, options: { ...options, [name]: value } };
      await assertRefused(subject, anyTrial, 'INVALID_OPTION');
    }
  }
  const unknown = { plugin, options: { ...options, noSuchOption: 1 } };
  await assertRefused(unknown, anyTrial, 'INVALID_OPTION');
}

/** Everything that holds of a run holds for random options. */
export async function holdsForRandomOptions(
  plugin: AnyDecoderPlugin,
  numRuns: number,
): Promise<void> {
  const property = fc.asyncProperty(randomSubjects(plugin), trials(plugin), checkAll);
  await fc.assert(property, { numRuns });
}

/** A plugin with random options that its schema takes. */
export function randomSubjects(plugin: AnyDecoderPlugin): fc.Arbitrary<Subject> {
  return optionsOf(plugin)
    .map((options): Subject => ({ plugin, options }))
    .filter(isAccepted);
}

async function checkAll(subject: Subject, trial: Trial): Promise<void> {
  const seen = await observe(subject, trial);
  for (const fact of Object.values(runFacts)) await fact(seen);
}

function isAccepted({ plugin, options }: Subject): boolean {
  return plugin.options.safeParse(options).success;
}

async function assertRefused(subject: Subject, trial: Trial, code: string): Promise<void> {
  const engine = engineOf(subject.plugin, { tokenizer });
  const request = requestFor(subject, trial);
  assert.throws(() => engine.prepare(request), { code }, `${JSON.stringify(request.decoder)}`);
}

function fieldsOf(plugin: AnyDecoderPlugin): [string, Field][] {
  const [description] = createRegistry([plugin]).descriptions;
  const properties = z
    .record(z.string(), fieldSchema)
    .parse(description?.optionsSchema['properties']);
  return Object.entries(properties);
}

/** Options of a decoder's own schema, each absent at times. */
function optionsOf(plugin: AnyDecoderPlugin): fc.Arbitrary<Record<string, unknown>> {
  const fields = fieldsOf(plugin).map(([name, field]) => [name, valuesOf(field)]);
  return fc.record<Record<string, unknown>>(Object.fromEntries(fields), { requiredKeys: [] });
}

function valuesOf(field: Field): fc.Arbitrary<unknown> {
  if (field.enum !== undefined || field.type === 'boolean') {
    return fc.constantFrom(...limitsOf(field));
  }
  if (field.type === 'string') return fc.string();
  const { min, max } = rangeOf(field);
  const ends = fc.constantFrom(min, max);
  // Small numbers of steps and windows are where the cases differ.
  if (field.type === 'integer')
    return fc.oneof(ends, fc.integer({ min, max: Math.min(max, min + 6) }));
  return fc.oneof(ends, fc.double({ min, max, noNaN: true }));
}

function limitsOf(field: Field): unknown[] {
  if (field.enum !== undefined) return field.enum;
  if (field.type === 'boolean') return [false, true];
  if (field.type === 'string') return ['', 'é'];
  const { min, max } = rangeOf(field);
  return [min, max];
}

function rangeOf(field: Field): { min: number; max: number } {
  const step = field.type === 'integer' ? 1 : smallStep;
  const { exclusiveMinimum: above, exclusiveMaximum: below } = field;
  const min = field.minimum ?? (above === undefined ? -unbounded : above + step);
  const max = field.maximum ?? (below === undefined ? unbounded : below - step);
  return { min: Math.max(min, -unbounded * unbounded), max: Math.min(max, unbounded * unbounded) };
}

function beyond(field: Field): unknown[] {
  if (field.type === 'boolean') return ['yes', 1];
  if (field.type === 'string') return [1, ...(field.enum === undefined ? [] : ['no such value'])];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = field;
  const outside = [
    ...(minimum === undefined ? [] : [minimum - smallStep, minimum - 1]),
    ...(maximum === undefined ? [] : [maximum + smallStep, maximum + 1]),
    ...[exclusiveMinimum, exclusiveMaximum].filter((bound) => bound !== undefined),
  ];
  const isExact = (value: number) => Math.abs(value) < Number.MAX_SAFE_INTEGER;
  return [...outside.filter(isExact), 'a', Number.NaN, Number.POSITIVE_INFINITY];
}
