/**
 * Who speaks over a WebSocket: looked up when the connection begins and again for each operation, so that what is
 * revoked or has expired starts nothing more.
 */
import { GraphQLError } from 'graphql';
import type { Context } from 'graphql-ws';
import { InfillError } from '../errors.ts';
import type { Viewer } from '../service/service.ts';
import { type Authenticator, authenticate, type Sender } from './authentication.ts';
import type { Connection } from './websocket-connection.ts';

type Connected = Pick<Context<Record<string, unknown>, Connection>, 'connectionParams' | 'extra'>;

/** Whether a connection may begin; one that may not is closed with the reason. */
export async function isWelcome(connected: Connected, identity: Authenticator): Promise<boolean> {
  const viewer = await viewerOf(connected, identity);
  if (!(viewer instanceof GraphQLError)) return true;
  connected.extra.refuse(viewer.message);
  return false;
}

/** Who asks for an operation, or the error that it ends with. */
export async function viewerOf(
  { connectionParams = {}, extra }: Connected,
  identity: Authenticator,
): Promise<Viewer | GraphQLError> {
  try {
    return await authenticate(identity, speakerOf(extra.sender, connectionParams));
  } catch (error) {
    if (!(error instanceof InfillError && error.code === 'UNAUTHENTICATED')) throw error;
    return new GraphQLError(error.message, { extensions: { code: error.code } });
  }
}

/** Browsers cannot set headers of an upgrade, so the payload of `connection_init` stands for them. */
function speakerOf(sender: Sender, { authorization }: Record<string, unknown>): Sender {
  if (authorization === undefined || authorization === null) return sender;
  // What is no text is no credential either: refused as a header with it would be.
  return { ...sender, authorization: String(authorization) };
}
