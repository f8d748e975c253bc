/**
 * Reads a dataset line by line, all or nothing: items in their order with a digest, or the first things that are wrong.
 *
 * Knows forms of files; opens none.
 */
import { createHash } from 'node:crypto';
import { counted } from '../counted.ts';
import { type InfillError, type Problem, problemsError } from '../errors.ts';
import type { DatasetItem } from './dataset-item.ts';
import { type ItemReading, readJsonLine, textItem } from './dataset-line.ts';

/**
 * - `TEXT`: items are paragraphs, apart by empty lines; line breaks inside become spaces.
 * - `LINES`: each line that is not empty is an item.
 * - `JSONL`: each line that is not empty is a JSON object.
 */
export type DatasetFormat = 'TEXT' | 'LINES' | 'JSONL';

/** What one dataset may have. */
export const datasetLimits = {
  items: 20_000,
  /** UTF-8 bytes of the whole. */
  bytes: 64 * 2 ** 20,
  /** Problems that are told one by one. */
  problems: 20,
} as const;

/** A dataset that is whole. */
export type ReadDataset = {
  readonly items: readonly DatasetItem[];
  /** SHA-256, hex. */
  readonly digest: string;
};

/** Takes lines; give it all of them, then `finish`. */
export class DatasetReader {
  readonly #format: DatasetFormat;
  readonly #items: DatasetItem[] = [];
  /** Line by id. */
  readonly #ids = new Map<string, number>();
  readonly #problems: Problem[] = [];
  #problemCount = 0;
  #lineCount = 0;
  #paragraph: { readonly line: number; readonly lines: string[] } | null = null;

  constructor(format: DatasetFormat) {
    this.#format = format;
  }

  /** Items so far. */
  get itemCount(): number {
    return this.#items.length;
  }

  /** Takes the next line, without its end. */
  add(line: string): void {
    this.#lineCount += 1;
    const text = this.#lineCount === 1 ? line.replace(/^\uFEFF/, '') : line;
    if (this.#format === 'TEXT') this.#addToParagraph(text);
    else if (text.trim() !== '') this.#take(this.#read(text), this.#lineCount);
  }

  /**
   * The dataset.
   *
   * @param others - what else is wrong; told together. @throws INVALID_INPUT with the first problems and how many more there are
   */
  finish(others: readonly Problem[] = []): ReadDataset {
    this.#endParagraph();
    if (this.#problemCount === 0) this.#checkCount();
    const [first, ...more] = [...others, ...this.#problems];
    if (first !== undefined) throw this.#refusal([first, ...more]);
    return { items: this.#items, digest: itemsDigest(this.#items) };
  }

  #read(line: string): ItemReading {
    if (this.#format === 'JSONL') return readJsonLine(line);
    return textItem(String(this.#items.length + 1), line.trim());
  }

  #addToParagraph(line: string): void {
    if (line.trim() === '') this.#endParagraph();
    else if (this.#paragraph === null) {
      this.#paragraph = { line: this.#lineCount, lines: [line.trim()] };
    } else this.#paragraph.lines.push(line.trim());
  }

  #endParagraph(): void {
    if (this.#paragraph === null) return;
    const { line, lines } = this.#paragraph;
    this.#paragraph = null;
    this.#take(textItem(String(this.#items.length + 1), lines.join(' ')), line);
  }

  #take({ item, faults }: ItemReading, line: number): void {
    for (const fault of faults ?? []) this.#report(line, fault);
    if (item === undefined) return;
    const earlier = this.#ids.get(item.id);
    if (earlier !== undefined) {
      this.#report(line, `Its \`id\` is "${item.id}", as that of line ${earlier}.`);
      return;
    }
    this.#ids.set(item.id, line);
    this.#items.push(item);
    const { items: limit } = datasetLimits;
    if (this.#items.length === limit + 1)
      this.#report(line, `It is beyond the limit of ${limit} items.`);
  }

  #checkCount(): void {
    if (this.#items.length === 0)
      this.#report(this.#lineCount, 'No item was found before its end.');
  }

  #report(line: number, fault: string): void {
    this.#problemCount += 1;
    if (this.#problems.length === datasetLimits.problems) return;
    const path = ['content', String(line)];
    const message = `Line ${line}: ${fault}`;
    this.#problems.push({ path, code: 'INVALID_INPUT', message, value: null, limit: null });
  }

  #refusal(problems: readonly [Problem, ...Problem[]]): InfillError {
    const more = this.#problemCount - this.#problems.length;
    if (more === 0) return problemsError(problems);
    const message = `Not listed: ${counted(more, 'more problem')}.`;
    const value = String(this.#problemCount);
    const limit = String(datasetLimits.problems);
    const rest = { path: ['content'], code: 'INVALID_INPUT', message, value, limit } as const;
    return problemsError([...problems, rest]);
  }
}

/** SHA-256, hex, of items in their order: ids, groups and texts; the same however they were written in a file. */
export function itemsDigest(items: readonly DatasetItem[]): string {
  const hash = createHash('sha256');
  for (const item of items) {
    const content = 'text' in item ? [item.text] : [item.template, item.gold];
    hash.update(`${JSON.stringify([item.id, item.group, ...content])}\n`);
  }
  return hash.digest('hex');
}
