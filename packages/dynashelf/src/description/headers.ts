// The headers of answers, each described once.
import { refer, type Part } from './names';
import type { TrustedCredentials } from './trusted-credentials';

/** An entity tag (RFC 9110 §8.8.3) as answers have it. */
const ENTITY_TAG = '^(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"$';

/** By name: what it says, and what it looks like. */
const HEADERS: Record<string, readonly [description: string, schema: Part]> = {
  'X-Request-Id': [
    'Identifies the request in logs; a problem has it as `instance`.',
    { type: 'string', minLength: 1, maxLength: 128 },
  ],
  'Cache-Control': [
    'Who may keep the answer, and for how long (RFC 9111).',
    { type: 'string', pattern: '^(?:no-cache|no-store|(?:public, )?max-age=[0-9]+)$', maxLength: 100 },
  ],
  Vary: [
    'The request headers that change the answer.',
    { type: 'string', pattern: '^[A-Za-z-]+(?:, [A-Za-z-]+)*$', maxLength: 200 },
  ],
  'Content-Encoding': [
    '`gzip` where the client takes it and the body has a kilobyte or more (RFC 9110 §8.4).',
    { type: 'string', const: 'gzip' },
  ],
  'X-Content-Type-Options': ['The answer is of the type that it says.', { type: 'string', const: 'nosniff' }],
  'Server-Timing': [
    'The stations of the request with their milliseconds, and what the database did (W3C Server Timing): `store;dur=4.1;desc="1 read, 0.5 RCU"`. `gateway` alone where API Gateway answered.',
    { type: 'string', pattern: '^[a-z]+(?:;dur=|$)', maxLength: 1000 },
  ],
  'Strict-Transport-Security': [
    'Deployed: use HTTPS alone (RFC 6797).',
    { type: 'string', pattern: '^max-age=[0-9]+$', maxLength: 100 },
  ],
  'Access-Control-Allow-Origin': [
    'The origin whose scripts may read the answer, or `*`.',
    { type: 'string', pattern: '^(?:\\*|https?://[^/]+)$', maxLength: 300 },
  ],
  'Access-Control-Expose-Headers': [
    'The headers that scripts may read.',
    { type: 'string', pattern: '^[A-Za-z-]+(?:, [A-Za-z-]+)*$', maxLength: 1000 },
  ],
  ETag: [
    'The entity tag (RFC 9110 §8.8.3): of an item strong, its version in quotes, and ending in `+gzip` where the body is compressed; of a list weak. For `If-Match` and `If-None-Match`.',
    { type: 'string', pattern: ENTITY_TAG, maxLength: 100 },
  ],
  'Last-Modified': [
    'When the item was last written (RFC 9110 §8.8.2).',
    { type: 'string', pattern: '^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$', maxLength: 29 },
  ],
  Location: [
    'Where the item is that was made, or where to go.',
    { type: 'string', format: 'uri-reference', maxLength: 2000 },
  ],
  Link: [
    'Links (RFC 8288): the next page, or the description of the API (RFC 8631).',
    { type: 'string', pattern: '^<[^>]*>; rel="' },
  ],
  'Preference-Applied': [
    'Which preference of `Prefer` was followed (RFC 7240).',
    { type: 'string', enum: ['return=minimal', 'return=representation', 'count=exact'] },
  ],
  'Idempotent-Replayed': [
    'The request was answered before; this is that answer, and nothing was changed.',
    { type: 'string', const: 'true' },
  ],
  'Retry-After': [
    'Seconds to wait before the request is sent again.',
    { type: 'string', pattern: '^[0-9]+$', maxLength: 10 },
  ],
  Allow: ['The methods that the path takes.', { type: 'string', pattern: '^[A-Z]+(?:, [A-Z]+)*$', maxLength: 100 }],
  Accept: ['The media types that PUT takes.', { type: 'string', maxLength: 200 }],
  'Accept-Post': ['The media types that POST takes.', { type: 'string', maxLength: 200 }],
  'Accept-Patch': ['The media types that PATCH takes (RFC 5789).', { type: 'string', maxLength: 200 }],
  'Content-Security-Policy': [
    'What a browser that shows the answer may load: nothing, and for the docs page nothing of other hosts.',
    { type: 'string', maxLength: 1000 },
  ],
  'Referrer-Policy': [
    'Other hosts are not told where a link to them was found.',
    { type: 'string', const: 'no-referrer' },
  ],
};

/** What is so only where credentials are asked for. */
const OF_CREDENTIALS: typeof HEADERS = {
  'Cache-Control': [
    HEADERS['Cache-Control']![0],
    { ...HEADERS['Cache-Control']![1], pattern: '^(?:no-cache|no-store|(?:public, |private, )?max-age=[0-9]+)$' },
  ],
  'WWW-Authenticate': [
    'The credentials that are asked for (RFC 9110 §11.6.1). API Gateway passes it on as `x-amzn-Remapped-WWW-Authenticate` where a function said it.',
    { type: 'string', pattern: '^Bearer', maxLength: 200 },
  ],
};

/** What every answer has. */
const COMMON = [
  'X-Request-Id',
  'Cache-Control',
  'Vary',
  'X-Content-Type-Options',
  'Content-Security-Policy',
  'Referrer-Policy',
  'Server-Timing',
];

/** What every answer has under conditions: compressed, deployed, or asked by a script of another origin. */
const SOMETIMES = [
  'Content-Encoding',
  'Strict-Transport-Security',
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
];

/** The headers that all answers share. */
const SHARED_HEADERS: readonly string[] = [...COMMON, ...SOMETIMES];

/** The headers section of the components. */
export function headerComponents(trusted: TrustedCredentials | undefined): Part {
  return Object.fromEntries(
    Object.entries({ ...HEADERS, ...(trusted !== undefined && OF_CREDENTIALS) }).map(
      ([name, [description, schema]]) => [
        name,
        { description, ...(COMMON.includes(name) && { required: true }), schema },
      ],
    ),
  );
}

/** The headers of one answer: the shared ones and its own. */
export function headersOf(...own: string[]): Part {
  return Object.fromEntries([...own, ...SHARED_HEADERS].map((name) => [name, refer('headers', name)]));
}
