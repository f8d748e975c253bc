/**
 * What a pack with a trained fusion says of itself, for people: what it was made from, how, on what text, and what that
 * brought.
 *
 * Knows wording; every fact in it stands in the manifest too, and none of it is of the pack it was made from.
 */
import { InfillError } from '../../errors.ts';
import {
  type FusionSource,
  type LinearFusionManifest,
  type Manifest,
  maxCardLength,
} from '../manifest.ts';

/** What a card is written from. */
export type CardFacts = {
  /** In front of what is written here; empty: nothing. */
  readonly words: string;
  /** Of the pack that was trained on. */
  readonly parent: Manifest;
  readonly fusion: LinearFusionManifest;
  readonly source: FusionSource;
  /** Program and version that trained. */
  readonly tool: string;
};

/** Most characters of the words in front; the rest of a card is room for what is written here. */
const maxWords = 2000;

/** Before the work. @throws InfillError INVALID_OPTION for words that leave no room */
export function checkCardWords(words: string): void {
  if (words.length <= maxWords) return;
  const message = `The card has ${words.length} characters; the limit is ${maxWords}, because figures of the training follow.`;
  throw new InfillError('INVALID_OPTION', message);
}

/** The card; what does not fit of the list of texts is left out, and counted. */
export function trainedCard({ words, parent, fusion, source, tool }: CardFacts): string {
  const { id, version, digest, card } = parent;
  const sentences = [
    words.trim(),
    `The models of pack "${id}" ${version} (digest ${digest}), unchanged, joined by a trained layer of ${fusion.parameterCount} weights, which began as the mean of their two heads.`,
    `Trained by ${tool}, ${stepText(source)}, stored as ${fusion.storage}.`,
    `Settings: ${Object.entries(source.options)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}, seed ${source.seed}.`,
    perplexityText(source),
    card === ''
      ? ''
      : `What the models are: the card of pack "${id}", in the provenance in pack.json.`,
  ].filter((sentence) => sentence !== '');
  const facts = sentences.join(' ');
  return `${facts} ${textList(source.texts, maxCardLength - facts.length - 1)}`;
}

function stepText({ stepCount, bestStep }: FusionSource): string {
  if (bestStep > 0) return `${stepCount} steps, the layer after ${bestStep} of them`;
  return `${stepCount} steps, none of which made it better: the layer is the one it began as`;
}

function perplexityText({ untrained, trained }: FusionSource): string {
  if (trained.length === 0) return '';
  const figures = trained.map(({ maskRate, perplexity }, index) => {
    const before = untrained[index]?.perplexity ?? Number.NaN;
    return `${maskRate}: ${before.toFixed(2)} and ${perplexity.toFixed(2)}`;
  });
  return `Perplexity of masked tokens of documents that were held out, in float32, by share of tokens masked, before and after: ${figures.join('; ')}.`;
}

/** Names with sizes and hashes, as many as fit. */
function textList(texts: FusionSource['texts'], room: number): string {
  const entries = texts.map(({ name, sizeBytes, sha256 }) => {
    const size = sizeBytes === undefined ? '' : `${sizeBytes} bytes, `;
    return `${name} (${size}sha256 ${sha256})`;
  });
  for (let count = entries.length; count > 0; count--) {
    const rest = entries.length - count;
    const end = rest === 0 ? '.' : `; and ${rest} more, listed in pack.json.`;
    const list = `Texts: ${entries.slice(0, count).join('; ')}${end}`;
    if (list.length <= room) return list;
  }
  return `Texts: ${entries.length}, listed in pack.json.`;
}
