/**
 * Credentials on their way in: from headers and payloads to a viewer, or to a refusal that says what to send.
 *
 * Knows `Authorization` and sockets; which secrets are good is for `Identity`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { InfillError } from '../errors.ts';
import type { Identity, Presented } from '../service/identity.ts';
import type { Viewer } from '../service/service.ts';
import type { Logger } from './logger.ts';
import { isFromThisMachine, type SocketAddresses } from './loopback.ts';
import { answerFailure, type Exchange, refuse } from './reply.ts';

/** What finds out who is asking. */
export type Authenticator = Pick<Identity, 'authenticate'>;

/** Where a request comes from, and the credential it carries in a header. */
export type Sender = {
  readonly authorization: string | null;
  readonly origin: string | null;
  readonly isFromThisMachine: boolean;
};

const bearerPattern = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** Who sent a request or an upgrade. */
export function senderOf({ headers, socket }: SentMessage): Sender {
  return {
    authorization: headers.authorization ?? null,
    origin: headers.origin ?? null,
    isFromThisMachine: isFromThisMachine(socket),
  };
}

type SentMessage = {
  readonly headers: IncomingHttpHeaders;
  readonly socket: SocketAddresses;
};

/** What a sender shows. @throws UNAUTHENTICATED for any scheme but Bearer. */
export function presentedBy({ authorization, ...sender }: Sender): Presented {
  if (authorization === null) return { ...sender, secret: null };
  const [, secret = null] = bearerPattern.exec(authorization) ?? [];
  if (secret !== null) return { ...sender, secret };
  const [scheme = ''] = authorization.split(' ');
  // What follows may be a password, and without a space so may be all of it.
  const shown = authorization.includes(' ') && /^[a-z-]{1,20}$/i.test(scheme) ? ` (${scheme})` : '';
  throw new InfillError(
    'UNAUTHENTICATED',
    `The authorization is not understood${shown}; send "Authorization: Bearer lk_…".`,
  );
}

/** Who is asking. @throws UNAUTHENTICATED */
export async function authenticate(identity: Authenticator, sender: Sender): Promise<Viewer> {
  return identity.authenticate(presentedBy(sender));
}

/** Who sent a request; null when it was answered with 401, which happens before any of its body is read. */
export async function viewerOf(
  exchange: Exchange,
  identity: Authenticator,
  logger: Logger,
): Promise<Viewer | null> {
  const { request, response } = exchange;
  const sender = senderOf(request);
  try {
    return await authenticate(identity, sender);
  } catch (error) {
    if (error instanceof InfillError && error.code === 'UNAUTHENTICATED') {
      // RFC 6750, 3.1: no error code for a request that carries no credential.
      const reason = sender.authorization === null ? '' : ', error="invalid_token"';
      response.setHeader('www-authenticate', `Bearer realm="lacuna"${reason}`);
      refuse(response, { status: 401, code: error.code, message: error.message });
    } else {
      answerFailure(exchange, error, logger);
    }
    return null;
  }
}
