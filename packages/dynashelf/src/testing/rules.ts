// An API whose access goes by the rules of its resource files, for tests that send requests as somebody.

import type { Config } from '../config';

/** The configuration of a deployment that trusts tokens and API keys, for `createClient({ config: RULES })`. */
export const RULES: Partial<Config> = {
  access: 'rules',
  tokens: {
    issuer: 'https://issuer.example',
    audiences: ['api'],
    jwksUri: undefined,
    algorithms: ['RS256'],
    clockSkew: 0,
    rolesClaim: 'roles',
  },
  apiKeys: true,
};
