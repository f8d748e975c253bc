/**
 * The decoding worker: a child process of the server that holds one pack and runs its decoders.
 *
 * Knows which parts a worker is made of and when its process may end. Its parent decides that: signals from the terminal
 * are left to the parent, and when the channel closes, however the parent ended, the worker ends too.
 */
import { builtInDecoders } from './decoders.ts';
import { OverdueError } from './decoding/decoder-failure.ts';
import { InfillEngine } from './decoding/infill-engine.ts';
import { createRegistry, type DecoderRegistry } from './decoding/registry.ts';
import { DecodingWorker, type OpenedPack } from './dispatch/decoding-worker.ts';
import {
  type FromWorker,
  isToWorker,
  type OpenRequest,
  type PluginRequest,
} from './dispatch/protocol.ts';
import { importPlugins } from './import-plugins.ts';
import { openPack } from './packs/open-pack.ts';
import { servedPack } from './served-pack.ts';
import { describeError } from './server/describe-error.ts';
import { decodeUtf8 } from './text/utf8.ts';

const now = () => performance.now();
const residentBytes = () => process.memoryUsage.rss();
const worker = new DecodingWorker({ send, open, now, residentBytes, onDefect });

process.on('message', (message) => {
  if (!isToWorker(message)) return;
  if (message.type === 'close') void end();
  else worker.receive(message);
});
process.once('disconnect', () => void end());
// As without a listener, but for the message: what a decoder throws out of any call may carry a text too.
process.once('uncaughtException', (error) => {
  onDefect(error);
  process.exit(1);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

async function open(request: OpenRequest): Promise<OpenedPack> {
  const { folder, device, threads, maxRunning, maxBytes, plugin } = request;
  const registry = plugin === null ? builtInDecoders : await pluginRegistry(plugin);
  const pack = await openPack(folder, { device, threads });
  const { models, tokenizer, manifest, close } = pack;
  // What the dispatcher starts waits here for memory only.
  const limits = { maxRunning, maxWaiting: maxRunning, maxBytes, ...timeLimits(plugin) };
  const engine = new InfillEngine({
    models,
    tokenizer,
    registry,
    limits,
    now,
  });
  const { maskId } = models.facts;
  const maskToken = maskId === null ? null : decodeUtf8(tokenizer.bytesOf(maskId));
  const served = servedPack(manifest, { device, decoderNames: engine.decoderNames, maskToken });
  return { served, engine, close };
}

/** A registry of the one decoder: a worker is for it alone, whatever else its module exports. */
async function pluginRegistry(plugin: PluginRequest): Promise<DecoderRegistry> {
  const { module, specifier, decoderName } = plugin;
  const plugins = await importPlugins(module, specifier);
  return createRegistry(plugins.filter(({ name }) => name === decoderName));
}

function timeLimits(plugin: PluginRequest | null) {
  if (plugin === null) return {};
  const { stepTimeoutMs, scoreTimeoutMs } = plugin;
  return { stepTimeoutMs, scoreTimeoutMs };
}

function send(message: FromWorker): void {
  // A send that fails means that the parent is gone: 'disconnect' follows.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** One line on standard error, which is the server's. What goes on after its limit can only be ended with the process. */
function onDefect(error: unknown): void {
  process.stderr.write(
    `${JSON.stringify({ msg: 'worker defect', error: describeError(error) })}\n`,
  );
  if (!(error instanceof OverdueError)) return;
  send({ type: 'leaving' });
  setImmediate(exitAfterSends);
}

function exitAfterSends(): void {
  process.send?.({ type: 'leaving' }, undefined, undefined, () => process.exit(1));
}

/** Nothing else keeps the process alive once the channel is closed and the models are freed. */
async function end(): Promise<void> {
  await worker.close();
  process.exitCode = 0;
  if (process.connected) process.disconnect();
}
