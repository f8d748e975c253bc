/**
 * Spans of time as one writes them: `90d`, `12h`, `30m`.
 */

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds; undefined for a text that is not a whole number of at least 1 with a unit. */
export function durationOf(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * unitMs[unit as keyof typeof unitMs];
}
