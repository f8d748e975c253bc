/**
 * The decoding worker: a child process of the server that holds one pack and runs its decoders.
 *
 * Knows which parts a worker is made of and when its process may end. Its parent decides that: signals from the terminal
 * are left to the parent, and when the channel closes, however the parent ended, the worker ends too.
 */
import { builtInDecoders } from './decoders.ts';
import { InfillEngine } from './decoding/infill-engine.ts';
import { DecodingWorker, type OpenedPack } from './dispatch/decoding-worker.ts';
import { type FromWorker, isToWorker, type OpenRequest } from './dispatch/protocol.ts';
import { openPack } from './packs/open-pack.ts';
import { servedPack } from './served-pack.ts';
import { describeError } from './server/describe-error.ts';
import { decodeUtf8 } from './text/utf8.ts';

const now = () => performance.now();
const worker = new DecodingWorker({ send, open, now, onDefect });

process.on('message', (message) => {
  if (!isToWorker(message)) return;
  if (message.type === 'close') void end();
  else worker.receive(message);
});
process.once('disconnect', () => void end());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

async function open(request: OpenRequest): Promise<OpenedPack> {
  const { folder, device, threads, maxRunning, maxBytes } = request;
  const pack = await openPack(folder, { device, threads });
  const { models, tokenizer, manifest, close } = pack;
  // What the dispatcher starts waits here for memory only.
  const limits = { maxRunning, maxWaiting: maxRunning, maxBytes };
  const engine = new InfillEngine({
    models,
    tokenizer,
    registry: builtInDecoders,
    limits,
    now,
  });
  const { maskId } = models.facts;
  const maskToken = maskId === null ? null : decodeUtf8(tokenizer.bytesOf(maskId));
  const served = servedPack(manifest, { device, decoderNames: engine.decoderNames, maskToken });
  return { served, engine, close };
}

function send(message: FromWorker): void {
  // A send that fails means that the parent is gone: 'disconnect' follows.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** One line on standard error, which is the server's. */
function onDefect(error: unknown): void {
  process.stderr.write(
    `${JSON.stringify({ msg: 'worker defect', error: describeError(error) })}\n`,
  );
}

/** Nothing else keeps the process alive once the channel is closed and the models are freed. */
async function end(): Promise<void> {
  await worker.close();
  process.exitCode = 0;
  if (process.connected) process.disconnect();
}
