/**
 * The forms that a command writes a benchmark in, and what the endings of files say of them.
 */
import { extname } from 'node:path';

/** As they are named on the command line. */
export const formats = ['html', 'markdown', 'csv', 'jsonl', 'latex'] as const;

/** A form. */
export type ExportForm = (typeof formats)[number];

const formOfEnding: Readonly<Record<string, ExportForm>> = {
  '.html': 'html',
  '.md': 'markdown',
  '.csv': 'csv',
  '.jsonl': 'jsonl',
  '.tex': 'latex',
};

/** The form asked for, else that of the file's ending, else tables to read. */
export function formOf({
  format,
  out,
}: {
  readonly format?: ExportForm;
  readonly out?: string;
}): ExportForm {
  return format ?? formOfEnding[extname(out ?? '')] ?? 'markdown';
}
