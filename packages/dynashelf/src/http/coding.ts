// Content codings (RFC 9110 §8.4): a body of a kilobyte and more is sent as gzip to a client that takes it, under a tag
// of its own.
// Why not by API Gateway: docs/decisions/compression.md.
import { gzipSync } from 'node:zlib';
import Negotiator from 'negotiator';
import { MOST_SENT } from '../store/query/answer-size';
import type { Request } from './request';

/** Bytes of a body from which it is worth the work. */
const LEAST = 1024;

/** zlib's: nearly as small as its default, in three quarters of the time. */
const LEVEL = 5;

/**
 * What the strong tag of a compressed body ends in: it is another representation than the same uncompressed, so it has
 * another tag (RFC 9110 §8.8.3.3). A weak one may be of both.
 */
const MARK = '+gzip';

/** A body as it is sent, in whatever coding. */
export interface Coded {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** An answer before its coding. */
interface Plain {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
  /** Where the compressed body is kept, of one that is sent many times. */
  readonly kept?: { gzip?: string } | undefined;
}

/** Whether the client takes gzip, and likes it no less than no coding (RFC 9110 §12.5.3). */
export function takesGzip(request: Pick<Request, 'header'>): boolean {
  const accept = request.header('accept-encoding');
  return (
    accept !== undefined &&
    new Negotiator({ headers: { 'accept-encoding': accept } }).encoding(['gzip', 'identity']) === 'gzip'
  );
}

/** Whether a tag, strong or weak, is that of a compressed body. */
export function isCoded(tag: string): boolean {
  return tag.endsWith(`${MARK}"`);
}

/** The tag of the same body without coding. */
export function uncoded(tag: string): string {
  return isCoded(tag) ? `${tag.slice(0, -MARK.length - 1)}"` : tag;
}

/** An answer in the coding that the client takes, as far as Lambda sends so much of it. */
export function encode(request: Pick<Request, 'header'>, { status, headers, text, kept }: Plain): Coded {
  const { ETag: tag } = headers;
  if (status === 304) {
    return {
      headers: tag !== undefined && hasCoded(request, tag) ? { ...headers, ETag: coded(tag) } : headers,
      body: '',
      isBase64Encoded: false,
    };
  }
  if (Buffer.byteLength(text) < LEAST || !takesGzip(request)) {
    return { headers, body: text, isBase64Encoded: false };
  }
  const body = kept?.gzip ?? gzipSync(text, { level: LEVEL }).toString('base64');
  if (body.length > MOST_SENT) {
    // In base64, what hardly became shorter is longer than it was.
    return { headers, body: text, isBase64Encoded: false };
  }
  if (kept !== undefined) {
    kept.gzip = body;
  }
  // Of a problem the tag is that of the item which it is about.
  const isItsOwn = tag?.startsWith('"') === true && status < 300;
  return {
    headers: { ...headers, 'Content-Encoding': 'gzip', ...(isItsOwn && { ETag: coded(tag) }) },
    body,
    isBase64Encoded: true,
  };
}

function coded(tag: string): string {
  return `${tag.slice(0, -1)}${MARK}"`;
}

/**
 * Whether what the client has, and may keep, is the compressed body: a 304 has the tag that the 200 would have (RFC
 * 9110 §15.4.5).
 */
function hasCoded(request: Pick<Request, 'header'>, tag: string): boolean {
  const named = request.header('if-none-match') ?? '';
  return tag.startsWith('"') && named.includes(coded(tag)) && !named.includes(tag);
}
