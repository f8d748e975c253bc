/**
 * `POST /machine/…`: what programs of this machine may ask of a running server, by the secret in its lock file.
 *
 * To everyone else there is nothing at these paths. Knows how requests are admitted and answered; what they ask for
 * is in the handlers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ErrorFamily, InfillError } from '../errors.ts';
import type { Identity } from '../service/identity.ts';
import { bodyRefusal, type Refusal } from './admission.ts';
import { describeError } from './describe-error.ts';
import type { Logger } from './logger.ts';
import { isFromThisMachine } from './loopback.ts';
import { refuse, sendJson } from './reply.ts';

/**
 * Answers one path: from the parsed body, a JSON value, or a stream of bytes.
 *
 * Throws `InfillError`; INVALID_INPUT for a body that it does not take.
 */
export type MachineHandler = (body: unknown) => Promise<unknown>;

/** What the endpoint is made of. */
export type MachineOptions = {
  readonly identity: Pick<Identity, 'authenticate'>;
  /** By path, such as `/machine/keys`. */
  readonly handlers: Readonly<Record<string, MachineHandler>>;
  readonly logger: Logger;
};

/** Answers a request of a path below `/machine/`; never rejects. */
export type MachineEndpoint = (
  path: string,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

/** What all its paths begin with. */
export const machinePrefix = '/machine/';

const maxBodyBytes = 64 * 1024;

const nothing: Refusal = {
  status: 404,
  code: 'NOT_FOUND',
  message: 'There is nothing at this path.',
};

const statusOfFamily: Partial<Record<ErrorFamily, number>> = {
  validation: 400,
  unsupported: 400,
  'not-found': 404,
  conflict: 409,
  busy: 503,
};

/** Makes the endpoint. */
export function createMachineEndpoint({
  identity,
  handlers,
  logger,
}: MachineOptions): MachineEndpoint {
  return async (path, requestId, request, response) => {
    const handler = Object.hasOwn(handlers, path) ? handlers[path] : undefined;
    if (handler === undefined || !(await isOfMachine(request, identity))) {
      return refuse(response, nothing);
    }
    const refusal = bodyRefusal(request.headers);
    if (refusal !== null) return refuse(response, refusal);
    try {
      await send(response, await handler(await readJson(request)));
    } catch (error) {
      answerError(error, { requestId, response, logger });
    }
  };
}

/** By an address of this machine and its secret; browsers, which send origins or none, have no business here. */
async function isOfMachine(
  { method, headers, socket }: IncomingMessage,
  identity: MachineOptions['identity'],
): Promise<boolean> {
  const [, secret = null] = /^Bearer (lm_\S+)$/.exec(headers.authorization ?? '') ?? [];
  if (method !== 'POST' || headers.origin !== undefined || secret === null) return false;
  const viewer = await identity
    .authenticate({ secret, origin: null, isFromThisMachine: isFromThisMachine(socket) })
    .catch(() => null);
  return viewer?.credential.kind === 'LOCAL';
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of request) {
    byteCount += chunk.length;
    if (byteCount > maxBodyBytes) {
      const message = `The body has more than ${maxBodyBytes} bytes, which is the limit.`;
      throw new InfillError('INVALID_INPUT', message);
    }
    chunks.push(chunk);
  }
  return parseJson(Buffer.concat(chunks).toString('utf8'));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notJson(cause);
  }
}

function notJson(cause: unknown): InfillError {
  return new InfillError('INVALID_INPUT', 'The body is not JSON.', { cause });
}

async function send(response: ServerResponse, answer: unknown): Promise<void> {
  if (!(answer instanceof Readable)) return sendJson(response, 200, answer);
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  await pipeline(answer, response);
}

function answerError(error: unknown, { requestId, response, logger }: Reply): void {
  const status = error instanceof InfillError ? statusOfFamily[error.family] : undefined;
  if (error instanceof InfillError && status !== undefined && !response.headersSent) {
    const { message, code, problems, retryAfterMs } = error;
    response.setHeader('connection', 'close');
    sendJson(response, status, {
      errors: [{ message, extensions: { code, problems, retryAfterMs } }],
    });
    return;
  }
  logger.error({ requestId, error: describeError(error) }, 'request of the machine failed');
  if (response.headersSent) {
    // Half an answer must not look whole.
    response.destroy();
    return;
  }
  const extensions = { code: 'INTERNAL', requestId };
  sendJson(response, 500, { errors: [{ message: 'Internal error', extensions }] });
}

type Reply = Pick<MachineOptions, 'logger'> & {
  readonly requestId: string;
  readonly response: ServerResponse;
};
