/**
 * A child process that runs a small graph on one device and tells whether it could: a driver that crashes, crashes this.
 *
 * Knows one device, its first argument; opens no pack.
 */
import { InfillError } from './errors.ts';
import { checkDevice, type Device } from './model/devices.ts';

/** Null: it runs here. Else why it does not, and what it needs. */
export type DeviceAnswer = { readonly refusal: string | null };

const [, , device] = process.argv;

async function probe(): Promise<DeviceAnswer> {
  try {
    await checkDevice(device as Device);
    return { refusal: null };
  } catch (error) {
    if (error instanceof InfillError) return { refusal: error.message };
    throw error;
  }
}

process.send?.(await probe(), undefined, undefined, () => process.exit(0));
