// What a test asks of the API, and what it is answered.

/** An answer, as a client sees it. */
export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Record<string, string | undefined>;
  /** The body as JSON; undefined where there is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test asserts what it is
  readonly body: any;
  /** Decompressed, where it is compressed. */
  readonly text: string;
  /** The same as bytes: of what is no text, they are all there is. */
  readonly bytes: Uint8Array;
  /** How many bytes of the body are sent. */
  readonly length: number;
}

/**
 * A caller, as a test names it: by a token that the authorizer verifies, where the client has `tokens`; as somebody
 * whom the authorizer has let through; or by an API key.
 */
export type As =
  | { readonly token: string }
  | {
      readonly subject: string;
      readonly roles?: readonly string[];
      readonly claims?: object;
      readonly expires?: number;
    }
  | { readonly key: string };

/** What a request of a test has beside its method and path. */
export interface Ask {
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, a string and bytes as they are. */
  readonly body?: unknown;
  /** Who asks; nobody without it. */
  readonly as?: As | undefined;
  /** The stage, or base path, that stands before the path on AWS. */
  readonly base?: string;
}
