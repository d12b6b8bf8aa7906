// The secrets of webhooks, and what is signed with them (Standard Webhooks). A secret is made of a key of the
// environment and of what the table knows, so the table alone shows none.
import { createHash, createHmac } from 'node:crypto';

/** What of a webhook its secrets are made of. */
export interface SecretOf {
  readonly id: string;
  readonly createdAt: string;
}

/** Milliseconds for which the secret before the present one is good. */
export const OVERLAP = 24 * 60 * 60 * 1000;

/**
 * A secret, of 32 bytes behind `whsec_`.
 * @param key of the environment
 * @param version 1 for the first, one more for each that takes its place
 */
export function makeSecret(key: string, { id, createdAt }: SecretOf, version: number): string {
  const bytes = createHmac('sha256', key)
    .update(JSON.stringify(['webhook', id, createdAt, version]))
    .digest('base64');
  return `whsec_${bytes}`;
}

/** The name of a key, by which the table says which one made a secret. */
export function nameKey(key: string): string {
  return createHash('sha256').update(`webhook key ${key}`).digest('base64url').slice(0, 8);
}

/**
 * The header fields of a delivery: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param secrets one signature for each
 * @param time milliseconds since 1970
 */
export function signedHeaders(
  id: string,
  time: number,
  body: string,
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(time / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
