/**
 * Some items of a benchmark to look at: the text with what stood at its masks, and what each entrant put there.
 *
 * Knows no dataset: the pieces of the texts are given.
 */
import type { BenchmarkResults } from '../benchmark-results.ts';
import type { FilledSlot, ItemResult } from '../item-result.ts';
import type { MaskedSegment } from '../mask-item.ts';
import { maskingName } from '../masking.ts';
import { byCodeUnit } from '../sample.ts';
import { type Html, html } from './html.ts';

/** Which item, under which masking. */
export type ExamplePlace = Pick<ItemResult, 'maskingName' | 'itemId'>;

/** An item to show; the pieces are null where tokens were masked, and slots are shown alone. */
export type ReportExample = ExamplePlace & { readonly segments: readonly MaskedSegment[] | null };

const exampleCount = 10;

/** Returns up to ten places that have fills, spread evenly over maskings and items; the same ones for equal results. */
export function exampleItems({ items, maskings }: BenchmarkResults): ExamplePlace[] {
  const filled = items.filter(({ fill }) => fill !== null);
  const places = maskings.map(maskingName).flatMap((name) => {
    const ids = filled.filter((result) => result.maskingName === name).map(({ itemId }) => itemId);
    return [...new Set(ids)].toSorted(byCodeUnit).map((itemId) => ({ maskingName: name, itemId }));
  });
  const count = Math.min(exampleCount, places.length);
  const chosen = Array.from({ length: count }, (_, index) =>
    Math.floor((index * places.length) / count),
  );
  return places.filter((_, index) => chosen.includes(index));
}

/** Returns the part of the page that shows examples; nothing without any. */
export function exampleSection(
  results: BenchmarkResults,
  examples: readonly ReportExample[],
): Html | null {
  if (examples.length === 0) return null;
  const shown = examples.map((example) => exampleBlock(results, example));
  return html`<section><h2>Items</h2><p class="lead">What stood at the masks, and what each entrant put there; underlined where it is something else.</p>${shown}</section>\n`;
}

function exampleBlock({ items, entrants }: BenchmarkResults, example: ReportExample): Html {
  const own = items.filter(
    ({ itemId, maskingName: name }) => itemId === example.itemId && name === example.maskingName,
  );
  const rows = entrants.flatMap(({ id, label }) => {
    const result = own.find(({ entrantId }) => entrantId === id);
    if (result === undefined) return [];
    return [html`<dt>${label}</dt><dd>${answerOf(result, example)}</dd>\n`];
  });
  const gold = own.flatMap(({ fill }) => (fill === null ? [] : [fill.slots]))[0] ?? [];
  const original = filledText(
    example,
    gold.map((slot) => ({ ...slot, text: slot.gold })),
    'gold',
  );
  return html`<article><h3>${example.itemId} <small>${example.maskingName}</small></h3>
<dl><dt>Original</dt><dd>${original}</dd>
${rows}</dl></article>
`;
}

function answerOf({ fill, error }: ItemResult, example: ReportExample): Html {
  if (fill !== null) return filledText(example, fill.slots, null);
  return html`<em>${error === null ? 'Not filled.' : `${error.code}: ${error.message}`}</em>`;
}

/** @param mark - of every slot; null for one that tells whether it has its gold text. */
function filledText(
  { segments }: ReportExample,
  slots: readonly FilledSlot[],
  mark: 'gold' | null,
): Html {
  const marked = slots.map(
    ({ text, gold }) =>
      html`<mark class="${mark ?? (text === gold ? 'hit' : 'miss')}">${text}</mark>`,
  );
  if (segments === null) return html`${marked.map((slot) => html`… ${slot} `)}…`;
  const unused = marked.values();
  return html`${segments.map((segment) => ('text' in segment ? segment.text : (unused.next().value ?? null)))}`;
}
