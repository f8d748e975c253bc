/**
 * Whether two inputs ask for the same run, as a digest that can be kept instead of them.
 *
 * Knows which fields of an input are about the run and which about one call; knows no run.
 */
import { createHash } from 'node:crypto';
import type { InfillInput } from './service.ts';

/**
 * SHA-256, hex, of canonical JSON of what is asked. The seed is part of it only where the client gave one.
 *
 * How long a call waits is no property of the run: who asks again may wait longer.
 */
export function inputDigest(input: InfillInput): string {
  const { idempotencyKey: _key, waitMs: _wait, problems: _problems, ...asked } = input;
  return digestOf(asked);
}

/** SHA-256, hex, of canonical JSON. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** Keys sorted, absent fields left out, big integers as text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return String(part);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
