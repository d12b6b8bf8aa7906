// The formats of strings (JSON Schema validation §7.3), each by its RFC; docs/decisions/formats.md says why of our own.
import { isIPv4, isIPv6 } from 'node:net';
import type { FORMATS } from './attribute';
import { EXAMPLE_ID } from './id';

/** What is known of a format. */
interface Format {
  readonly holds: (text: string) => boolean;
  readonly example: string;
  /** How the format looks, where its name does not say that: the end of a sentence. */
  readonly hint?: string;
}

export const FORMATS_BY_NAME: { readonly [Name in (typeof FORMATS)[number]]: Format } = {
  date: { holds: isDate, example: '2026-03-31', hint: ', such as 2026-03-31' },
  'date-time': {
    holds: isMoment,
    example: '2026-03-31T12:00:00.000Z',
    hint: ' with its time zone, such as 2026-03-31T12:00:00Z',
  },
  duration: { holds: (text) => DURATION.test(text), example: 'P3DT12H', hint: ', such as P3DT12H' },
  email: { holds: isEmail, example: 'ada@example.org' },
  hostname: { holds: isHostname, example: 'example.org' },
  // Neither takes leading zeros, which make some readers take a number for octal (RFC 6943 §3.1.1): 010.0.0.1 is then
  // 8.0.0.1.
  ipv4: { holds: isIPv4, example: '192.0.2.1' },
  ipv6: { holds: isAddress, example: '2001:db8::1' },
  time: { holds: isTime, example: '12:00:00Z', hint: ' with its time zone, such as 12:00:00Z' },
  uri: { holds: (text) => isReference(text, true), example: 'https://example.org/' },
  'uri-reference': { holds: (text) => isReference(text, false), example: '/example' },
  uuid: { holds: (text) => UUID.test(text), example: EXAMPLE_ID },
};

/** RFC 9562 §4. */
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** RFC 3339 appendix A. */
const DURATION =
  /^P(?:\d+W|(?:(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?|T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)))$/;

/** RFC 3339 §5.6. */
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i;

/** RFC 3339 §5.7: days by month, from January. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** RFC 3339 §5.6, full-date. */
function isDate(text: string): boolean {
  if (!DATE.test(text)) {
    return false;
  }
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))] as const;
  // Appendix C.
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0));
}

/** RFC 3339 §5.6: a leap second ends a day of UTC (§5.7). */
function isTime(text: string): boolean {
  const [found, ...parts] = TIME.exec(text) ?? [];
  const [hour, minute, second, , byHours = 0, byMinutes = 0] = parts.map((part) => Number(part ?? 0));
  if (found === undefined || hour! > 23 || minute! > 59 || second! > 60 || byHours > 23 || byMinutes > 59) {
    return false;
  }
  const offset = (parts[3] === '-' ? -1 : 1) * (60 * byHours + byMinutes);
  const day = 24 * 60;
  return second! < 60 || (60 * hour! + minute! - offset + day) % day === day - 1;
}

/** RFC 3339 §5.6: a space may stand for the T, no other white space. */
function isMoment(text: string): boolean {
  return /^[tT ]$/.test(text.charAt(10)) && isDate(text.slice(0, 10)) && isTime(text.slice(11));
}

/** RFC 1123 §2.1, RFC 952. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

function isHostname(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => LABEL.test(label));
}

/** RFC 5321 §4.1.2: Dot-string and Quoted-string. */
const LOCAL_PART =
  /^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*|"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*")$/i;

/** RFC 5321 §4.1.2 and §4.1.3, with the greatest lengths of §4.5.3.1. */
function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const host = text.slice(at + 1);
  if (at < 1 || at > 64 || !LOCAL_PART.test(text.slice(0, at))) {
    return false;
  }
  const literal = /^\[(?:ipv6:([^\]]*)|([^\]]*))\]$/i.exec(host);
  return literal === null ? isHostname(host) : literal[1] === undefined ? isIPv4(literal[2]!) : isAddress(literal[1]);
}

/** RFC 4291 §2.2, without the zone that Node takes. */
function isAddress(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

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
