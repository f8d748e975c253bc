/**
 * Secrets that clients authenticate with: how they are made, told apart and kept.
 *
 * Knows bytes; knows nothing of what a secret opens.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a secret belongs to: an API key, a client token, or the machine a server runs on. */
export type SecretKind = 'lk' | 'lt' | 'lm';

const randomByteCount = 32;
const pattern = /^(lk|lt|lm)_[A-Za-z0-9_-]{43}$/;

/** Makes a secret: its kind, an underscore, and 32 random bytes in base64url. */
export function newSecret(kind: SecretKind): string {
  return `${kind}_${randomBytes(randomByteCount).toString('base64url')}`;
}

/** What a text claims to be the secret of; null when it has not the form of one. */
export function kindOfSecret(text: string): SecretKind | null {
  const [, kind] = pattern.exec(text) ?? [];
  return (kind ?? null) as SecretKind | null;
}

/** SHA-256, 64 hexadecimal digits: what is kept of a secret. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether two secrets are the same; takes as long whichever characters differ. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
