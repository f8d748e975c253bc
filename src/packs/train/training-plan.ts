/**
 * What a training depends on, in two parts: its features on the pack, the texts and how examples are cut out of them; its
 * steps on all that and on the numbers they are taken with.
 *
 * Knows no file. Trainings with the same features share them, whatever their steps are like.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TrainPackOptions } from './training-options.ts';

/** Schema of a plan. */
export const planSchema = z.strictObject({
  features: z.strictObject({
    /** Digest. */
    pack: z.string(),
    /** SHA-256 of each, in the order in which they were given. */
    texts: z.array(z.string()),
    /** Decimal. */
    seed: z.string(),
    /** Most tokens of an example. */
    length: z.number(),
    /** Share of the documents that is held out. */
    heldOut: z.number(),
  }),
  /** By the names of `TrainingSettings`; those that features depend on are above. */
  steps: z.record(z.string(), z.number()),
});

/** A plan. */
export type TrainingPlan = z.infer<typeof planSchema>;

/**
 * The plan of a training.
 *
 * @param pack - its digest, and the longest text it takes: no example is longer.
 */
export function planOf(
  { texts, seed, settings }: TrainPackOptions,
  { digest, contextLength }: { readonly digest: string; readonly contextLength: number },
): TrainingPlan {
  const { length, heldOut, ...steps } = settings;
  return {
    features: {
      pack: digest,
      texts: texts.map(({ sha256 }) => sha256),
      seed: String(seed),
      length: Math.min(length, contextLength),
      heldOut,
    },
    steps,
  };
}

/** What files of features are called by: 16 hexadecimal digits. Counted up where features are computed otherwise. */
export function featureKey({ features }: TrainingPlan): string {
  return keyOf(['features', 3, ...featureFacts(features)]);
}

/** What files of a training's progress are called by: 16 hexadecimal digits. */
export function trainingKey({ features, steps }: TrainingPlan): string {
  const sorted = Object.entries(steps).sort(([a], [b]) => (a < b ? -1 : 1));
  return keyOf(['steps', 3, ...featureFacts(features), sorted]);
}

function featureFacts({ pack, texts, seed, length, heldOut }: TrainingPlan['features']): unknown[] {
  return [pack, texts, seed, length, heldOut];
}

function keyOf(facts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

/**
 * What a plan has that another one has not, as words of a list; options by the names they have on the command line.
 *
 * Example: ['other texts', '--rate 0.001 (not 0.002)'].
 */
export function differences(of: TrainingPlan, to: TrainingPlan): string[] {
  const [{ pack, texts, ...numbers }, { pack: otherPack, texts: otherTexts, ...others }] = [
    of.features,
    to.features,
  ];
  return [
    ...(pack === otherPack ? [] : ['another pack']),
    ...(texts.join() === otherTexts.join() ? [] : ['other texts']),
    ...differentOptions({ ...numbers, ...of.steps }, { ...others, ...to.steps }),
  ];
}

type Options = Readonly<Record<string, string | number>>;

function differentOptions(of: Options, to: Options): string[] {
  return Object.keys({ ...of, ...to })
    .filter((name) => of[name] !== to[name])
    .map((name) => `${flagOf(name)} ${of[name]} (not ${to[name]})`);
}

/** Example: heldOut → --held-out. */
function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
