import { describe, expect, it } from 'vitest';
import { checkDevice, type Device } from '../../src/model/devices.ts';
import { messageOf, runtimeLoadError } from '../../src/model/onnx-runtime.ts';

/** The error of `device`, or null: some machines that run these tests have a GPU. */
async function refusal(device: Device): Promise<Error | null> {
  return checkDevice(device).then(
    () => null,
    (error: Error) => error,
  );
}

describe('checkDevice', () => {
  it('accepts cpu', async () => {
    await expect(checkDevice('cpu')).resolves.toBeUndefined();
  });

  it.each([
    ['webgpu', 'Vulkan'],
    ['cuda', '--onnxruntime-node-install=cuda12'],
  ] as const)('passes %s, or says what is available and what it needs', async (device, need) => {
    const error = await refusal(device);
    if (error !== null) {
      expect(error).toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
      expect(error.message).toMatch(`Device ${device} is not available: `);
      expect(error.message).toMatch('Available here: cpu');
      expect(error.message).toMatch(need);
    }
  });
});

describe('runtimeLoadError', () => {
  it('names the hosts that have a binary when this one has none', () => {
    const cause = new Error(
      "Cannot find module '../bin/napi-v6/darwin/x64/onnxruntime_binding.node'",
    );
    const error = runtimeLoadError(cause, { platform: 'darwin', arch: 'x64' });
    expect(error).toMatchObject({ code: 'DEVICE_UNAVAILABLE', cause });
    expect(error.message).toMatch('no binary for darwin x64; it has them for linux x64');
  });

  it('quotes the loader when a binary is there and does not load', () => {
    const cause = new Error('libstdc++.so.6: cannot open shared object file\nRequire stack: …');
    const error = runtimeLoadError(cause, { platform: 'linux', arch: 'x64' });
    expect(error.message).toMatch('did not load on linux x64: libstdc++.so.6: cannot open');
    expect(error.message).not.toMatch('Require stack');
  });
});

describe('messageOf', () => {
  it("leaves out the source position of ONNX Runtime's own checks", () => {
    const cause = new Error(
      '/src/webgpu_context.cc:136 Initialize() status was false. No adapter.\n',
    );
    expect(messageOf(cause)).toBe('No adapter');
  });
});
