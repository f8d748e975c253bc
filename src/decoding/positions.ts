/**
 * Open and known positions of a prompt.
 */

/** Returns the open positions, ascending. Example: [5, null, 7, null] → [1, 3]. */
export function openPositions(ids: readonly (number | null)[]): number[] {
  return ids.flatMap((id, position) => (id === null ? [position] : []));
}

/** Returns the tokens at known positions, in order. Example: [5, null, 7] → [5, 7]. */
export function knownIds(ids: readonly (number | null)[]): number[] {
  return ids.filter((id) => id !== null);
}
