/**
 * Templates as prompts, for tests that do not care how lengths are decided.
 */
import { encodeTemplate } from '../../src/text/encode-template.ts';
import type { Prompt, PromptShape } from '../../src/text/prompt.ts';
import { parseTemplate } from '../../src/text/template-notation.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';

/** The shape of a template in the bracket notation. */
export function shapeOf(text: string, tokenizer: Tokenizer): PromptShape {
  return encodeTemplate(parseTemplate(text, []), tokenizer);
}

/** The prompt of a template in the bracket notation; unknown lengths are their least. */
export function promptOf(text: string, tokenizer: Tokenizer): Prompt {
  return leastPrompt(shapeOf(text, tokenizer));
}

/** The prompt of a shape with the least lengths. */
export function leastPrompt(shape: PromptShape): Prompt {
  return shape.withLengths(shape.slots.map(({ min }) => min));
}
