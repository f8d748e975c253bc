/**
 * Who speaks over a WebSocket: looked up when the connection begins and again for each operation, so that what is
 * revoked or has expired starts nothing more.
 */
import type { GraphQLError } from 'graphql';
import type { Context } from 'graphql-ws';
import { InfillError } from '../errors.ts';
import type { Viewer } from '../service/service.ts';
import { type Authenticator, authenticate, type Sender } from './authentication.ts';
import type { Logger } from './logger.ts';
import { maskError } from './mask-error.ts';
import type { Connection } from './websocket-connection.ts';

type Connected = Pick<Context<Record<string, unknown>, Connection>, 'connectionParams' | 'extra'>;

/** Whether a connection may begin; one that may not is closed with the reason. */
export async function isWelcome(connected: Connected, identity: Authenticator): Promise<boolean> {
  try {
    await authenticate(identity, speakerOf(connected));
    return true;
  } catch (error) {
    if (!(error instanceof InfillError && error.code === 'UNAUTHENTICATED')) throw error;
    connected.extra.refuse(error.message);
    return false;
  }
}

/** Who asks for an operation, or the error that it ends with: the others of its connection go on. */
export async function speakerOrError(
  connected: Connected,
  requestId: string,
  { identity, logger }: { readonly identity: Authenticator; readonly logger: Logger },
): Promise<Viewer | GraphQLError> {
  return authenticate(identity, speakerOf(connected)).catch((error: unknown) =>
    maskError(error, requestId, logger),
  );
}

/**
 * Browsers cannot set headers of an upgrade, so the payload of `connection_init` stands for them, in upper or lower case
 * as they do.
 */
function speakerOf({ extra: { sender }, connectionParams = {} }: Connected): Sender {
  const isAuthorization = ([name]: [string, unknown]) => name.toLowerCase() === 'authorization';
  const [, authorization = null] = Object.entries(connectionParams).find(isAuthorization) ?? [];
  if (authorization === null) return sender;
  // What is no text is no credential either: refused as a header with it would be.
  return { ...sender, authorization: typeof authorization === 'string' ? authorization : '' };
}
