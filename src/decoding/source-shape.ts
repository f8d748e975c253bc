/**
 * From the text to fill, in one of its three forms, to the shape of a prompt.
 *
 * Knows notations; knows no limit of a model.
 */
import type { Problem } from '../errors.ts';
import { encodeTemplate } from '../text/encode-template.ts';
import { encodeTokens } from '../text/encode-tokens.ts';
import type { PromptShape } from '../text/prompt.ts';
import { readSegments } from '../text/segments.ts';
import { readTemplate } from '../text/template-notation.ts';
import type { Tokenizer, Vocabulary } from '../text/tokenizer.ts';
import type { SourceRequest } from './infill-request.ts';

/**
 * A source as it was read: its shape even where something is wrong, so that what else is wrong can be told at once; null where
 * there is too much of it.
 */
export type SourceReading = {
  readonly shape: PromptShape | null;
  readonly problems: readonly Problem[];
};

/** Encodes a source. */
export function readSource(
  source: SourceRequest,
  tokenizer: Tokenizer,
  vocabulary: Vocabulary,
): SourceReading {
  if ('tokens' in source) {
    return encodeTokens(source.tokens, tokenizer, vocabulary, ['source', 'tokens']);
  }
  const { parts, problems } =
    'text' in source
      ? readTemplate(source.text, ['source', 'text'])
      : readSegments(source.segments, ['source', 'segments']);
  return { shape: parts && encodeTemplate({ parts }, tokenizer), problems };
}

/** Where slot `index` is in the input: its own segment, or the whole source where slots are not given one by one. */
export function slotPath(source: SourceRequest, index: number): readonly string[] {
  if ('text' in source) return ['source', 'text'];
  if ('tokens' in source) return ['source', 'tokens'];
  const segments = source.segments.flatMap((segment, at) => ('slot' in segment ? [at] : []));
  return ['source', 'segments', String(segments[index]), 'slot'];
}
