import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endWhenStalled } from '../../src/server/stalled-reader.ts';

const stallMs = 100;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A socket that says what a test puts in; `written` counts what waits, too, as Node does. */
function watched() {
  const socket = new Socket();
  const buffer = { written: 0, waiting: 0 };
  Object.defineProperties(socket, {
    bytesWritten: { get: () => buffer.written },
    writableLength: { get: () => buffer.waiting },
  });
  endWhenStalled(socket, stallMs);
  return { socket, buffer };
}

describe('a connection', () => {
  it('ends when nothing of what waits has got through from one look to the next', () => {
    const { socket, buffer } = watched();
    Object.assign(buffer, { written: 10, waiting: 10 });
    vi.advanceTimersByTime(stallMs);
    expect(socket.destroyed).toBe(false);
    Object.assign(buffer, { written: 15, waiting: 15 });
    vi.advanceTimersByTime(stallMs);
    expect(socket.destroyed).toBe(true);
  });

  it('goes on while its client reads, however slowly', () => {
    const { socket, buffer } = watched();
    Object.assign(buffer, { written: 100, waiting: 100 });
    for (let look = 0; look < 10; look++) {
      vi.advanceTimersByTime(stallMs);
      buffer.waiting -= 1;
    }
    expect(socket.destroyed).toBe(false);
  });

  it('may be silent as long as it likes, and has its time for what comes then', () => {
    const { socket, buffer } = watched();
    vi.advanceTimersByTime(50 * stallMs + stallMs - 1);
    Object.assign(buffer, { written: 10, waiting: 10 });
    vi.advanceTimersByTime(1);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(stallMs);
    expect(socket.destroyed).toBe(true);
  });

  it('is watched until it closes', () => {
    const { socket } = watched();
    expect(vi.getTimerCount()).toBe(1);
    socket.emit('close', false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
