// The public keys of the issuer of tokens: found, fetched within bounds, kept, and fetched anew when they change.
import { assertIsJwks, type Jwk } from 'aws-jwt-verify/jwk';
import type { Json } from 'aws-jwt-verify/safe-json-parse';
import type { TokenTrust } from '../config';
import { logError } from '../log';
import { Problem } from '../problem';

/**
 * Finds the key that a token names.
 * @returns undefined where the issuer has no such key
 * @throws Problem `unavailable` where the issuer's keys cannot be had
 */
export type IssuerKeys = (kid: string) => Promise<Jwk | undefined>;

/** How long keys are trusted without asking the issuer again, in milliseconds: a key that it withdrew is good for no longer. */
export const KEYS_MAX_AGE = 3_600_000;

/** How long keys serve that are older than that, while the issuer does not answer. */
export const KEYS_LONGEST = 6 * 3_600_000;

/** The shortest time between two fetches, in milliseconds: whoever makes up key ids causes no more. */
export const REFETCH_WAIT = 10_000;

/** The same where the last one failed and there is no key to go on with. */
export const FAILURE_WAIT = 1_000;

/** The time for one answer of the issuer, body and all. API Gateway waits ten seconds or more for an authorizer. */
const TIMEOUT = 3_000;

/** API Gateway's own authorizers take no larger key set. */
const LARGEST_ANSWER = 150_000;

/** @param insecure whether http will do, as on a developer's machine */
export function issuerKeys({ issuer, jwksUri }: Pick<TokenTrust, 'issuer' | 'jwksUri'>, insecure: boolean): IssuerKeys {
  let keys: readonly Jwk[] = [];
  let fetched = -Infinity;
  let tried = -Infinity;
  let failure: Problem | undefined;
  let fetching: Promise<void> | undefined;

  /** Fetches the keys; who comes meanwhile waits for the same answer. */
  async function refresh(): Promise<void> {
    fetching ??= (async () => {
      tried = Date.now();
      try {
        keys = await fetchKeys(jwksUri ?? (await discover(issuer, insecure)));
        fetched = Date.now();
        failure = undefined;
      } catch (error) {
        failure = new Problem('unavailable', 'The keys of the issuer of tokens could not be had: send the request again later.', { headers: { 'Retry-After': '1' } });
        // Which answer of which host it was is for whoever runs this.
        logError({ message: 'the keys of the issuer of tokens could not be had', error: { message: error instanceof Error ? error.message : String(error) } });
      } finally {
        fetching = undefined;
      }
    })();
    await fetching;
  }

  return async (kid) => {
    const known = (): Jwk | undefined => keys.find((key) => key.kid === kid);
    const since = (time: number): number => Date.now() - time;
    const isMissing = known() === undefined;
    const isDue = since(tried) >= (isMissing && failure !== undefined ? FAILURE_WAIT : REFETCH_WAIT);
    if (isMissing ? isDue || fetching !== undefined : isDue && since(fetched) > KEYS_MAX_AGE) {
      await refresh();
    }
    if (failure !== undefined && (known() === undefined || since(fetched) > KEYS_LONGEST)) {
      throw failure;
    }
    return known();
  };
}

/** OpenID Connect Discovery §4: the address of the keys, from the issuer's own description. */
async function discover(issuer: string, insecure: boolean): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { issuer: named, jwks_uri: uri } = (await fetchJson(url)) as { issuer?: unknown; jwks_uri?: unknown };
  // §4.3: they must be the same, character by character, or one issuer could speak for another.
  if (named !== issuer) {
    throw new Error(`${url} describes another issuer`);
  }
  if (typeof uri !== 'string' || !URL.canParse(uri) || !(insecure ? ['https:', 'http:'] : ['https:']).includes(new URL(uri).protocol)) {
    throw new Error(`${url} names no https address of keys in jwks_uri`);
  }
  return uri;
}

async function fetchKeys(uri: string): Promise<readonly Jwk[]> {
  const set = await fetchJson(uri);
  assertIsJwks(set);
  return set.keys;
}

async function fetchJson(url: string): Promise<{ [name: string]: Json }> {
  // A redirection could lead anywhere, into this network too.
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT), redirect: 'error', headers: { Accept: 'application/json' } }).catch((error: Error) => {
    throw new Error(`${url} gave no answer (${error.cause instanceof Error ? error.cause.message : error.message})`);
  });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Error(`${url} was answered with ${answer.status}`);
  }
  const value = JSON.parse(await readText(answer, url)) as Json;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${url} is no JSON object`);
  }
  return value;
}

async function readText(answer: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > LARGEST_ANSWER) {
      throw new Error(`${url} is larger than ${LARGEST_ANSWER} bytes`);
    }
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}
