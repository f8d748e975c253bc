/**
 * Answers that are JSON, and refusals, in the form that GraphQL clients know.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { InfillError } from '../errors.ts';
import type { Refusal } from './admission.ts';
import type { Logger } from './logger.ts';
import { maskError } from './mask-error.ts';

/** A request that is to be answered. */
export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
};

/** Answers, and refuses to serve the connection any longer. */
export function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  // What is left of the body is not read: the connection cannot serve another request.
  response.setHeader('connection', 'close');
  sendJson(response, status, { errors: [{ message, extensions: { code } }] });
}

/** Answers with a JSON value. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(body));
}

/** Answers with an error that nobody has answered: 503 where it passes, else 500; an answer that has begun is cut off. */
export function answerFailure(
  { response, requestId }: Pick<Exchange, 'response' | 'requestId'>,
  error: unknown,
  logger: Logger,
): void {
  const isBusy = error instanceof InfillError && error.family === 'busy';
  const { message, extensions } = maskError(error, requestId, logger);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.setHeader('connection', 'close');
  sendJson(response, isBusy ? 503 : 500, { errors: [{ message, extensions }] });
}
