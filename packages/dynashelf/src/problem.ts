// Every error the API answers with (RFC 9457): one catalogue of types, one thing that is thrown.

/** The catalogue: slug of the type, HTTP status (RFC 9110 §15) and title. */
const CATALOGUE = {
  'malformed-request': { status: 400, title: 'Malformed request' },
  unauthenticated: { status: 401, title: 'Unauthenticated' },
  forbidden: { status: 403, title: 'Forbidden' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'not-acceptable': { status: 406, title: 'Not acceptable' },
  conflict: { status: 409, title: 'Conflict' },
  gone: { status: 410, title: 'Gone' },
  'precondition-failed': { status: 412, title: 'Precondition failed' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  invalid: { status: 422, title: 'Invalid' },
  'precondition-required': { status: 428, title: 'Precondition required' },
  throttled: { status: 429, title: 'Throttled' },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Unavailable' },
} as const;

/** The name of a kind of problem: the last part of its `type` (RFC 9457 §3.1.1). */
export type ProblemType = keyof typeof CATALOGUE;

/** A problem type of an app's own, as `defineProblem` makes it. */
export interface OwnProblemType {
  readonly type: string;
  readonly status: number;
  readonly title: string;
}

/** All problem types of the catalogue, in the order of their status. */
export const PROBLEM_TYPES = Object.keys(CATALOGUE) as ProblemType[];

/** One thing wrong with a request: what to do about it, and where it is. */
export type Fault = { detail: string } & (
  | { /** RFC 6901 as a URI fragment: `#/title`. */ pointer: string }
  | { /** A query or path parameter. */ parameter: string }
  | { /** A request header. */ header: string }
);

/** What a problem says beside its type and detail. */
export interface ProblemMore {
  /** The faults found, for bad input: the first {@link MOST_FAULTS} of them. */
  errors?: Fault[];
  /** Response headers that belong to the problem, such as `Allow` or `Retry-After`. */
  headers?: Record<string, string>;
  /** What the documents of a type of the app's own have besides (RFC 9457 §3.2). */
  extension?: { readonly [name: string]: unknown };
  /** The item as it now is, and its revision, for a failed precondition. */
  current?: { readonly item: { readonly [attribute: string]: unknown }; readonly revision: string };
}

/** A problem names this many faults at most: Lambda answers with 6 MB at most, and nobody reads more. */
export const MOST_FAULTS = 100;

/** Greatest length of a text that may quote the request, in UTF-16 units. */
export const LONGEST_TEXT = 2000;

/** Some faults: the first of them, and how many there are. */
export interface FoundFaults {
  readonly named: readonly Fault[];
  readonly count: number;
}

/**
 * Faults as they are found. A request can have a hundred thousand: beyond the first {@link MOST_FAULTS} they are
 * counted, not made.
 */
export interface Faults extends FoundFaults {
  /** Counts a fault, and makes it if it will be named. */
  add(make: () => Fault): void;
  /** Adds the faults of a part, each changed into one of the whole. */
  addAll(part: FoundFaults, change?: (fault: Fault) => Fault): void;
}

/** Begins to gather faults. */
export function gatherFaults(): Faults {
  const named: Fault[] = [];
  const faults = {
    named,
    count: 0,
    add(make: () => Fault) {
      if (faults.count++ < MOST_FAULTS) {
        named.push(make());
      }
    },
    addAll(part: FoundFaults, change: (fault: Fault) => Fault = (fault) => fault) {
      if (part.count > 0) {
        named.push(...part.named.slice(0, MOST_FAULTS - named.length).map(change));
        faults.count += part.count;
      }
    },
  };
  return faults;
}

/** An answer other than success. Thrown anywhere, written to the wire by `http/response.ts`. */
export class Problem extends Error {
  /** The slug of the problem type. */
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly more: ProblemMore;
  /** How many faults were found, of which `more.errors` has the first. */
  readonly faultCount: number;

  /**
   * @param kind the slug of a type of the catalogue, or a type of the app's own
   * @param detail a sentence for a person that says what to do
   */
  constructor(
    readonly kind: ProblemType | OwnProblemType,
    detail: string,
    more: Omit<ProblemMore, 'errors'> & { errors?: readonly Fault[] | FoundFaults } = {},
  ) {
    const { errors, ...others } = more;
    const { named, count } =
      errors === undefined || 'named' in errors
        ? (errors ?? { named: [], count: 0 })
        : { named: errors, count: errors.length };
    const remark =
      count > MOST_FAULTS ? ` There are ${count} faults, of which the first ${MOST_FAULTS} are named.` : '';
    const whole = `${shorten(detail)}${remark}`;
    const { type, status, title } = typeof kind === 'string' ? { type: kind, ...CATALOGUE[kind] } : kind;
    super(`${type}: ${whole}`);
    this.name = 'Problem';
    this.type = type;
    this.detail = whole;
    this.more = errors === undefined ? others : { ...others, errors: named.slice(0, MOST_FAULTS).map(shortenFault) };
    this.faultCount = count;
    this.status = status;
    this.title = title;
  }
}

/** The status and title of a problem type. */
export function describeProblem(type: ProblemType): { status: number; title: string } {
  return CATALOGUE[type];
}

/**
 * A path into a JSON document as RFC 6901 §6 writes it in a URI fragment; of one that is too long, the innermost place
 * around that it can name.
 */
export function pointer(...path: (string | number)[]): string {
  let text = '#';
  for (const part of path) {
    const name = String(part);
    // A name can be a thousand times as long as what is shown of it.
    const longer =
      name.length > LONGEST_TEXT
        ? undefined
        : `${text}/${encodeURIComponent(name.replace(/~/g, '~0').replace(/\//g, '~1'))}`;
    if (longer === undefined || longer.length > LONGEST_TEXT) {
      break;
    }
    text = longer;
  }
  return text;
}

function shorten(text: string): string {
  // Not between the halves of a surrogate pair, which a JSON text would then hold alone.
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function shortenFault(fault: Fault): Fault {
  const detail = shorten(fault.detail);
  return 'pointer' in fault
    ? { detail, pointer: shortenPointer(fault.pointer) }
    : 'parameter' in fault
      ? { detail, parameter: shorten(fault.parameter) }
      : { ...fault, detail };
}

/** A pointer that is too long leads to the innermost place around that it can name. */
function shortenPointer(text: string): string {
  return text.length <= LONGEST_TEXT ? text : text.slice(0, text.lastIndexOf('/', LONGEST_TEXT));
}
