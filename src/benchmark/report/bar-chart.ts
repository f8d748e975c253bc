/**
 * One bar for each entrant, with its interval and its figure, as one SVG drawing.
 *
 * Knows no metric.
 */
import { figureText } from '../figure-text.ts';
import { type Html, html } from './html.ts';
import type { Measured } from './xy-chart.ts';

/** A bar. */
export type Bar = {
  /** Chooses the colour. */
  readonly index: number;
  readonly label: string;
  /** ≥ 0. */
  readonly measured: Measured;
};

const width = 440;
const plot = { left: 4, right: width - 60 };
const row = { height: 44, labelAt: 14, barAt: 20, barHeight: 14 };
/** Letters that fit above a bar; the whole label is in the legend. */
const labelLength = 60;

/** Returns the drawing. @param bars - at least one. */
export function barChart(title: string, bars: readonly Bar[]): Html {
  const height = bars.length * row.height + 8;
  const largest = Math.max(
    ...bars.flatMap(({ measured }) => [measured.value, measured.interval?.[1] ?? 0]),
  );
  const place = (value: number) =>
    Number(
      (plot.left + (largest === 0 ? 0 : value / largest) * (plot.right - plot.left)).toFixed(1),
    );
  const drawn = bars.map((bar, index) => barGroup(bar, index * row.height, place));
  return html`<figure><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${drawn}
</svg></figure>
`;
}

function barGroup(
  { index, label, measured }: Bar,
  top: number,
  place: (value: number) => number,
): Html {
  const { value, interval } = measured;
  const middle = top + row.barAt + row.barHeight / 2;
  const end = place(Math.max(value, interval?.[1] ?? 0));
  const shown = label.length > labelLength ? `${label.slice(0, labelLength)}…` : label;
  return html`<g class="series s${index % 8}"><text class="tick" x="${plot.left}" y="${top + row.labelAt}">${shown}</text>
<rect class="bar" x="${plot.left}" y="${top + row.barAt}" width="${place(value) - plot.left}" height="${row.barHeight}" rx="2"/>${
    interval &&
    html`<path class="interval strong" d="M${place(interval[0])} ${middle}H${place(interval[1])}"/>`
  }<text class="figure" x="${end + 7}" y="${middle}" dy="0.34em">${figureText(value)}</text></g>
`;
}
