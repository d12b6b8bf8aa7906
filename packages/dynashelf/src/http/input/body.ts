// The body of a request as JSON: 400 and 413 are found here.
import { MOST_BODY_BYTES } from '../../definition/limits';
import { Problem } from '../../problem';
import { parseJson, type Parsed } from './json';
import type { Request } from '../request';

/**
 * API Gateway hands bodies over in base64, so that what is no UTF-8 is seen (docs/decisions/binary-bodies.md).
 * @throws Problem `malformed-request`, `too-large`, or `invalid` for what JSON allows and nobody can store
 */
export function parseBody({ body, parsed, header }: Pick<Request, 'body' | 'parsed' | 'header'>): Parsed {
  if (parsed !== undefined) {
    return parsed;
  }
  if (body === undefined) {
    throw new Problem('malformed-request', 'The request has no body: send JSON.', {
      errors: [{ detail: 'Is missing.', pointer: '#' }],
    });
  }
  if (!body.isBase64) {
    const bytes = Buffer.byteLength(body.text);
    refuseLarge(bytes);
    refuseReplaced(body.text, bytes, header);
    return parseJson(body.text);
  }
  const bytes = Buffer.from(body.text, 'base64');
  refuseLarge(bytes.length);
  return parseJson(decodeUtf8(bytes));
}

function refuseLarge(bytes: number): void {
  if (bytes > MOST_BODY_BYTES) {
    throw new Problem(
      'too-large',
      `The body has ${bytes} bytes, and at most ${MOST_BODY_BYTES} are taken: send less at once.`,
    );
  }
}

/**
 * Where a gateway hands over text, it has put U+FFFD for what is no UTF-8, and that has another length, mostly. Without
 * that character nothing was replaced.
 */
function refuseReplaced(text: string, bytes: number, header: Request['header']): void {
  const length = header('content-length');
  if (text.includes('\ufffd') && length !== undefined && /^\d+$/.test(length) && Number(length) !== bytes) {
    throw notUtf8();
  }
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw notUtf8();
  }
}

function notUtf8(): Problem {
  return new Problem('malformed-request', 'The body is not UTF-8: encode it so (RFC 8259 §8.1).', {
    errors: [{ detail: 'Is not UTF-8.', pointer: '#' }],
  });
}
