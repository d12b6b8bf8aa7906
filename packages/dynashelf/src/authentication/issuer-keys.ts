// The public keys of the issuer of tokens: found, kept, and fetched anew when they change.
import { createLocalJWKSet, type CryptoKey, errors } from 'jose';
import type { TokenTrust } from '../config';
import { logError } from '../log';
import { Problem } from '../problem';
import { fetchObject } from './issuer-answer';
import { type PublicKey, usableKeys } from './public-key';

/**
 * Finds the keys that a token can be signed by: those of the id that it names which fit its algorithm; nearly always
 * one.
 * @returns none where the issuer has no such key
 * @throws Problem `unavailable` where the issuer's keys cannot be had
 */
export type IssuerKeys = (alg: string, kid: string) => Promise<readonly CryptoKey[]>;

/**
 * How long keys are trusted without asking the issuer again, in milliseconds: a key that it withdrew is good for no
 * longer.
 */
export const KEYS_MAX_AGE = 3_600_000;

/** How long keys serve that are older than that, while the issuer does not answer. */
export const KEYS_LONGEST = 6 * 3_600_000;

/** The shortest time between two fetches, in milliseconds: whoever makes up key ids causes no more. */
export const REFETCH_WAIT = 10_000;

/** The same where the last one failed and there is no key to go on with. */
export const FAILURE_WAIT = 1_000;

/** The same where the last one failed and there is: each try makes one caller wait. */
export const RENEWAL_WAIT = 60_000;

type Find = (alg: string, kid: string) => Promise<readonly CryptoKey[]>;

/** @param insecure whether http will do, as on a developer's machine */
export function issuerKeys({ issuer, jwksUri }: Pick<TokenTrust, 'issuer' | 'jwksUri'>, insecure: boolean): IssuerKeys {
  let find: Find = async () => [];
  let fetched = -Infinity;
  let tried = -Infinity;
  let failure: Problem | undefined;
  let fetching: Promise<void> | undefined;

  const since = (time: number): number => Date.now() - time;

  /** Fetches the keys; who comes meanwhile waits for the same answer. */
  async function refresh(): Promise<void> {
    fetching ??= (async () => {
      tried = Date.now();
      try {
        find = finder(await fetchKeys(jwksUri ?? (await discover(issuer, insecure))));
        fetched = Date.now();
        failure = undefined;
      } catch (error) {
        failure = unavailable();
        // Which answer of which host it was is for whoever runs this.
        logError({
          message: 'the keys of the issuer of tokens could not be had',
          error: { message: error instanceof Error ? error.message : String(error) },
        });
      } finally {
        fetching = undefined;
      }
    })();
    await fetching;
  }

  return async (alg, kid) => {
    const isExpired = (): boolean => since(fetched) > KEYS_LONGEST;
    const known = isExpired() ? [] : await find(alg, kid);
    if (known.length > 0) {
      // One caller asks for all; the others go on with what is known.
      if (since(fetched) <= KEYS_MAX_AGE || since(tried) < (failure === undefined ? REFETCH_WAIT : RENEWAL_WAIT)) {
        return known;
      }
      await refresh();
    } else if (fetching !== undefined || since(tried) >= (failure === undefined ? REFETCH_WAIT : FAILURE_WAIT)) {
      await refresh();
    }
    const found = isExpired() ? [] : await find(alg, kid);
    if (found.length === 0 && (failure !== undefined || isExpired())) {
      throw failure ?? unavailable();
    }
    return found;
  };
}

function unavailable(): Problem {
  return new Problem(
    'unavailable',
    'The keys of the issuer of tokens could not be had: send the request again later.',
    { headers: { 'Retry-After': '1' } },
  );
}

/** The keys of an id that fit an algorithm by their type, curve and declared purpose. */
function finder(keys: PublicKey[]): Find {
  const choose = createLocalJWKSet({ keys });
  return async (alg, kid) => {
    try {
      return [await choose({ alg, kid })];
    } catch (error) {
      // Several may have one id (RFC 7517 §4.5): then the error lists them.
      const found: CryptoKey[] = [];
      if (error instanceof errors.JWKSMultipleMatchingKeys) {
        for await (const key of error) {
          found.push(key);
        }
      }
      return found;
    }
  };
}

/** OpenID Connect Discovery §4: the address of the keys, from the issuer's own description. */
async function discover(issuer: string, insecure: boolean): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { issuer: named, jwks_uri: uri } = await fetchObject(url);
  // §4.3: they must be the same, character by character, or one issuer could speak for another.
  if (named !== issuer) {
    throw new Error(`${url} describes another issuer`);
  }
  if (
    typeof uri !== 'string' ||
    !URL.canParse(uri) ||
    !(insecure ? ['https:', 'http:'] : ['https:']).includes(new URL(uri).protocol)
  ) {
    throw new Error(`${url} names no https address of keys in jwks_uri`);
  }
  return uri;
}

/** RFC 7517 §5 */
async function fetchKeys(uri: string): Promise<PublicKey[]> {
  const { keys } = await fetchObject(uri);
  if (!Array.isArray(keys)) {
    throw new Error(`${uri} is no set of keys`);
  }
  const usable = usableKeys(keys);
  if (usable.length === 0 && keys.length > 0) {
    throw new Error(`${uri} has ${keys.length} keys, and none that a token could be verified by`);
  }
  return usable;
}
