// Who sends a request: what the rules of attributes, collections and actions are given.
import type { Json } from './json';

/** Who sends a request. */
export interface Caller {
  /**
   * How the request was authenticated: by a token, by an API key, not at all; or it need not be, as the
   * API is open to everyone on a developer's machine. `system` is a function of the app's own, which may all.
   */
  readonly kind: 'token' | 'key' | 'anonymous' | 'open' | 'system';
  /**
   * Who it is: the token's subject, or the API key's id behind `key:`; empty for nobody. Where the API is open to
   * everyone it is `local`, or what `LOCAL_SUBJECT` says, and no more than a name: no rule goes by it.
   */
  readonly subject: string;
  /** The roles, or groups, that the token names. */
  readonly roles: readonly string[];
  /** The verified claims of the token (RFC 7519 §4). */
  readonly claims: { readonly [claim: string]: Json };
}

/** A function of the app's own. */
export const SYSTEM: Caller = { kind: 'system', subject: '', roles: [], claims: {} };
