/**
 * Maskings as inputs and as values.
 */
import { InfillError, type Problem, problemsError } from '../src/errors.ts';
import { maskingOfName, problemsOfMasking } from '../src/service/benchmark-names.ts';
import type { Masking, MaskUnit } from '../src/service/benchmarks.ts';
import type { Parts } from './parts.ts';

/** Value of `MaskingInput`: exactly one of its fields. */
export type MaskingValue = {
  readonly rate?: { readonly rate: number; readonly unit: MaskUnit } | null | undefined;
  readonly span?: { readonly length: number; readonly unit: MaskUnit } | null | undefined;
  readonly name?: string | null | undefined;
};

/** The input type of maskings. */
export type MaskingInput = ReturnType<typeof defineMaskingInput>;

/** Adds `Masking` and `MaskingInput`. */
export function defineMasking({ builder, enums }: Parts): MaskingInput {
  builder.objectType('Masking', {
    description: 'Which part of every text of a dataset is open.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name, such as rate-0.3-word.' }),
      kind: t.field({
        type: enums.maskingKind,
        description: 'Which part.',
        resolve: ({ masking }) => masking.kind,
      }),
      rate: t.float({
        nullable: true,
        description: 'Share of the units; null of other kinds.',
        resolve: ({ masking }) => (masking.kind === 'RATE' ? masking.rate : null),
      }),
      length: t.int({
        nullable: true,
        description: 'Units of the span; null of other kinds.',
        resolve: ({ masking }) => (masking.kind === 'SPAN' ? masking.length : null),
      }),
      unit: t.field({
        type: enums.maskUnit,
        nullable: true,
        description: 'What is counted; null where nothing is.',
        resolve: ({ masking }) => ('unit' in masking ? masking.unit : null),
      }),
    }),
  });
  return defineMaskingInput({ builder, enums });
}

function defineMaskingInput({ builder, enums }: Pick<Parts, 'builder' | 'enums'>) {
  const unit = {
    type: enums.maskUnit,
    required: true,
    defaultValue: 'WORD',
    description: 'What is counted.',
  } as const;
  const rate = builder.inputType('RateMaskingInput', {
    description: 'A share of the units of every text, drawn anew for each.',
    fields: (t) => ({
      rate: t.float({ required: true, description: 'From 0.001 to 1, at most three decimals.' }),
      unit: t.field(unit),
    }),
  });
  const span = builder.inputType('SpanMaskingInput', {
    description: 'Units in a row, not at the start of a text.',
    fields: (t) => ({
      length: t.int({ required: true, description: 'From 1 to 64.' }),
      unit: t.field(unit),
    }),
  });
  const input = builder.inputRef<MaskingValue>('MaskingInput');
  input.implement({
    isOneOf: true,
    description: 'A masking. Exactly one field.',
    fields: (t) => ({
      rate: t.field({ type: rate, description: 'A share of the units.' }),
      span: t.field({ type: span, description: 'Units in a row.' }),
      name: t.string({
        description:
          'Any masking by its name: middle-sentence, explicit, rate-0.3-word, span-4-token.',
      }),
    }),
  });
  return input;
}

/** A masking as the service takes it, or what is wrong with it. */
export type ReadMasking =
  | { readonly masking: Masking; readonly problem: null }
  | { readonly masking: null; readonly problem: Problem };

/** Reads a masking; the path of a problem begins with the field of the input. */
export function readMasking({ rate, span, name }: MaskingValue): ReadMasking {
  if (rate != null) return checked({ kind: 'RATE', ...rate }, 'rate');
  if (span != null) return checked({ kind: 'SPAN', ...span }, 'span');
  return named(name ?? '');
}

/**
 * The masking of the argument `masking`.
 *
 * @param others - what is wrong with other arguments; told together with what is wrong with it.
 * @throws INVALID_INPUT where it is none, and where there are others
 */
export function maskingOf(value: MaskingValue, others: readonly Problem[] = []): Masking {
  const { masking, problem } = readMasking(value);
  if (masking === null) {
    throw problemsError([{ ...problem, path: ['masking', ...problem.path] }, ...others]);
  }
  const [first, ...more] = others;
  if (first !== undefined) throw problemsError([first, ...more]);
  return masking;
}

function checked(masking: Masking, field: string): ReadMasking {
  const [problem] = problemsOfMasking(masking, [field]);
  return problem === undefined ? { masking, problem: null } : { masking: null, problem };
}

function named(name: string): ReadMasking {
  try {
    return { masking: maskingOfName(name), problem: null };
  } catch (error) {
    if (!(error instanceof InfillError)) throw error;
    const { code, message } = error;
    const problem = { path: ['name'], code, message, value: name.slice(0, 100), limit: null };
    return { masking: null, problem };
  }
}
