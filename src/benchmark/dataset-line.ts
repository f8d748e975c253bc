/**
 * One line of a JSONL dataset as an item: `{"id", "text"}` or `{"id", "template", "gold"}`, with `group` or without.
 *
 * Knows the fields and their limits; other fields are left alone, since files that people have carry more.
 */
import { counted } from '../counted.ts';
import { readTemplate } from '../text/template-notation.ts';
import type { DatasetItem } from './dataset-item.ts';

/** What an item may have. */
export const itemLimits = {
  /** UTF-16 units of an id or a group. */
  idLength: 128,
  /** UTF-16 units of a text, or of a template with its gold texts. */
  textLength: 20_000,
} as const;

/** An item, or everything that is wrong with it: sentences about "it". */
export type ItemReading =
  | { readonly item: DatasetItem; readonly faults?: never }
  | { readonly item?: never; readonly faults: readonly string[] };

type Fields = Readonly<Record<string, unknown>>;

const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Reads one line of JSON. */
export function readJsonLine(line: string): ItemReading {
  const fields = parseObject(line);
  if (fields === null) return { faults: ['It is not a JSON object.'] };
  const faults = [
    ...nameFaults('id', fields['id'], 'required'),
    ...nameFaults('group', fields['group'], 'optional'),
    ...contentFaults(fields),
  ];
  if (faults.length > 0) return { faults };
  const names = { id: String(fields['id']), group: groupOfFields(fields) };
  return { item: { ...names, ...contentOf(fields) } };
}

/** A whole text as an item of its own group. */
export function textItem(id: string, text: string): ItemReading {
  const faults = textFaults('text', text);
  return faults.length > 0 ? { faults } : { item: { id, group: null, text } };
}

function parseObject(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : null;
  } catch {
    return null;
  }
}

function groupOfFields({ group }: Fields): string | null {
  return group === undefined || group === null ? null : String(group);
}

function nameFaults(field: string, value: unknown, need: 'required' | 'optional'): string[] {
  if (value === undefined || value === null) {
    return need === 'required' ? [`Its \`${field}\` is missing.`] : [];
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return [];
  if (typeof value !== 'string') return [`Its \`${field}\` is neither a text nor an integer.`];
  const { idLength } = itemLimits;
  if (value.length === 0 || value.length > idLength) {
    return [
      `Its \`${field}\` has ${value.length} UTF-16 units; it must have from 1 to ${idLength}.`,
    ];
  }
  return unprintable.test(value) ? [`Its \`${field}\` has characters that are not printable.`] : [];
}

function contentFaults(fields: Fields): string[] {
  const { text, template, gold } = fields;
  if ((text === undefined) === (template === undefined)) {
    return ['It must have either `text` or `template` with `gold`.'];
  }
  if (text !== undefined) {
    return [
      ...(gold === undefined ? [] : ['It has `gold` without `template`.']),
      ...(typeof text === 'string' ? textFaults('text', text) : ['Its `text` is not a text.']),
    ];
  }
  if (typeof template !== 'string') return ['Its `template` is not a text.'];
  const texts = goldTexts(gold);
  if (texts === null) return ['Its `gold` is neither a text nor a list of texts.'];
  return [
    ...textFaults('template', [template, ...texts].join('')),
    ...maskFaults(template, texts),
    ...texts.flatMap((each, index) => goldFaults(each, index)),
  ];
}

function goldTexts(gold: unknown): readonly string[] | null {
  if (typeof gold === 'string') return [gold];
  if (!Array.isArray(gold)) return null;
  const texts = gold.filter((each) => typeof each === 'string');
  return texts.length === gold.length ? texts : null;
}

function textFaults(field: string, text: string): string[] {
  const { textLength } = itemLimits;
  if (text.trim().length === 0) return [`Its \`${field}\` is empty.`];
  if (text.length > textLength) {
    return [`Its \`${field}\` has ${text.length} UTF-16 units; the limit is ${textLength}.`];
  }
  return /\p{Surrogate}/u.test(text)
    ? [`Its \`${field}\` has a lone surrogate, which UTF-8 cannot carry.`]
    : [];
}

function maskFaults(template: string, gold: readonly string[]): string[] {
  const { parts, problems } = readTemplate(template, []);
  const [first] = problems;
  if (first !== undefined) return [first.message];
  const masks = (parts ?? []).filter(({ kind }) => kind === 'mask').length;
  if (masks === 0) return ['Its `template` has no mask.'];
  return masks === gold.length
    ? []
    : [
        `Its \`template\` has ${counted(masks, 'mask')}, and its \`gold\` has ${counted(gold.length, 'text')}.`,
      ];
}

function goldFaults(text: string, index: number): string[] {
  if (text.length === 0) return [`Text ${index} of its \`gold\` is empty.`];
  return text.startsWith(' ')
    ? [`Text ${index} of its \`gold\` begins with a space, which belongs into the template.`]
    : [];
}

/** Of fields that have no faults. */
function contentOf({ text, template, gold }: Fields) {
  if (typeof text === 'string') return { text };
  return { template: String(template), gold: goldTexts(gold) ?? [] };
}
