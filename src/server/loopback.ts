/**
 * Which connections come from this machine.
 */
import { BlockList, isIPv6 } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Whether the other end of a socket is on this machine: at a loopback address, or at the address it connected to.
 *
 * A proxy on this machine makes all it forwards look so: it is no proof of anything alone.
 */
export function isFromThisMachine({ remoteAddress, localAddress }: SocketAddresses): boolean {
  if (remoteAddress === undefined) return false;
  // IPv4 within IPv6, where a server listens on both.
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '');
  return (
    loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') || remoteAddress === localAddress
  );
}

/** Both ends of a socket; undefined once it is closed. */
export type SocketAddresses = {
  readonly remoteAddress?: string | undefined;
  readonly localAddress?: string | undefined;
};
