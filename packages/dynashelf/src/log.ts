// The log of a function: one JSON line for each entry, and nothing in it that is a secret or looks like one.

/** What an entry says. The body, the query and the headers of a request are never among it. */
export interface Entry {
  readonly message: string;
  /** Why credentials were refused. */
  readonly reason?: string;
  readonly requestId?: string;
  readonly method?: string;
  readonly path?: string;
  readonly stack?: string | undefined;
  readonly error?: {
    readonly name?: string | undefined;
    readonly code?: string | undefined;
    readonly message?: string | undefined;
  };
}

/** Longest text of an entry: what is thrown may quote a request of any size. */
const LONGEST = 4000;

/** The secrets that a function has in its environment. */
const SECRETS = ['CURSOR_KEY', 'WEBHOOK_KEY', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

const REDACTED = '[redacted]';

/** Logs what is wrong on the server's side. */
export function logError(entry: Entry): void {
  console.error(lineOf('error', entry));
}

/** Logs what a client does wrong that whoever runs the API may want to know. */
export function logWarning(entry: Entry): void {
  console.warn(lineOf('warn', entry));
}

/**
 * One line: JSON puts line breaks into escapes, and what a viewer may take for one, for a command, or for nothing
 * follows them.
 */
function lineOf(level: string, entry: Entry): string {
  const line = JSON.stringify({ level, ...entry }, (_name, value: unknown) =>
    typeof value === 'string' ? redact(value) : value,
  );
  return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => character.replace(/[^]/g, escaped));
}

/** RFC 8259 §7 */
function escaped(half: string): string {
  return `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A text without credentials: those known, and whatever has their form. What is thrown may quote anything. */
export function redact(text: string): string {
  const known = SECRETS.flatMap((name) => (process.env[name] ?? '').split(',').map((secret) => secret.trim())).filter(
    (secret) => secret.length >= 8,
  );
  const first = cut(known.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text));
  return FORMS.reduce((rest, [form, shown]) => rest.replace(form, shown as string), first);
}

/** The beginning of a text, up to a blank: half a secret may have no form. */
function cut(text: string): string {
  if (text.length <= LONGEST) {
    return text;
  }
  const first = text.slice(0, LONGEST);
  return `${first.slice(0, 1 + Math.max(first.lastIndexOf(' '), first.lastIndexOf('\n')))}…`;
}

/** Names that say secret. */
const NAMES =
  '(?:api|idempotency)[-_ ]?keys?|passwords?|passwd|passphrases?|secrets?|tokens?|credentials?|signatures?|cursors?|sessions?|\\b(?:pwd|pass|pin)';

/**
 * What stands between a name and its value in headers, JSON, JSON within JSON, and what Node prints; and in queries and
 * forms.
 */
const COLON = '\\\\*["\']?\\s*(?:=>|:|%3[Aa])\\s*';
const EQUALS = '\\\\*["\']?\\s*(?:=(?!>)|%3[Dd])\\s*';

/** A name and its value: a list or an object with all that follows, a quoted text to its quote, or `rest`. */
function named(sign: string, rest: string): RegExp {
  return new RegExp(`(${NAMES})(${sign})(?:[{[][^]*|(\\\\*)(["'])[^]*?(?<!\\\\)\\3\\4|${rest})`, 'gi');
}

/** What credentials look like. The text is short, so that none of these takes long, whatever it says. */
const FORMS: readonly (readonly [form: RegExp, shown: string | ((found: string) => string)])[] = [
  // RFC 7468 §2
  [/-----BEGIN [^-]*-----[^]*?(?:-----END|$)/g, REDACTED],
  // RFC 7519 §3: a JWT begins with the base64url of `{"`.
  [/\beyJ[\w.-]+/g, REDACTED],
  // RFC 9110 §11.4: a scheme and its credentials.
  [/\b(bearer|basic|digest|dpop|negotiate) +[\w.~+/=:-]+/gi, `$1 ${REDACTED}`],
  // Of any other scheme, and of cookies (RFC 6265 §4.2.1), the line.
  [new RegExp(`(authorization|cookie)(${COLON}|${EQUALS})(?!\\w+ \\[redacted\\]).+`, 'gi'), `$1$2${REDACTED}`],
  [named(COLON, '.+'), `$1$2${REDACTED}`],
  [named(EQUALS, '[^\\s&;]+'), `$1$2${REDACTED}`],
  // RFC 3986 §3.2.1: a user and a password in an address.
  [/\/\/[^\s/@:]+:[^\s/@]+@/g, `//${REDACTED}@`],
  // An id of AWS's access keys.
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  // Base64, which looks like a path but for its other signs.
  [
    /[\w/+-]{20,}(?:==?(?!\w))?/g,
    (found) => (found.endsWith('=') || (found.length >= 40 && found.includes('+')) ? REDACTED : found),
  ],
  // Anything long that is no word and no path: keys of APIs, hashes, signatures. A UUID is shorter.
  [/[\w-]{40,}/g, REDACTED],
];
