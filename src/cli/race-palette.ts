/**
 * Colours of a race: from the causal model's to the masked model's, on light and on dark paper.
 */

/** Red, green, blue, from 0 to 255. */
type Colour = readonly [number, number, number];

const causal: Colour = [226, 119, 38];
const middle: Colour = [140, 110, 160];
const masked: Colour = [36, 122, 214];
/** Of a token of which it is not known. */
const unknown = '#8a8f98';

/** The shade of a token by the masked model's share, in [0, 1], or null. */
export function mixedColour(maskedShare: number | null): string {
  if (maskedShare === null) return unknown;
  const isRight = maskedShare > 1 / 2;
  const [from, to] = isRight ? [middle, masked] : [causal, middle];
  const part = isRight ? maskedShare * 2 - 1 : maskedShare * 2;
  const channels = from.map((channel, index) =>
    Math.round(channel + ((to[index] ?? 0) - channel) * part),
  );
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** The style sheet. Shades of tokens lie half transparent under their text, so they suit both papers. */
export const paletteStyle = `
svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --flash: #ffd33d; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #0d1117; --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --flash: #f2cc60; }
}
.paper { fill: var(--paper); }
.title, .label, .note { font-family: system-ui, sans-serif; }
.title { font-size: 16px; font-weight: 600; fill: var(--ink); }
.label { font-size: 13px; font-weight: 600; fill: var(--ink); }
.note { font-size: 12px; fill: var(--soft); }
.known, .token { font-family: ui-monospace, Consolas, Menlo, monospace; font-size: 14px; white-space: pre; }
.known { fill: var(--soft); }
.token { fill: var(--ink); }
.shade { fill-opacity: 0.38; }
.open { fill: var(--line); fill-opacity: 0.6; }
.flash { fill: var(--flash); }
.track { stroke: var(--line); stroke-width: 2; }
.head { fill: var(--ink); }
`.trim();
