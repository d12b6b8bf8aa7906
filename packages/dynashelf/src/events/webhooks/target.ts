// Where webhooks may be sent: URLs that lead to public addresses, judged as they are written, and by what their names
// resolve to.
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isLoopback, isPublicAddress } from './public-address';

/** Which URLs are taken. */
export interface TargetRules {
  /** The ports of https. */
  readonly ports: readonly number[];
  /** Whether this machine itself will do, by http too and at any port: on a developer's machine alone. */
  readonly isLocalAllowed: boolean;
}

/** An address that a name resolves to. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Finds all addresses of a name. @throws Error with a `code`, such as `ENOTFOUND` where there are none */
export type Lookup = (host: string) => Promise<readonly Address[]>;

/** The lookup of the system. */
export const lookUpAddresses: Lookup = async (host) => systemLookup(host, { all: true });

/** A URL that webhooks are not sent to. The message is a sentence that says why. */
export class RefusedTarget extends Error {}

/** Characters of a URL. */
export const LONGEST_URL = 2048;

/** Names that are never public: RFC 6761, RFC 6762, RFC 8375, and `.internal`, which ICANN keeps for private use. */
const LOCAL_NAMES = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'test',
  'invalid',
  'example',
  'onion',
  'arpa',
  'alt',
];

/**
 * Reads a URL as it is written, without asking anyone.
 * @throws RefusedTarget
 */
export function readTarget(text: string, rules: TargetRules): URL {
  if (text.length > LONGEST_URL) {
    throw new RefusedTarget(`is longer than ${LONGEST_URL} characters`);
  }
  // A parser of URLs drops some of these, and takes a backslash for a slash.
  if (/[\u0000-\u0020\u007f-\u009f\\]/.test(text) || !URL.canParse(text)) {
    throw new RefusedTarget('is no URL such as https://app.example.com/hooks');
  }
  const url = new URL(text);
  const host = hostOf(url);
  const [, authority = ''] = /^[a-z]+:\/\/([^/?#]*)/i.exec(text) ?? [];
  const isLocal = rules.isLocalAllowed && (isLoopback(host) || host === 'localhost');
  if (url.protocol !== 'https:' && !(isLocal && url.protocol === 'http:')) {
    throw new RefusedTarget('is not an https URL');
  }
  // A parser takes any number of slashes, and finds a host, credentials too, where nothing else would.
  if (authority === '') {
    throw new RefusedTarget('is no URL such as https://app.example.com/hooks');
  }
  if (authority.includes('@')) {
    throw new RefusedTarget('has credentials in it, and every delivery is signed instead');
  }
  if (url.hash !== '' || text.includes('#')) {
    throw new RefusedTarget('has a fragment, which is never sent');
  }
  if (!isLocal && !rules.ports.includes(Number(url.port || 443))) {
    throw new RefusedTarget(`has the port ${url.port || 443}: one of ${rules.ports.join(', ')} is wanted`);
  }
  if (isIP(host) !== 0) {
    refuseAddress(host, rules);
    // Octal, hexadecimal and shortened notations are for hiding an address.
    if (isIP(host) === 4 && !(authority === host || authority.startsWith(`${host}:`))) {
      throw new RefusedTarget('has an address that is not written as four decimal numbers');
    }
  } else if (!isLocal) {
    const labels = host.replace(/\.$/, '').split('.');
    if (labels.length < 2 || LOCAL_NAMES.includes(labels.at(-1)!)) {
      throw new RefusedTarget(`has the host "${host}", which is no public name`);
    }
  }
  return url;
}

/**
 * Resolves the host of a URL.
 * @returns all its addresses, each of which may be connected to
 * @throws RefusedTarget where one of them may not; else what the lookup throws
 */
export async function resolveTarget(
  url: URL,
  rules: TargetRules,
  lookup: Lookup = lookUpAddresses,
): Promise<readonly Address[]> {
  const host = hostOf(url);
  const family = isIP(host);
  const addresses = family === 0 ? await lookup(host) : [{ address: host, family }];
  if (addresses.length === 0) {
    throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
  }
  for (const { address } of addresses) {
    refuseAddress(address, rules);
  }
  return addresses;
}

/** Its address says more than its receiver would like. */
function refuseAddress(address: string, { isLocalAllowed }: TargetRules): void {
  if (!isPublicAddress(address) && !(isLocalAllowed && isLoopback(address))) {
    throw new RefusedTarget('leads to an address that is not public');
  }
}

/** The host as it is looked up: an IPv6 address without its brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
