/**
 * A bar and a time as parts of a progress line.
 */

const barWidth = 24;

/** `done` of `total` as a bar of fixed width; full where there is nothing to do. */
export function progressBar(done: number, total: number): string {
  const filled = total > 0 ? Math.round((barWidth * Math.min(done, total)) / total) : barWidth;
  return '█'.repeat(filled) + '░'.repeat(barWidth - filled);
}

/** Seconds while they are few, then minutes. */
export function timeLeftText(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
