// Which IP addresses are public: not those that IANA's registries of special-purpose addresses have, nor IPv6 addresses
// that hold one of IPv4.
import { BlockList, isIP } from 'node:net';

/** https://www.iana.org/assignments/iana-ipv4-special-registry, multicast, and what is reserved. */
const SPECIAL_IPV4 = subnets('ipv4', [
  // This network (RFC 791), private use (RFC 1918), shared between a carrier's customers (RFC 6598), loopback
  // (RFC 1122).
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local (RFC 3927), where clouds have their metadata; and Azure's.
  ['169.254.0.0', 16],
  ['168.63.129.16', 32],
  ['172.16.0.0', 12],
  // Protocol assignments (RFC 6890), documentation (RFC 5737), AS112 (RFC 7535), AMT (RFC 7450), relays of 6to4
  // (RFC 7526).
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  // Benchmarks (RFC 2544).
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast (RFC 5771), reserved (RFC 1112) and broadcast.
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]);

/**
 * Global unicast (RFC 4291 §2.4). Whatever is outside it is not public: loopback, link-local, unique local, multicast,
 * and addresses of IPv4 as mapped (RFC 4291 §2.5.5) and by NAT64 (RFC 6052, RFC 8215).
 */
const GLOBAL_IPV6 = subnets('ipv6', [['2000::', 3]]);

/** https://www.iana.org/assignments/iana-ipv6-special-registry, as far as it is within global unicast. */
const SPECIAL_IPV6 = subnets('ipv6', [
  // Protocol assignments, Teredo (RFC 4380) among them.
  ['2001::', 23],
  // Documentation (RFC 3849, RFC 9637), 6to4 (RFC 3056), AS112.
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
]);

/** Whether a text is an IP address that anyone on the internet can reach. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) {
    return !SPECIAL_IPV4.check(address, 'ipv4');
  }
  // An address with a zone is one of a link (RFC 4007).
  return (
    family === 6 && !address.includes('%') && GLOBAL_IPV6.check(address, 'ipv6') && !SPECIAL_IPV6.check(address, 'ipv6')
  );
}

const LOOPBACK_IPV4 = subnets('ipv4', [['127.0.0.0', 8]]);

/** Whether a text is an address of this machine itself. */
export function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && LOOPBACK_IPV4.check(address, 'ipv4'));
}

function subnets(family: 'ipv4' | 'ipv6', all: readonly (readonly [network: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of all) {
    list.addSubnet(network, prefix, family);
  }
  return list;
}
