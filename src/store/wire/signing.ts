// Requests signed with AWS Signature Version 4, by AWS's own signer.
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './environment';

export interface SigningOptions {
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
}

/** A request before it is signed. */
export interface Unsigned {
  readonly method: string;
  readonly url: URL;
  /** With `host`; all are signed. */
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The headers to send, with date, session token and signature. */
export type Sign = (request: Unsigned, date: Date) => Promise<Record<string, string>>;

export function createSigner(options: SigningOptions): Sign {
  const signer = new SignatureV4({ ...options, sha256: Sha256 as unknown as HashConstructor, applyChecksum: false });
  return async ({ method, url, headers, body }, signingDate) => {
    const request = { method, protocol: url.protocol, hostname: url.hostname, path: url.pathname, query: {}, headers, body };
    return (await signer.sign(request, { signingDate })).headers;
  };
}

type HashConstructor = ConstructorParameters<typeof SignatureV4>[0]['sha256'];

/** SHA-256, or its HMAC with a secret, as the signer wants it: it calls `new`, and gets this object. */
function Sha256(secret?: string | Uint8Array): { update(data: Uint8Array): void; digest(): Promise<Uint8Array> } {
  const hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  return {
    update: (data) => void hash.update(data),
    digest: async () => hash.digest(),
  };
}
