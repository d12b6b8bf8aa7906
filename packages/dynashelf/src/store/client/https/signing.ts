// Requests signed with AWS Signature Version 4. Why not by AWS's own signer: docs/decisions/transport.md.
import { createHmac, hash } from 'node:crypto';
import type { Credentials } from './environment';

/** What is the same of all requests that are signed. */
export interface SigningOptions {
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
  /** Of all requests. */
  readonly method: string;
  /** Of all requests; without a query. */
  readonly url: URL;
}

/**
 * The headers to send: those given, date, session token and signature.
 * @param headers with `host`, by their names in lower case; all are signed; no value begins or ends with a space, or
 * has two in a row
 */
export type Sign = (headers: Record<string, string>, body: string, date: Date) => Record<string, string>;

/** Makes a signer (AWS Signature Version 4), which keeps the key of the day. */
export function createSigner({
  credentials: { accessKeyId, secretAccessKey, sessionToken },
  region,
  service,
  method,
  url,
}: SigningOptions): Sign {
  // All services but S3 have the path escaped once more.
  const start = `${method}\n${encodeURIComponent(url.pathname)
    .replace(/%2F/g, '/')
    .replace(/[!'()*]/g, escaped)}\n\n`;
  const token = sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken };
  let key: { readonly day: string; readonly bytes: Buffer } = { day: '', bytes: Buffer.alloc(0) };

  return (headers, body, date) => {
    const moment = date.toISOString().replace(/[-:]|\.\d+/g, '');
    const day = moment.slice(0, 8);
    const scope = `${day}/${region}/${service}/aws4_request`;
    if (key.day !== day) {
      key = {
        day,
        bytes: [day, region, service, 'aws4_request'].reduce<string | Buffer>(
          (before, part) => hmac(before, part).digest(),
          `AWS4${secretAccessKey}`,
        ) as Buffer,
      };
    }
    const signed: Record<string, string> = { ...headers, 'x-amz-date': moment, ...token };
    const names = Object.keys(signed).sort();
    const list = names.join(';');
    let request = start;
    for (const name of names) {
      request += `${name}:${signed[name]}\n`;
    }
    request += `\n${list}\n${hash('sha256', body)}`;
    const signature = hmac(key.bytes, `AWS4-HMAC-SHA256\n${moment}\n${scope}\n${hash('sha256', request)}`).digest(
      'hex',
    );
    signed['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${list}, Signature=${signature}`;
    return signed;
  };
}

function hmac(key: string | Buffer, text: string): ReturnType<typeof createHmac> {
  return createHmac('sha256', key).update(text);
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
