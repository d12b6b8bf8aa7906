// Who sends a request, from what API Gateway and the authorizer have verified of it.
import type { Config } from '../config';
import type { Caller } from '../values/caller';
import type { JsonObject } from '../values/json';
import { Problem } from '../problem';
import { ANONYMOUS } from '../authorization/grant';
import { unauthenticated } from '../authorization/refusal';

/** What the authorizer says of a token that it has verified. API Gateway passes it on as flat text. */
export interface VerifiedToken {
  readonly subject: string;
  /** The roles as a JSON array of texts. */
  readonly roles: string;
  /** The claims as a JSON object. */
  readonly claims: string;
  /** When the token ends, in seconds since 1970, as decimal text. */
  readonly expires: string;
}

/**
 * What was verified of a request before the function was called. No client can set it; whoever puts another authorizer
 * in front can.
 */
export interface Credentials {
  /** What an authorizer has said, perhaps not ours: nothing of it is read before its form is. */
  readonly context?: unknown;
  /** The id of the API key; of meaning only where keys are required. */
  readonly apiKeyId?: string | undefined;
}

const OPEN: Caller = { kind: 'open', subject: '', roles: [], claims: {} };

/**
 * The caller of a request.
 * @throws Problem `unauthenticated` for a token that has ended since it was verified, `forbidden` where the deployment
 * trusts no credentials at all;
 * Error where an authorizer names a subject and does not speak as ours does
 */
export function readCaller(
  config: Pick<Config, 'access' | 'localSubject' | 'tokens' | 'apiKeys'>,
  { context, apiKeyId }: Credentials,
): Caller {
  if (config.access === 'open') {
    return { ...OPEN, subject: config.localSubject ?? '' };
  }
  if (config.tokens === undefined && !config.apiKeys) {
    throw new Problem(
      'forbidden',
      'This deployment trusts no credentials, so it serves no data: configure an issuer of tokens or API keys for it.',
    );
  }
  const bearer = config.tokens === undefined ? undefined : readBearer(context);
  if (bearer !== undefined) {
    // An authorizer's answer may be kept longer than the token is good for. What names no end has ended.
    if (!(Number.isFinite(bearer.expires) && bearer.expires + config.tokens!.clockSkew > Date.now() / 1000)) {
      throw unauthenticated('The token has expired: send a new one.', 'invalid_token');
    }
    const { subject, roles, claims } = bearer;
    return { kind: 'token', subject, roles, claims };
  }
  return config.apiKeys && apiKeyId !== undefined
    ? { kind: 'key', subject: `${KEY_PREFIX}${apiKeyId}`, roles: [], claims: {} }
    : ANONYMOUS;
}

/**
 * When the token of a request ends that {@link readCaller} has let in, in milliseconds since 1970; undefined where it
 * has none.
 */
export function readTokenEnd(
  { tokens }: Pick<Config, 'tokens'>,
  { context }: Pick<Credentials, 'context'>,
): number | undefined {
  const bearer = tokens && readBearer(context);
  return bearer && (bearer.expires + tokens.clockSkew) * 1000;
}

/** The bearer of a token, in the one form that the authorizer writes it; undefined where no subject is named. */
function readBearer(
  context: unknown,
): (Pick<Caller, 'subject' | 'roles' | 'claims'> & { readonly expires: number }) | undefined {
  const { subject, roles, claims, expires } = (context ?? {}) as { readonly [name in keyof VerifiedToken]?: unknown };
  if (typeof subject !== 'string') {
    return undefined;
  }
  const read = { roles: parsed(roles), claims: parsed(claims) };
  const isSound =
    subject !== '' &&
    !subject.startsWith(KEY_PREFIX) &&
    Array.isArray(read.roles) &&
    read.roles.every((role) => typeof role === 'string') &&
    typeof read.claims === 'object' &&
    read.claims !== null &&
    !Array.isArray(read.claims);
  if (!isSound) {
    throw new Error(
      'The authorizer in front of this function names a subject in another form than src/http/endpoints/authorizer.ts: serverless.yml says which authorizer belongs there.',
    );
  }
  return {
    subject,
    roles: read.roles as string[],
    claims: read.claims as JsonObject,
    expires: typeof expires === 'string' && expires !== '' ? Number(expires) : NaN,
  };
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** What the subject of an API key begins with, and no token's. */
export const KEY_PREFIX = 'key:';

/** The caller as text, equal for the same; empty for nobody in particular. */
export function identityOf({ kind, subject }: Caller): string {
  return subject === '' && kind !== 'system' ? '' : `${kind}:${subject}`;
}
