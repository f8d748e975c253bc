/**
 * The forms that a command writes a benchmark in, and what the endings of files say of them.
 */
import { extname } from 'node:path';
import { InfillError } from '../errors.ts';

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

/** The form asked for, else that of the file's ending, else tables to read. @throws INVALID_INPUT for an ending of none */
export function formOf({
  format,
  out,
}: {
  readonly format?: ExportForm;
  readonly out?: string;
}): ExportForm {
  if (format !== undefined || out === undefined) return format ?? 'markdown';
  const form = formOfEnding[extname(out).toLowerCase()];
  if (form !== undefined) return form;
  const endings = Object.keys(formOfEnding).join(', ');
  const message = `The ending of ${out} is none of ${endings}; --format says how it is written.`;
  throw new InfillError('INVALID_INPUT', message);
}
