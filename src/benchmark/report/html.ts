/**
 * HTML and SVG from template literals: whatever is put in is escaped, unless it is HTML already.
 *
 * Knows no document.
 */

/** Markup that is safe to put into a document as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; lists are joined, null is nothing. */
export type HtmlValue = string | number | null | Html | readonly HtmlValue[];

/** Returns the markup of a template literal. Values may stand in text and in quoted attributes, nowhere else. */
export function html(texts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = texts.map((text, index) =>
    index === 0 ? text : rendered(values[index - 1] ?? null) + text,
  );
  return new Html(parts.join(''));
}

function rendered(value: HtmlValue): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  return value.map(rendered).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (special) => entities[special] ?? '');
}
