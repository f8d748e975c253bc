/**
 * What a credential needs for a field, and how one is refused that lacks it.
 *
 * Knows scopes; who asks was found out before an operation came here.
 */
import type { AuthFailure, ForbiddenResult } from '@pothos/plugin-scope-auth';
import type { GraphQLResolveInfo } from 'graphql';
import { InfillError } from '../src/errors.ts';
import type { Scope } from '../src/service/service.ts';
import type { Context } from './context.ts';

/** Which scopes the viewer holds. */
export function scopesOf({ viewer: { scopes } }: Context): Record<Scope, boolean> {
  return { READ: scopes.has('READ'), INFILL: scopes.has('INFILL'), ADMIN: scopes.has('ADMIN') };
}

/** The refusal of a field: FORBIDDEN, with the scope that it needs and those that the viewer holds. */
export function unauthorized(
  _parent: unknown,
  { viewer }: Context,
  { fieldName }: GraphQLResolveInfo,
  { failure }: ForbiddenResult,
): InfillError {
  const held = [...viewer.scopes].join(', ') || 'none';
  const message = `\`${fieldName}\` needs the scope ${missing(failure)}; this credential has: ${held}.`;
  return new InfillError('FORBIDDEN', message);
}

function missing(failure: AuthFailure): string {
  if ('failures' in failure) return failure.failures.map(missing).join(' or ');
  return 'scope' in failure ? failure.scope : 'of another credential';
}
