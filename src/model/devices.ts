/**
 * Whether a device can run models here, asked before any model is opened; there is no falling back to another one.
 *
 * Knows execution providers; knows no model.
 */
import { InfillError } from '../errors.ts';
import { loadOnnxRuntime, messageOf, type OnnxRuntime } from './onnx-runtime.ts';

/** Where sessions run; also the name of ONNX Runtime's execution provider. */
export type Device = 'cpu' | 'webgpu' | 'cuda';

/** What a device needs, as the second half of an error message. */
const requirements: Readonly<Record<Device, string>> = {
  cpu: 'Reinstall the dependencies with `npm ci`.',
  webgpu:
    'webgpu needs a GPU with a driver for Vulkan (Linux: libvulkan1 and the vendor driver), D3D12 (Windows) or Metal (macOS).',
  cuda:
    'cuda needs Linux x64, an NVIDIA driver, CUDA 12 with cuDNN 9, and files that npm does not carry: ' +
    '`node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12` downloads them.',
};

/** An ONNX graph of one node, y = x + x over float32 (N, 2): the smallest session that makes a device prove itself. */
const probeGraph = Buffer.from(
  'CAg6PwoOCgF4CgF4EgF5IgNBZGQSAWdaFAoBeBIPCg0IARIJCgMSAU4KAggCYhQKAXkSDwoNCAESCQoDEgFOCgIIAkIECgAQEQ==',
  'base64',
);

/**
 * Passes if `device` runs a graph here.
 *
 * @throws InfillError DEVICE_UNAVAILABLE - names the devices that are available, and what the asked one needs.
 */
export async function checkDevice(device: Device): Promise<void> {
  const runtime = await loadOnnxRuntime();
  const reason = await refusal(runtime, device);
  if (reason === null) {
    return;
  }
  const available = await availableDevices(runtime, device);
  throw new InfillError(
    'DEVICE_UNAVAILABLE',
    `Device ${device} is not available: ${reason}. Available here: ${available.join(', ') || 'none'}. ${requirements[device]}`,
  );
}

async function availableDevices(runtime: OnnxRuntime, refused: Device): Promise<Device[]> {
  const devices: Device[] = ['cpu', 'webgpu', 'cuda'];
  const available: Device[] = [];
  for (const device of devices) {
    if (device !== refused && (await refusal(runtime, device)) === null) {
      available.push(device);
    }
  }
  return available;
}

/** Returns why `device` cannot run a graph; null if it can. Being listed as bundled says nothing of a GPU being there. */
async function refusal(runtime: OnnxRuntime, device: Device): Promise<string | null> {
  if (!runtime.listSupportedBackends().some((backend) => backend.name === device)) {
    return `this build of ONNX Runtime (${process.platform} ${process.arch}) does not have it`;
  }
  try {
    const options = { executionProviders: [device] };
    const session = await runtime.InferenceSession.create(probeGraph, options);
    await session.release();
    return null;
  } catch (cause) {
    return messageOf(cause);
  }
}
