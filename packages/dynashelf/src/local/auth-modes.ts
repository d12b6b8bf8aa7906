// Who is let in by a local start: which tokens are trusted, and which API key is asked for.

import { LOCAL_AUDIENCE, makeToken, startIssuer } from './issuer';
import { keptSecret, type Settings } from './settings';

/** Who is let in. */
export interface AuthModes {
  readonly access: 'open' | 'rules';
  /** The key that every request on data needs; none where none is asked for. */
  readonly apiKey?: string | undefined;
  /** The issuer whose tokens are trusted. */
  readonly issuer?: string;
  /** A token of the issuer of this machine with some roles, where that is the one. */
  readonly exampleToken?: (roles: readonly string[]) => string;
}

/**
 * Who is let in: everyone, or the bearers of tokens of an issuer, of this machine unless the environment names another.
 * `stop` ends that issuer.
 */
export async function openAuthModes({
  access,
  apiKeys,
  dataDirectory,
}: Settings): Promise<{ authModes: AuthModes; stop?: () => void }> {
  const apiKey = apiKeys ? process.env.API_KEY || keptSecret(dataDirectory, 'api-key') : undefined;
  if (access === 'open') {
    return { authModes: { access, apiKey } };
  }
  if (process.env.TOKEN_ISSUER) {
    return { authModes: { access, apiKey, issuer: process.env.TOKEN_ISSUER } };
  }
  const issuer = await startIssuer(dataDirectory);
  return {
    authModes: {
      access,
      apiKey,
      issuer: issuer.url,
      exampleToken: (roles) => makeToken(dataDirectory, 'ada', 5, { roles }),
    },
    stop: () => issuer.stop(),
  };
}

/** The variables by which the functions trust them. */
export function trustOf({ apiKey, issuer, exampleToken }: AuthModes): NodeJS.ProcessEnv {
  return {
    ...(apiKey === undefined ? {} : { API_KEY: apiKey }),
    ...(exampleToken === undefined
      ? {}
      : {
          TOKEN_ISSUER: issuer,
          TOKEN_AUDIENCE: LOCAL_AUDIENCE,
          TOKEN_JWKS_URI: '',
          TOKEN_ALGORITHMS: 'RS256',
          TOKEN_ROLES_CLAIM: 'roles',
        }),
  };
}
