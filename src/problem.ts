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
  'precondition-failed': { status: 412, title: 'Precondition failed' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  invalid: { status: 422, title: 'Invalid' },
  'precondition-required': { status: 428, title: 'Precondition required' },
  throttled: { status: 429, title: 'Throttled' },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Unavailable' },
} as const;

export type ProblemType = keyof typeof CATALOGUE;

/** All problem types, in the order of their status. */
export const PROBLEM_TYPES = Object.keys(CATALOGUE) as ProblemType[];

/** One thing wrong with a request: what to do about it, and where it is. */
export type Fault = { detail: string } & (
  | { /** RFC 6901 as a URI fragment: `#/title`. */ pointer: string }
  | { /** A query or path parameter. */ parameter: string }
  | { /** A request header. */ header: string }
);

export interface ProblemMore {
  /** Every fault found, for bad input. */
  errors?: Fault[];
  /** Response headers that belong to the problem, such as `Allow` or `Retry-After`. */
  headers?: Record<string, string>;
  /** The item as it now is, for a failed precondition. */
  current?: { readonly version: number; readonly [attribute: string]: unknown };
}

/** An answer other than success. Thrown anywhere, written to the wire by `http/response.ts`. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;

  /**
   * @param type the slug of the problem type
   * @param detail a sentence for a person that says what to do
   */
  constructor(
    readonly type: ProblemType,
    readonly detail: string,
    readonly more: ProblemMore = {},
  ) {
    super(`${type}: ${detail}`);
    this.name = 'Problem';
    this.status = CATALOGUE[type].status;
    this.title = CATALOGUE[type].title;
  }
}

/** The status and title of a problem type. */
export function describeProblem(type: ProblemType): { status: number; title: string } {
  return CATALOGUE[type];
}

/** A path into a JSON document as RFC 6901 §6 writes it in a URI fragment. */
export function pointer(...path: (string | number)[]): string {
  return ['#', ...path.map((part) => encodeURIComponent(String(part).replace(/~/g, '~0').replace(/\//g, '~1')))].join('/');
}
