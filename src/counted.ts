/**
 * Counts in sentences.
 */

/** A count with its noun: `1 pass`, `2 passes`. */
export function counted(count: number, noun: string): string {
  const plural = noun.endsWith('s') ? `${noun}es` : `${noun}s`;
  return `${count} ${count === 1 ? noun : plural}`;
}
