/**
 * From the text to fill, in one of its three forms, to the shape of a prompt.
 *
 * Knows notations; knows no limit of a model.
 */
import { InfillError } from '../errors.ts';
import { encodeTemplate } from '../text/encode-template.ts';
import { encodeTokens } from '../text/encode-tokens.ts';
import type { PromptShape } from '../text/prompt.ts';
import { type TemplatePart, templateOfParts } from '../text/template.ts';
import { parseTemplate } from '../text/template-notation.ts';
import type { Tokenizer, Vocabulary } from '../text/tokenizer.ts';
import type { SegmentRequest, SourceRequest } from './infill-request.ts';
import type { Checked } from './zod-problems.ts';

/** Encodes a source. A template's problems are a parser's exception; here they join the request's others. */
export function encodeSource(
  source: SourceRequest,
  tokenizer: Tokenizer,
  vocabulary: Vocabulary,
): Checked<PromptShape> {
  try {
    return { value: shapeOf(source, tokenizer, vocabulary) };
  } catch (error) {
    if (error instanceof InfillError && error.problems.length > 0)
      return { problems: error.problems };
    throw error;
  }
}

/** Where slot `index` is in the input: its own segment, or the whole source where slots are not given one by one. */
export function slotPath(source: SourceRequest, index: number): readonly string[] {
  if ('text' in source) return ['source', 'text'];
  if ('tokens' in source) return ['source', 'tokens'];
  const segments = source.segments.flatMap((segment, at) => ('slot' in segment ? [at] : []));
  return ['source', 'segments', String(segments[index]), 'slot'];
}

function shapeOf(source: SourceRequest, tokenizer: Tokenizer, vocabulary: Vocabulary): PromptShape {
  if ('text' in source)
    return encodeTemplate(parseTemplate(source.text, ['source', 'text']), tokenizer);
  if ('segments' in source) {
    const parts = source.segments.map(templatePart);
    return encodeTemplate(templateOfParts(parts, ['source', 'segments']), tokenizer);
  }
  return encodeTokens(source.tokens, tokenizer, vocabulary, ['source', 'tokens']);
}

function templatePart(segment: SegmentRequest): TemplatePart {
  if ('text' in segment) return { kind: 'literal', text: segment.text };
  const { length, key = null, choices = null, banned = [] } = segment.slot;
  const range = 'tokens' in length ? { min: length.tokens, max: length.tokens } : length.between;
  return { kind: 'mask', length: range, key, choices, banned };
}
