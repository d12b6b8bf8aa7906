// Which credentials a deployment trusts, and the security schemes that are made of them.
import type { Config } from '../config';
import type { Part } from './names';

/** The credentials that a deployment trusts. */
export interface TrustedCredentials {
  /** Whose tokens; undefined where none are trusted. The issuer is undefined where it is not known yet. */
  readonly tokens: { readonly issuer: string | undefined } | undefined;
  /** Whether API Gateway wants an API key with every request on data. */
  readonly apiKeys: boolean;
  /** Whether what the API says of itself is for whoever has some of them alone. */
  readonly isPrivate?: true;
}

/** What a configuration trusts; undefined where nobody is asked for credentials. */
export function trustedBy({
  access,
  tokens,
  apiKeys,
  description,
}: Pick<Config, 'access' | 'tokens' | 'apiKeys'> & Partial<Pick<Config, 'description'>>):
  TrustedCredentials | undefined {
  return access === 'open'
    ? undefined
    : { tokens: tokens && { issuer: tokens.issuer }, apiKeys, ...(description === 'private' && { isPrivate: true }) };
}

/**
 * The security schemes section of the components. Tokens are `http` with `bearer` and not `openIdConnect`: of that the
 * docs page and most generators make nothing, not so much as a place for the token; where to find the issuer is said in
 * words.
 */
export function securitySchemes({ tokens, apiKeys }: TrustedCredentials): Part {
  const whose =
    tokens?.issuer === undefined ? 'of the issuer that the deployment trusts' : `of the issuer ${tokens.issuer}`;
  return {
    ...(tokens !== undefined && {
      token: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: `A JSON Web Token (RFC 7519) ${whose}, made for this API. Following RFC8725, its algorithm, signature, issuer, audience and times are verified.`,
      },
    }),
    ...(apiKeys && {
      apiKey: {
        type: 'apiKey',
        in: 'header',
        name: 'x-api-key',
        description: 'A key of a usage plan. Every request on data needs one, with a token or without.',
      },
    }),
  };
}

/** By which credentials an operation may be carried out. */
export interface SecurityRequirement {
  readonly token: boolean;
  /** By an API key without a token. */
  readonly key: boolean;
  readonly anonymous: boolean;
}

/** Whoever has credentials that are good. */
export function everyKind({ tokens, apiKeys }: TrustedCredentials): SecurityRequirement {
  return { token: tokens !== undefined, key: apiKeys, anonymous: false };
}

/** The alternatives of which a request needs one. Where keys are required, API Gateway wants one beside a token too. */
export function requirements({ token, key, anonymous }: SecurityRequirement, { apiKeys }: TrustedCredentials): Part[] {
  const always = apiKeys ? { apiKey: [] } : {};
  return [...(token ? [{ ...always, token: [] }] : []), ...(key ? [{ apiKey: [] }] : []), ...(anonymous ? [{}] : [])];
}
