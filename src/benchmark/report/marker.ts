/**
 * Marks of entrants: four shapes, so that they are told apart without colour too.
 *
 * Knows no chart.
 */
import { type Html, html } from './html.ts';

/** Around the origin. */
const shapes = [
  'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z',
  'M-4 -4h8v8h-8z',
  'M0 -5.2L5 3.8H-5z',
  'M0 -5.6L5.6 0L0 5.6L-5.6 0z',
] as const;

/** Returns the mark of the entrant at `index`, in the colour of the series around it. */
export function marker(index: number, x: number, y: number): Html {
  const shape = shapes[index % shapes.length] ?? shapes[0];
  return html`<path class="mark" transform="translate(${x} ${y})" d="${shape}"/>`;
}

/** Returns the entrants' marks with their names, for all charts of a page. */
export function legend(labels: readonly string[]): Html {
  const entries = labels.map(
    (label, index) =>
      html`<li class="s${index % 8}"><svg viewBox="-8 -8 16 16" aria-hidden="true">${marker(index, 0, 0)}</svg>${label}</li>`,
  );
  return html`<ul class="legend">${entries}</ul>\n`;
}
