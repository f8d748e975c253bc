/**
 * Everything that is needed to do a run again, and what came out of it, as plain JSON.
 *
 * Knows rows and what is told of settings; does nothing again.
 */
import type { EffectiveSetting, InfillRequest } from '../decoding/infill-request.ts';
import type { DecoderDescription, OptionField } from '../decoding/registry.ts';
import type { ServedPack } from '../dispatch/dispatcher.ts';
import type { RunRow } from '../store/runs.ts';
import { digestOf } from './input-digest.ts';

/** A token of a receipt. */
export type ReceiptToken = {
  readonly position: number;
  readonly id: number;
  readonly text: string;
  /** Natural log at temperature 1; null where it is not finite. */
  readonly logProb: number | null;
};

/** A completed run that can be done again. */
export type Receipt = {
  readonly format: 'lacuna-receipt';
  readonly formatVersion: 1;
  /** Of the run. */
  readonly id: string;
  /** When the run was submitted; ISO 8601. */
  readonly createdAt: string;
  /** Version and device are of the pack as it is served now; null where it is not any more. */
  readonly pack: {
    readonly id: string;
    readonly digest: string;
    readonly version: string | null;
    readonly device: string | null;
  };
  /** Versions and machine of the server that wrote the receipt. */
  readonly writtenBy: Readonly<Record<string, string>>;
  /** The seed as decimal digits. */
  readonly request: Omit<InfillRequest, 'seed' | 'maxCost'> & { readonly seed: string };
  /** (T) with lengths settled; null at open positions. */
  readonly promptTokens: readonly (number | null)[];
  readonly text: string;
  /** In position order. */
  readonly tokens: readonly ReceiptToken[];
  /** SHA-256, hex, of canonical JSON of all else. */
  readonly digest: string;
};

/** What receipts are written with. */
export type ReceiptFacts = {
  readonly decoders: readonly DecoderDescription[];
  readonly packs: readonly ServedPack[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
};

/** The receipt of a run; null of one that is not completed, or whose texts are not kept. */
export function receiptOf(run: RunRow, facts: ReceiptFacts): Receipt | null {
  const { source, outcome, packId, modelDigest, settings } = run;
  if (source === null || run.status !== 'COMPLETED') return null;
  if (outcome === null || outcome.text === null || outcome.promptTokens === null) return null;
  const decoder = facts.decoders.find(({ name }) => name === run.decoderName);
  if (decoder === undefined) return null;
  const served = facts.packs.find(({ id, digest }) => id === packId && digest === modelDigest);
  const receipt = {
    format: 'lacuna-receipt',
    formatVersion: 1,
    id: run.id,
    createdAt: run.createdAt.toISOString(),
    pack: {
      id: packId,
      digest: modelDigest,
      version: served?.version ?? null,
      device: served?.device ?? null,
    },
    writtenBy: Object.fromEntries(facts.environment.map(({ name, value }) => [name, value])),
    request: { source, ...settingsOf(settings, decoder), seed: String(run.seed) },
    promptTokens: outcome.promptTokens,
    text: outcome.text,
    tokens: outcome.slots
      .flatMap(({ tokens }) => tokens)
      .map(({ position, id, text, logProb }) => ({ position, id, text, logProb })),
  } as const;
  return { ...receipt, digest: digestOf(receipt) };
}

const samplingNames = ['temperature', 'topK', 'topP', 'repetitionPenalty'];

/** A request that has these settings: what had no effect is left to its default. */
function settingsOf(settings: readonly EffectiveSetting[], decoder: DecoderDescription) {
  const values = new Map(settings.map(({ name, value }) => [name, value]));
  const options = decoder.optionFields.flatMap((field) => {
    const value = values.get(field.name);
    return isInput(field, value) ? [[field.name, value] as const] : [];
  });
  const sampling = samplingNames.flatMap((name) =>
    values.has(name) ? [[name, values.get(name)] as const] : [],
  );
  return {
    decoder: { name: decoder.name, options: Object.fromEntries(options) },
    sampling: Object.fromEntries(sampling),
    alternatives: Number(values.get('alternatives') ?? 0),
    samples: Number(values.get('samples') ?? 1),
    lengthSearch: values.get('lengthSearch') === 'DECODE_ALL' ? 'DECODE_ALL' : 'CAL',
  } as const;
}

/** Whether a value can be given for an option; one that cannot is told of an option that was left out. */
function isInput({ type, values }: OptionField, value: unknown): boolean {
  switch (type) {
    case 'INT':
      return Number.isInteger(value);
    case 'FLOAT':
      return typeof value === 'number';
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'STRING':
      return typeof value === 'string';
    case 'ENUM':
      return typeof value === 'string' && values.includes(value);
    default:
      return type satisfies never;
  }
}
