/**
 * Points with intervals in two directions over two axes, joined by lines or not, as one SVG drawing.
 *
 * Colours and line patterns are classes of the page's style sheet. Knows no metric.
 */
import { type Html, html } from './html.ts';
import { marker } from './marker.ts';
import { type Ends, type Scale, type ScaleKind, scaleFor } from './scale.ts';

/** A value with the ends of its interval, where it has one. */
export type Measured = { readonly value: number; readonly interval: Ends | null };

/** A point of a chart. */
export type ChartPoint = {
  readonly x: Measured;
  readonly y: Measured;
  /** Shown while the pointer rests on it. */
  readonly title: string;
};

/** Points of one entrant. */
export type ChartSeries = {
  /** Chooses colour and marker. */
  readonly index: number;
  /** Of the line that joins its points. */
  readonly pattern: 'solid' | 'dashed' | 'dotted';
  readonly points: readonly ChartPoint[];
};

/** What stands beside an axis, and its scale. */
export type Axis = { readonly title: string; readonly kind: ScaleKind };

/** What a chart shows besides its points. */
export type ChartFrame = {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly isJoined: boolean;
};

const width = 440;
const height = 290;
const plot = { left: 58, right: width - 14, top: 14, bottom: height - 48 };
/** Between points of entrants that have the same x. */
const dodge = 5;

/** Returns the drawing. @param series - at least one point in all. */
export function xyChart(frame: ChartFrame, series: readonly ChartSeries[]): Html {
  const points = series.flatMap((one) => one.points);
  const x = scaleFor(
    frame.x.kind,
    points.flatMap((point) => valuesOf(point.x)),
    [plot.left, plot.right],
  );
  const y = scaleFor(
    frame.y.kind,
    points.flatMap((point) => valuesOf(point.y)),
    [plot.bottom, plot.top],
  );
  const middle = (series.length - 1) / 2;
  const drawn = series.map((one, place) => {
    const offset = frame.isJoined ? (place - middle) * dodge : 0;
    const at = (value: number) => x.place(value) + offset;
    return seriesGroup(one, { ...x, place: at }, y, frame.isJoined);
  });
  return html`<figure><figcaption>${frame.title}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${frame.title}">
${axes(x, y)}
<text class="axis" x="${(plot.left + plot.right) / 2}" y="${height - 8}" text-anchor="middle">${frame.x.title}</text>
<text class="axis" transform="translate(13 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">${frame.y.title}</text>
${drawn}
</svg></figure>
`;
}

function valuesOf({ value, interval }: Measured): number[] {
  return interval === null ? [value] : [value, ...interval];
}

function axes(x: Scale, y: Scale): Html {
  const across = y.ticks.map(({ value, label }) => {
    const at = rounded(y.place(value));
    return html`<path class="grid" d="M${plot.left} ${at}H${plot.right}"/><text class="tick" x="${plot.left - 7}" y="${at}" dy="0.32em" text-anchor="end">${label}</text>`;
  });
  const along = x.ticks.map(({ value, label }) => {
    const at = rounded(x.place(value));
    return html`<path class="grid" d="M${at} ${plot.top}V${plot.bottom}"/><text class="tick" x="${at}" y="${plot.bottom + 17}" text-anchor="middle">${label}</text>`;
  });
  return html`${across}${along}<path class="frame" d="M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}"/>`;
}

function seriesGroup(
  { index, pattern, points }: ChartSeries,
  x: Scale,
  y: Scale,
  isJoined: boolean,
): Html {
  const places = points.map((point) => ({
    point,
    left: rounded(x.place(point.x.value)),
    top: rounded(y.place(point.y.value)),
  }));
  const line = places.map(({ left, top }, at) => `${at === 0 ? 'M' : 'L'}${left} ${top}`).join('');
  const marks = places.map(({ point, left, top }) => {
    const up = point.y.interval;
    const along = point.x.interval;
    return html`<g><title>${point.title}</title>${
      up &&
      html`<path class="interval" d="M${left} ${rounded(y.place(up[0]))}V${rounded(y.place(up[1]))}"/>`
    }${
      along &&
      html`<path class="interval" d="M${rounded(x.place(along[0]))} ${top}H${rounded(x.place(along[1]))}"/>`
    }${marker(index, left, top)}</g>`;
  });
  const joined =
    isJoined && places.length > 1 ? html`<path class="line ${pattern}" d="${line}"/>` : null;
  return html`<g class="series s${index % 8}">${joined}${marks}</g>\n`;
}

function rounded(place: number): number {
  return Number(place.toFixed(1));
}
