// The formats of strings: the validator's own, and in their place stricter ones where those take what the RFC refuses.
import { format as formats } from '@cfworker/json-schema';

/** Whether a text is of a format, by the format's name; undefined of one that is not known. */
export function formatCheck(name: string): ((text: string) => boolean) | undefined {
  return Object.hasOwn(formats, name) ? formats[name] : undefined;
}

const { 'date-time': isMoment, ipv6: isAddress } = formats as Record<'date-time' | 'ipv6', (text: string) => boolean>;

// The validator looks a format up here, so that it and the quick check go by the same.
Object.assign(formats, {
  // RFC 3339 §5.6: a space may stand for the T, no other white space.
  'date-time': (text: string) => /^[tT ]$/.test(text.charAt(10)) && isMoment(text),
  // A leading zero makes some readers take the number for octal (RFC 6943 §3.1.1): 010.0.0.1 is then 8.0.0.1.
  ipv4: (text: string) => IPV4.test(text),
  uri: (text: string) => isReference(text, true),
  'uri-reference': (text: string) => isReference(text, false),
});

/** RFC 3986 appendix A, dec-octet. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;

/** RFC 3986 appendix B: every text falls into these parts. */
const PARTS =
  /^(?:(?<scheme>[^:/?#]+):)?(?:\/\/(?<authority>[^/?#]*))?(?<path>[^?#]*)(?:\?(?<query>[^#]*))?(?:#(?<fragment>.*))?$/s;

/** Appendix A. */
const SCHEME = /^[a-z][a-z0-9+.-]*$/i;
const AUTHORITY =
  /^(?:(?:[a-z0-9\-._~!$&'()*+,;=:]|%[0-9a-f]{2})*@)?(?:\[(?<address>[^\]]*)\]|(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})*)(?::[0-9]*)?$/i;
const FUTURE_ADDRESS = /^v[0-9a-f]+\.[a-z0-9\-._~!$&'()*+,;=:]+$/i;
const PATH = /^(?:[a-z0-9\-._~!$&'()*+,;=:@/]|%[0-9a-f]{2})*$/i;
const QUERY = /^(?:[a-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*$/i;

/** RFC 3986 §4.1, or with a scheme §3. */
function isReference(text: string, needsScheme: boolean): boolean {
  const { scheme, authority = '', path = '', query = '', fragment = '' } = PARTS.exec(text)?.groups ?? {};
  // §4.2: what stands before a colon in the first segment would be a scheme.
  const isSchemeRight = scheme === undefined ? !needsScheme && !/^[^/]*:/.test(path) : SCHEME.test(scheme);
  return isSchemeRight && isAuthority(authority) && PATH.test(path) && QUERY.test(query) && QUERY.test(fragment);
}

function isAuthority(text: string): boolean {
  const found = AUTHORITY.exec(text);
  const address = found?.groups?.['address'];
  return found !== null && (address === undefined || isAddress(address) || FUTURE_ADDRESS.test(address));
}
