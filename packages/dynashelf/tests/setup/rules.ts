// An API whose access goes by the rules of its resource files, and the callers that tests send requests as.
import type { Config } from '../../src/config';
import type { As } from '../../src/testing/ask';

/** A deployment that trusts tokens and API keys. */
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

export const ADA: As = { subject: 'ada' };
export const BEN: As = { subject: 'ben' };
export const EDITOR: As = { subject: 'eve', roles: ['reader', 'editor'] };
export const MACHINE: As = { key: 'k1' };
