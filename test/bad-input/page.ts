/**
 * `docs/bad-input.md` from the answers that the tests saw.
 */
import { type Answer, stable } from './answer.ts';

/** A table of the page with its answers. */
export type AnsweredArea = {
  readonly title: string;
  readonly about: string;
  readonly rows: readonly { readonly sent: string; readonly answer: Answer }[];
};

/** The page. Ids, ports, digests and temporary folders are left out of it. */
export function badInputPage(areas: readonly AnsweredArea[]): string {
  const count = areas.reduce((sum, { rows }) => sum + rows.length, 0);
  return [
    '# Bad input and its answers',
    `${count} inputs that are wrong, and what each is answered. The tests of \`test/bad-input\` send them and write this page; after each, the server is ready and has neither stored nor queued anything.`,
    ...areas.flatMap(({ title, about, rows }) => [`## ${title}`, about, table(rows)]),
    '',
  ].join('\n\n');
}

function table(rows: AnsweredArea['rows']): string {
  const lines = rows.map(({ sent, answer: { status, codes, messages } }) => {
    const cells = [code(sent), status, codes.map(code).join(' '), messages.map(cell).join('<br>')];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| sent | answer | code | message |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** A backslash before a bar is the one escape of a cell that code spans know too. */
function code(text: string): string {
  const shown = escapeBars(stable(text));
  return shown.includes('`') ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}

function cell(text: string): string {
  return escapeBars(shortened(stable(text)))
    .replaceAll('<', '&lt;')
    .replaceAll('\n', '<br>')
    .replaceAll('*', '\\*');
}

function escapeBars(text: string): string {
  return printable(text).replaceAll('|', '\\|');
}

/** Control characters and halves of surrogate pairs as their escapes. */
function printable(text: string): string {
  return text.replaceAll(
    /[^\P{Cc}\n]|\p{Surrogate}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function shortened(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
