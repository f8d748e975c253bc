/**
 * Options that would have no effect beside the others: given explicitly they are refused, never ignored.
 *
 * Knows names and values; the plugin says which options are idle when.
 */
import type { z } from 'zod';

/**
 * Adds a problem for each of `names` that was given.
 *
 * @param reason - completes "it must be left out: …".
 */
export function refuseIdle<T extends Readonly<Record<string, unknown>>>(
  context: z.core.ParsePayload<T>,
  names: readonly (keyof T & string)[],
  reason: string,
): void {
  for (const name of names) {
    const input = context.value[name];
    if (input === undefined) continue;
    context.issues.push({ code: 'custom', input, path: [name], message: `left out: ${reason}` });
  }
}
