// What each problem type means and what to do about it, for the description and its page; docs/problems.md says more.
import type { OwnProblem } from './own-problems';
import { PROBLEM_TYPES, describeProblem, type ProblemType } from '../problem';

/** One problem type for people. */
export interface ProblemText {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
  /** What to do; of a type of the app's own, its meaning says so. */
  readonly remedy?: string;
}

/** Meaning and remedy; docs/problems.md has the same sentences, which a test holds. */
const TEXTS: Record<ProblemType, readonly [meaning: string, remedy: string]> = {
  'malformed-request': ['The request cannot be read.', 'correct what `errors` names.'],
  unauthenticated: [
    'Credentials are missing, expired or not valid.',
    'send valid credentials, of the kind that `WWW-Authenticate` names.',
  ],
  forbidden: [
    'The credentials do not allow the request, or a firewall rule refused it.',
    'use other credentials, or ask for the right.',
  ],
  'not-found': [
    'Nothing is served at the path, or the collection has no item of this id.',
    '`GET /` lists the collections; list the collection to see its items.',
  ],
  'method-not-allowed': ['The path does not take the method.', 'use one of those that `Allow` names.'],
  'not-acceptable': [
    '`Accept` excludes JSON, and answers are nothing else.',
    'allow `application/json` in `Accept`, or leave the header out.',
  ],
  conflict: [
    'The request is right in itself and does not go with the items as they are.',
    'read `detail`; with `Retry-After`, send the request again.',
  ],
  gone: [
    'The place in the feed is older than what is kept of it.',
    'begin with `since=now`, read the list anew, then go on from there.',
  ],
  'precondition-failed': [
    'The item is not, or no longer, what `If-Match`, `If-None-Match` or `If-Unmodified-Since` asks for.',
    'apply the change to `current`, and send it with the new tag.',
  ],
  'too-large': [
    'The body has more than 1 MiB or 100,000 values, the item more than 400 KB as it is stored, or the request asks for too much at once.',
    'send less at once, or keep the large part elsewhere and its address in the item.',
  ],
  'unsupported-media-type': [
    '`Content-Type` is not one that the method takes, names a character set other than UTF-8, or the body is compressed.',
    'send `application/json`, for PATCH also `application/merge-patch+json` or `application/json-patch+json`, without `Content-Encoding`.',
  ],
  invalid: ['The body can be read and is not valid, or would not leave a valid item.', 'correct what `errors` names.'],
  'precondition-required': [
    'The collection wants a precondition with every change, and the request has none.',
    'GET the item, and send its `ETag` in `If-Match`; to create with PUT, `If-None-Match: *`.',
  ],
  throttled: [
    'The database takes no more requests at the moment, or a limit or quota is reached.',
    'wait as long as `Retry-After` says, in seconds, then longer each time.',
  ],
  internal: [
    'A bug in the API, or a fault in how it is deployed. A write may have taken effect.',
    'report the id in `instance` if it stays.',
  ],
  unavailable: [
    'The database cannot be reached, fails, or answers too late. A write may have taken effect.',
    'wait as long as `Retry-After` says. GET, PUT and DELETE can then be sent as they are, PATCH with its `If-Match`; after POST without `Idempotency-Key`, look whether the item is there.',
  ],
};

/** Every problem type: those of the catalogue in the order of their statuses, then the app's own. */
export function problemTexts(own: readonly OwnProblem[] = []): ProblemText[] {
  const ofCatalogue = PROBLEM_TYPES.map((type) => {
    const [meaning, remedy] = TEXTS[type];
    return { type, ...describeProblem(type), meaning, remedy };
  });
  return [
    ...ofCatalogue,
    ...own.map(({ type, status, title, description }) => ({ type, status, title, meaning: description })),
  ];
}

/** One problem type in a sentence or two of Markdown. */
export function problemSentence(type: ProblemType): string {
  const [meaning, remedy] = TEXTS[type];
  return `${meaning} What to do: ${remedy}`;
}
