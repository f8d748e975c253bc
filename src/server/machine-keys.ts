/**
 * `/machine/keys`: the requests of `lacuna keys` to a running server.
 *
 * Knows the form of requests and answers, for both ends; what a key may be like is the service's.
 */
import { z } from 'zod';
import { InfillError } from '../errors.ts';
import type { Identity } from '../service/identity.ts';
import type { MachineHandler } from './machine.ts';

/** Where a server answers them. */
export const machineKeysPath = '/machine/keys';

const scope = z.enum(['READ', 'INFILL', 'ADMIN']);

const request = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('create'),
    key: z.strictObject({
      name: z.string(),
      owner: z.string(),
      scopes: z.array(scope),
      costPerMinute: z.number().nullable(),
      expiresAt: z.coerce.date().nullable(),
    }),
  }),
  z.strictObject({ action: z.literal('list') }),
  z.strictObject({ action: z.literal('revoke'), id: z.string() }),
]);

const instant = z.coerce.date();

const key = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  scopes: z.array(scope),
  costPerMinute: z.number().nullable(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  revokedAt: instant.nullable(),
  state: z.enum(['ACTIVE', 'EXPIRED', 'REVOKED']),
});

/** What is answered to each action, once it has come over the wire. */
export const keyAnswers = {
  create: z.object({ secret: z.string(), key }),
  list: z.array(key),
  revoke: key,
} as const;

/** A request as it is sent. */
export type KeyRequest = z.output<typeof request>;

/** Answers the requests from `identity`. */
export function machineKeysHandler(
  identity: Pick<Identity, 'createKey' | 'listKeys' | 'revokeKey'>,
): MachineHandler {
  return (body) => {
    const parsed = request.safeParse(body);
    if (!parsed.success) {
      // A request comes from a program of another version, if it is wrong: its reader is a developer.
      const message = `The request is not one of keys: ${z.prettifyError(parsed.error)}`;
      throw new InfillError('INVALID_INPUT', message);
    }
    return answer(parsed.data, identity);
  };
}

function answer(
  asked: KeyRequest,
  identity: Parameters<typeof machineKeysHandler>[0],
): Promise<unknown> {
  switch (asked.action) {
    case 'create':
      return identity.createKey(asked.key);
    case 'list':
      return identity.listKeys();
    case 'revoke':
      return identity.revokeKey(asked.id);
  }
}
