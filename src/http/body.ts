// The body of a request as JSON: 400 and 413 are found here.
import { MOST_BODY_BYTES } from '../definition/limits';
import { Problem } from '../problem';
import { parseJson, type Parsed } from './json';
import type { Request } from './request';

/** @throws Problem `malformed-request`, `too-large`, or `invalid` for what JSON allows and nobody can store */
export function parseBody({ body, parsed }: Pick<Request, 'body' | 'parsed'>): Parsed {
  if (parsed !== undefined) {
    return parsed;
  }
  if (body === undefined) {
    throw new Problem('malformed-request', 'The request has no body: send JSON.', { errors: [{ detail: 'Is missing.', pointer: '#' }] });
  }
  if (!body.isBase64) {
    refuseLarge(Buffer.byteLength(body.text));
    return parseJson(body.text);
  }
  const bytes = Buffer.from(body.text, 'base64');
  refuseLarge(bytes.length);
  return parseJson(decodeUtf8(bytes));
}

function refuseLarge(bytes: number): void {
  if (bytes > MOST_BODY_BYTES) {
    throw new Problem('too-large', `The body has ${bytes} bytes, and at most ${MOST_BODY_BYTES} are taken: send less at once.`);
  }
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Problem('malformed-request', 'The body is not UTF-8: encode it so (RFC 8259 §8.1).', { errors: [{ detail: 'Is not UTF-8.', pointer: '#' }] });
  }
}
