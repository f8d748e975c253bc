/**
 * Options that would have no effect beside the others: given explicitly they are refused, never ignored.
 *
 * Knows names and values; the plugin says which options are idle when.
 */
import { z } from 'zod';

type Options = Readonly<Record<string, unknown>>;

/**
 * A check of options that runs beside those of the fields, so that all problems are found at once; for `.check(…)` of an object.
 *
 * @param check - sees a field that is wrong as it was given: `isWrong` tells.
 */
export function idleCheck<T extends Options>(
  check: (context: z.core.ParsePayload<T>) => void,
): z.core.$ZodCheck<T> {
  const made = new z.core.$ZodCheck({ check: 'custom', when: () => true });
  made._zod.check = check;
  return made;
}

/** Whether one of these fields is wrong by itself: what depends on it cannot be told. */
export function isWrong<T extends Options>(
  { issues }: z.core.ParsePayload<T>,
  names: readonly (keyof T & string)[],
): boolean {
  return issues.some(({ path }) => names.some((name) => path?.[0] === name));
}

/**
 * Adds a problem for each of `names` that was given and is not wrong already.
 *
 * @param reason - completes "it must be left out: …".
 */
export function refuseIdle<T extends Options>(
  context: z.core.ParsePayload<T>,
  names: readonly (keyof T & string)[],
  reason: string,
): void {
  for (const name of names) {
    const input = context.value[name];
    if (input === undefined || isWrong(context, [name])) continue;
    context.issues.push({ code: 'custom', input, path: [name], message: `left out: ${reason}` });
  }
}
