/**
 * Loads ONNX Runtime when a model is first needed, so that a machine without its binary gets an error it can act on.
 *
 * Knows where binaries exist; knows no model.
 */
import { InfillError } from '../errors.ts';

/** The onnxruntime-node module. */
export type OnnxRuntime = typeof import('onnxruntime-node');

/** What a native binary is built for. */
type Host = { readonly platform: string; readonly arch: string };

/** Hosts that onnxruntime-node 1.30 carries a binary for. */
const supportedHosts = ['linux x64', 'linux arm64', 'darwin arm64', 'win32 x64', 'win32 arm64'];

/**
 * Returns the runtime; its native library is loaded by the first call.
 *
 * @throws InfillError DEVICE_UNAVAILABLE - no binary for this host, or one that does not load.
 */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    const runtime = await import('onnxruntime-node');
    // What it would print to stderr as an error, it also throws.
    runtime.env.logLevel = 'fatal';
    return runtime;
  } catch (cause) {
    throw runtimeLoadError(cause, process);
  }
}

/** Returns the error for a runtime that did not load on `host`: DEVICE_UNAVAILABLE, with what would help. */
export function runtimeLoadError(cause: unknown, host: Host): InfillError {
  const name = `${host.platform} ${host.arch}`;
  if (!supportedHosts.includes(name)) {
    return new InfillError(
      'DEVICE_UNAVAILABLE',
      `ONNX Runtime has no binary for ${name}; it has them for ${supportedHosts.join(', ')}. ` +
        'On a Mac with an Intel processor, run in a Linux container.',
      { cause },
    );
  }
  return new InfillError(
    'DEVICE_UNAVAILABLE',
    `ONNX Runtime's native library did not load on ${name}: ${messageOf(cause)}. ` +
      'Reinstall the dependencies with `npm ci`; on Linux, glibc is needed (Alpine has musl).',
    { cause },
  );
}

/** Returns the first line of what a foreign exception says, without its source position and final full stop. */
export function messageOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const [firstLine = ''] = message.trim().split('\n');
  // ONNX Runtime's own checks begin with file, line, function and the condition that "was false".
  return firstLine.replace(/^.* was false\. /, '').replace(/\.$/, '');
}
