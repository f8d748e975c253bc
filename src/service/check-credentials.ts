/**
 * What keys and tokens may be like: all problems of one that is to be made.
 *
 * Knows limits; knows neither secrets nor rows.
 */
import { InfillError, type Problem } from '../errors.ts';
import type { MintClientTokenInput, NewApiKey } from './identity.ts';

/** Ranges of what a key or a token may be like, both ends included. */
export const credentialLimits = {
  /** Characters of a key's name or owner. */
  nameLength: 64,
  costPerMinute: 1_000_000_000,
  ttlSeconds: 3600,
  costBudget: 1_000_000,
  origins: 10,
} as const;

/** Letters, digits, and dots, underscores, hyphens, @ and : within: safe in a shell, a log and a URL. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._@:-]{0,63}$/;

/** Returns all that is wrong with a key that is to be made. */
export function apiKeyProblems(key: NewApiKey, now: Date): readonly Problem[] {
  const { expiresAt, costPerMinute } = key;
  const problems: Problem[] = [
    ...nameProblems('name', key.name),
    ...nameProblems('owner', key.owner),
  ];
  if (key.scopes.length === 0) {
    problems.push(problem(['scopes'], 'The key has no scope; it needs at least one.', '', '1'));
  }
  if (costPerMinute !== null) {
    problems.push(...rangeProblems('costPerMinute', costPerMinute, credentialLimits.costPerMinute));
  }
  if (expiresAt !== null && !(expiresAt > now)) {
    const at = Number.isNaN(expiresAt.getTime()) ? 'no time' : expiresAt.toISOString();
    const message = `The key would expire at ${at}, which is not after now, ${now.toISOString()}.`;
    problems.push(problem(['expiresAt'], message, at, now.toISOString()));
  }
  return problems;
}

/** Returns all that is wrong with a token that is to be minted. */
export function clientTokenProblems(
  { ttlSeconds, costBudget, origins }: MintClientTokenInput,
  isAllowedOrigin: (origin: string) => boolean,
): readonly Problem[] {
  const limit = credentialLimits.origins;
  const problems: Problem[] = [
    ...rangeProblems('ttlSeconds', ttlSeconds, credentialLimits.ttlSeconds),
    ...rangeProblems('costBudget', costBudget, credentialLimits.costBudget),
  ];
  if (origins.length < 1 || origins.length > limit) {
    const message = `There are ${origins.length} origins; a token has from 1 to ${limit}.`;
    return [...problems, problem(['origins'], message, String(origins.length), String(limit))];
  }
  return [...problems, ...origins.flatMap((origin, index) => originProblems(origin, index))];

  function originProblems(origin: string, index: number): readonly Problem[] {
    if (isAllowedOrigin(origin)) return [];
    const message =
      `The origin "${shown(origin)}" is not allowed: the setting ALLOWED_ORIGINS lists the allowed ones, ` +
      'as a browser sends them, such as https://example.org without a path.';
    return [problem(['origins', String(index)], message, shown(origin), 'ALLOWED_ORIGINS')];
  }
}

/** What is thrown where an active key has the name. */
export function conflictingName(name: string): InfillError {
  const advice = 'Take another name, or revoke that key first.';
  return new InfillError('CONFLICT', `An active API key is called "${name}". ${advice}`);
}

function nameProblems(field: 'name' | 'owner', text: string): readonly Problem[] {
  if (namePattern.test(text)) return [];
  const rule = `1 to ${credentialLimits.nameLength} letters, digits, or any of . _ - @ : after the first`;
  return [
    problem([field], `The ${field} is "${shown(text)}"; it must be ${rule}.`, shown(text), rule),
  ];
}

function rangeProblems(field: string, value: number, max: number): readonly Problem[] {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return [];
  const message = `${field} is ${value}; it must be an integer from 1 to ${max}.`;
  return [problem([field], message, String(value), value < 1 ? '1' : String(max))];
}

function problem(path: readonly string[], message: string, value: string, limit: string): Problem {
  return { path, code: 'INVALID_INPUT', message, value, limit };
}

function shown(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
