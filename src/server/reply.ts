/**
 * Answers that are JSON, and refusals, in the form that GraphQL clients know.
 */
import type { ServerResponse } from 'node:http';
import type { Refusal } from './admission.ts';

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
