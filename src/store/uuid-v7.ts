/**
 * Ids of runs: UUIDs of version 7, which sort by their time of creation.
 *
 * Source: RFC 9562, section 5.7.
 */
import { randomBytes } from 'node:crypto';

const pattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Returns a UUIDv7 in lower case.
 *
 * @param nowMs - whole milliseconds since the epoch, in [0, 2^48).
 * @param random - ten random bytes; six of their bits are not used.
 */
export function uuidV7(nowMs: number, random: Uint8Array = randomBytes(10)): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.set(random, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/** Whether PostgreSQL takes the text as a uuid, of any version, in the usual form. */
export function isUuid(text: string): boolean {
  return pattern.test(text);
}
