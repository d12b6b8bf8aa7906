// Who sends a request, from what API Gateway and the authorizer have verified of it.
import type { Config } from '../config';
import type { Caller } from '../definition/access';
import type { JsonObject } from '../definition/item';
import { Problem } from '../problem';
import { ANONYMOUS } from './grant';
import { unauthenticated } from './refusal';

/** What the authorizer says of a token that it has verified. Lambda passes it on as flat text. */
export interface VerifiedToken {
  readonly subject: string;
  /** The roles as a JSON array of texts. */
  readonly roles: string;
  /** The claims as a JSON object. */
  readonly claims: string;
  /** When the token ends, in seconds since 1970, as decimal text. */
  readonly expires: string;
}

/** What was verified of a request before the function was called. No client can set it. */
export interface Credentials {
  readonly token?: VerifiedToken | undefined;
  /** The id of the API key; of meaning only where keys are required. */
  readonly apiKeyId?: string | undefined;
}

const OPEN: Caller = { kind: 'open', subject: '', roles: [], claims: {} };

/**
 * The caller of a request.
 * @throws Problem `unauthenticated` for a token that has ended since it was verified, `forbidden` where the deployment trusts no credentials at all
 */
export function readCaller(config: Pick<Config, 'access' | 'tokens' | 'apiKeys'>, { token, apiKeyId }: Credentials): Caller {
  if (config.access === 'open') {
    return OPEN;
  }
  if (config.tokens === undefined && !config.apiKeys) {
    throw new Problem('forbidden', 'This deployment trusts no credentials, so it serves nothing but its description: configure an issuer of tokens or API keys for it.');
  }
  if (config.tokens !== undefined && token !== undefined) {
    // An authorizer's answer may be kept longer than the token is good for.
    if (!(Number(token.expires) + config.tokens.clockSkew > Date.now() / 1000)) {
      throw unauthenticated('The token has expired: send a new one.', 'invalid_token');
    }
    return { kind: 'token', subject: token.subject, roles: JSON.parse(token.roles) as string[], claims: JSON.parse(token.claims) as JsonObject };
  }
  return config.apiKeys && apiKeyId !== undefined ? { kind: 'key', subject: `${KEY_PREFIX}${apiKeyId}`, roles: [], claims: {} } : ANONYMOUS;
}

/** What the subject of an API key begins with, and no token's. */
export const KEY_PREFIX = 'key:';

/** The caller as text, equal for the same; empty for nobody in particular. */
export function identityOf({ kind, subject }: Caller): string {
  return subject === '' ? '' : `${kind}:${subject}`;
}
