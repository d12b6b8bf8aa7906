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
  readonly error?: { readonly name?: string | undefined; readonly code?: string | undefined; readonly message?: string | undefined };
}

/** Longest text of an entry: what is thrown may quote a request of any size. */
const LONGEST = 4000;

/** The secrets that a function has in its environment. */
const SECRETS = ['CURSOR_KEY', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

const REDACTED = '[redacted]';

/** Logs what is wrong on the server's side. */
export function logError(entry: Entry): void {
  console.error(lineOf('error', entry));
}

/** Logs what a client does wrong that whoever runs the API may want to know. */
export function logWarning(entry: Entry): void {
  console.warn(lineOf('warn', entry));
}

/** JSON puts line breaks into escapes, so that no text makes a line of its own. */
function lineOf(level: string, entry: Entry): string {
  return JSON.stringify({ level, ...entry }, (_name, value: unknown) => (typeof value === 'string' ? redact(value) : value));
}

/** A text without credentials: those known, and whatever has their form. What is thrown may quote anything. */
export function redact(text: string): string {
  const known = SECRETS.flatMap((name) => (process.env[name] ?? '').split(',').map((secret) => secret.trim())).filter((secret) => secret.length >= 8);
  const first = known.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text).slice(0, LONGEST);
  return FORMS.reduce((rest, [form, shown]) => rest.replace(form, shown), first);
}

/** What credentials look like. The text is short, so that none of these takes long, whatever it says. */
const FORMS: readonly (readonly [form: RegExp, shown: string])[] = [
  // RFC 7519 §3: a JWT begins with the base64url of `{"`.
  [/\beyJ[\w.-]+/g, REDACTED],
  // RFC 9110 §11.4: a scheme and its credentials.
  [/\b(bearer|basic|digest|dpop|negotiate) +[\w.~+/=:-]+/gi, `$1 ${REDACTED}`],
  // A name that says secret, and its value.
  [/(authorization|cookie|api[-_ ]?key|password|passwd|secret|token|credentials?|signature|cursor|session)(["']? ?[:=] ?["']?)(?!\[redacted\]|bearer |basic |digest |dpop |negotiate )[^\s"',;&}]+/gi, `$1$2${REDACTED}`],
  // RFC 3986 §3.2.1: a user and a password in an address.
  [/\/\/[^\s/@:]+:[^\s/@]+@/g, `//${REDACTED}@`],
  // An id of AWS's access keys.
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  // Anything long that is no word and no path: keys of APIs, hashes, signatures. A UUID is shorter.
  [/[\w-]{40,}/g, REDACTED],
];
