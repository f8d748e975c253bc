/**
 * Whether a text can be filled as asked by one pack: its notation, slots, lengths and size, everything that is wrong at once.
 *
 * Knows a pack's tokenizer and limits; knows no decoder.
 */
import type { Problem } from '../errors.ts';
import type { LoadedModels } from '../model/models.ts';
import type { PromptShape } from '../text/prompt.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { type SettledFill, settleFill } from './check-fill.ts';
import { SlotChecker } from './check-slots.ts';
import type { GivenFill, LengthSearch, SourceRequest } from './infill-request.ts';
import { readSource, type SourceReading, slotPath } from './source-shape.ts';
import {
  hasUnknownLengths,
  leastOpenTokens,
  lengthProblems,
  mostOpenTokens,
} from './unknown-lengths.ts';

/** A given fill as it was read: null where it is wrong. Then it counts with the least tokens that its slots can have. */
export type FillReading = {
  readonly settled: SettledFill | null;
  readonly openTokens: number;
  readonly problems: readonly Problem[];
};

/** Checks texts against one pack. */
export class SourceChecker {
  readonly #models: LoadedModels;
  readonly #tokenizer: Tokenizer;
  readonly #slotChecker: SlotChecker;

  /** @param wordStartIds - (V), 1 where the token begins with a space followed by another byte. */
  constructor(models: LoadedModels, tokenizer: Tokenizer, wordStartIds: Uint8Array) {
    this.#models = models;
    this.#tokenizer = tokenizer;
    this.#slotChecker = new SlotChecker(models.facts, wordStartIds);
  }

  /** Reads a source and all that is wrong with it and its slots, whatever their lengths come to. */
  read(source: SourceRequest): SourceReading {
    const { shape, problems } = readSource(source, this.#tokenizer, this.#models.facts);
    if (shape === null) return { shape, problems };
    const told = new Set(problems.flatMap(({ path }) => (isOfText(path) ? [path.join()] : [])));
    const ofSlots = this.#slotProblems(shape, source).filter(({ path }) => !told.has(path.join()));
    return { shape, problems: [...problems, ...ofSlots] };
  }

  /** What is wrong with a prompt whose lengths a fill would still have to settle. */
  openProblems(shape: PromptShape, search: LengthSearch): Problem[] {
    return [
      ...this.#sizeProblems(shape, mostOpenTokens(shape), hasUnknownLengths(shape)),
      ...lengthProblems(shape, search, this.#models),
    ];
  }

  /** The lengths and tokens that a given fill puts into a prompt, and all that is wrong with them. */
  settle(shape: PromptShape, fill: GivenFill): FillReading {
    const reader = { tokenizer: this.#tokenizer, vocabulary: this.#models.facts };
    const checked = settleFill(shape, fill, reader);
    const settled = 'problems' in checked ? null : checked.value;
    const ofFill = 'problems' in checked ? checked.problems : [];
    const openTokens = settled?.targets.length ?? leastOpenTokens(shape);
    const ofSize = this.#sizeProblems(shape, openTokens, false);
    return { settled, openTokens, problems: [...ofFill, ...ofSize] };
  }

  #slotProblems({ slots }: PromptShape, source: SourceRequest): Problem[] {
    return slots.flatMap((slot) =>
      this.#slotChecker.problemsOf(slot, slotPath(source, slot.index)),
    );
  }

  #sizeProblems({ knownTokens }: PromptShape, openTokens: number, isMost: boolean): Problem[] {
    const tokens = knownTokens + openTokens;
    const limit = this.#models.facts.contextLength;
    return tokens > limit ? [tooLong(tokens, limit, isMost)] : [];
  }
}

/** Whether a place is one choice or banned text: one that cannot be read needs no more said of it. */
function isOfText(path: readonly string[]): boolean {
  return path.at(-2) === 'choices' || path.at(-2) === 'banned';
}

function tooLong(tokens: number, limit: number, isMost: boolean): Problem {
  return {
    path: ['source'],
    code: 'PROMPT_TOO_LONG',
    message: `The text has ${isMost ? 'up to ' : ''}${tokens} tokens; the limit of this model is ${limit}.`,
    value: String(tokens),
    limit: String(limit),
  };
}
