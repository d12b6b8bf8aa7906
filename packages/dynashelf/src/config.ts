// The environment, read and checked once when a function starts.

/** What the environment variables of a function say, checked. */
export interface Config {
  /** The DynamoDB table that holds every resource. */
  readonly tableName: string;
  /**
   * The secrets that cursors are signed with: the first makes them, every one accepts them. Empty in a function that
   * has no use for any.
   */
  readonly cursorKeys: readonly string[];
  /** How many requests to DynamoDB one page of a list may read. */
  readonly readLimit: number;
  /** Origins whose scripts may call the API; `*` for any. */
  readonly corsOrigins: readonly string[];
  /**
   * `rules`: who may do what is what the resource files say. `open`: everyone may do everything, on a developer's
   * machine alone.
   */
  readonly access: 'rules' | 'open';
  /** The subject of everyone where access is open, so that code which asks who calls is answered; empty without it. */
  readonly localSubject?: string | undefined;
  /** Which tokens are trusted; undefined where none are. */
  readonly tokens: TokenTrust | undefined;
  /** Whether API Gateway asks for an API key of a usage plan before it calls a function on data. */
  readonly apiKeys: boolean;
  /** Who is told what is served: `public`, everyone; `private`, whoever has good credentials. */
  readonly description: 'public' | 'private';
  /** Where clients connect sockets, in the function that gives tickets for them; undefined where there are none. */
  readonly socketUrl?: string | undefined;
  /** Whether this runs on AWS behind HTTPS, not on a developer's machine. */
  readonly deployed: boolean;
}

/** Which tokens (RFC 7519) are trusted. */
export interface TokenTrust {
  /** The issuer, `iss`, as its tokens name it (OpenID Connect Core §2). */
  readonly issuer: string;
  /**
   * The audiences of which a token names one, in `aud` or, where it has none as Cognito's access tokens, in
   * `client_id`.
   */
  readonly audiences: readonly string[];
  /** Where the issuer's keys are; found by OpenID Connect Discovery where it is not said. */
  readonly jwksUri: string | undefined;
  /** The signature algorithms taken (RFC 7518 §3.1); none of them symmetric, never `none`. */
  readonly algorithms: readonly string[];
  /** By how many seconds clocks may differ. */
  readonly clockSkew: number;
  /** The claim that lists the roles; a dot reaches into an object: `realm_access.roles`. */
  readonly rolesClaim: string;
}

/**
 * Reads the configuration.
 * @throws Error naming the variable that is missing or wrong and where to set it
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  // Only a local engine is reached by an endpoint of one's own.
  const deployed = environment['AWS_ENDPOINT_URL_DYNAMODB'] === undefined;
  return {
    tableName: required(environment, 'TABLE_NAME'),
    cursorKeys: readSecrets(environment, 'CURSOR_KEY'),
    readLimit: count(environment, 'READ_LIMIT', 10),
    corsOrigins: origins(environment['CORS_ORIGINS'] ?? '*'),
    access: access(environment, deployed),
    ...(environment['LOCAL_SUBJECT'] && { localSubject: environment['LOCAL_SUBJECT'] }),
    tokens: tokens(environment, deployed),
    apiKeys: oneOf(environment, 'API_KEYS', ['', 'required']) === 'required',
    description: oneOf(environment, 'API_DESCRIPTION', ['', 'public', 'private']) || 'public',
    ...(environment['SOCKET_URL'] && { socketUrl: socketUrl(environment['SOCKET_URL'], deployed) }),
    deployed,
  };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') {
    throw new Error(
      `The environment variable ${name} is not set. serverless.yml sets it under provider.environment; npm start and npm test set it themselves.`,
    );
  }
  return value;
}

/**
 * Asks for the secrets that cursors are signed with, in a function that gives and takes them.
 * @throws Error where there is none
 */
export function requireCursorKeys({ cursorKeys }: Pick<Config, 'cursorKeys'>): void {
  if (cursorKeys.length === 0) {
    throw new Error(
      'The environment variable CURSOR_KEY is not set, and lists give cursors: serverless.yml sets it for the function `read`; npm start and npm test set it themselves.',
    );
  }
}

/**
 * Secrets separated by commas, the newest first: an old one stays while what was made with it is in use. None where
 * none is set.
 * @throws Error naming the variable where one could be guessed, or is only a reference
 */
export function readSecrets(environment: NodeJS.ProcessEnv, name: string): string[] {
  const value = environment[name] ?? '';
  const all = value === '' ? [] : value.split(',').map((secret) => secret.trim());
  if (all.some((secret) => secret.length < 16)) {
    throw new Error(
      `The environment variable ${name} holds a secret shorter than 16 characters, which could be guessed: make one with "openssl rand -hex 32".`,
    );
  }
  // What only CloudFormation resolves is no secret where anything else has set it: everyone can read it in
  // serverless.yml.
  if (value.includes('{{resolve:')) {
    throw new Error(
      `The environment variable ${name} holds a reference, not the secret that it leads to: deploy the whole stack, so that CloudFormation resolves it.`,
    );
  }
  return all;
}

function access(environment: NodeJS.ProcessEnv, deployed: boolean): Config['access'] {
  const value = oneOf(environment, 'ACCESS', ['', 'rules', 'open']);
  if (value === 'open' && deployed) {
    throw new Error(
      'The environment variable ACCESS is "open", which lets everyone read and change everything and is for a developer\'s machine alone: remove it.',
    );
  }
  return value === 'open' ? 'open' : 'rules';
}

/**
 * Those that jose verifies by keys of the types RSA, EC and OKP with PKCS #1 v1.5, ECDSA and Ed25519; none of them
 * symmetric.
 */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

const LARGEST_SKEW = 300;

function tokens(environment: NodeJS.ProcessEnv, deployed: boolean): TokenTrust | undefined {
  const issuer = environment['TOKEN_ISSUER'] ?? '';
  const audiences = listed(environment['TOKEN_AUDIENCE']);
  const jwksUri = environment['TOKEN_JWKS_URI'] ?? '';
  const algorithms = listed(environment['TOKEN_ALGORITHMS'] || 'RS256');
  const rolesClaim = environment['TOKEN_ROLES_CLAIM'] ?? '';
  if (issuer === '') {
    const stray = [
      'TOKEN_AUDIENCE',
      'TOKEN_JWKS_URI',
      'TOKEN_ALGORITHMS',
      'TOKEN_CLOCK_SKEW',
      'TOKEN_ROLES_CLAIM',
    ].find((name) => (environment[name] ?? '') !== '');
    if (stray !== undefined) {
      throw new Error(
        `The environment variable ${stray} is set and TOKEN_ISSUER is not: set TOKEN_ISSUER to the issuer whose tokens are trusted, or remove ${stray}.`,
      );
    }
    return undefined;
  }
  requireUrl('TOKEN_ISSUER', issuer, deployed);
  if (jwksUri !== '') {
    requireUrl('TOKEN_JWKS_URI', jwksUri, deployed);
  }
  if (audiences.length === 0) {
    throw new Error(
      'The environment variable TOKEN_AUDIENCE is not set, so tokens that TOKEN_ISSUER makes for others would be taken too: set it to the audience, or client id, of this API; several are separated by commas.',
    );
  }
  const unknown = algorithms.find((name) => !ALGORITHMS.includes(name));
  if (unknown !== undefined || algorithms.length === 0) {
    throw new Error(
      `The environment variable TOKEN_ALGORITHMS names "${unknown ?? ''}", by which no token is taken: write one or several of ${ALGORITHMS.join(', ')}, separated by commas, or leave it out for RS256.`,
    );
  }
  return {
    issuer,
    audiences,
    jwksUri: jwksUri || undefined,
    algorithms,
    clockSkew: skew(environment),
    rolesClaim: rolesClaim || (isCognito(issuer) ? 'cognito:groups' : 'roles'),
  };
}

/**
 * OpenID Connect Discovery §3: an issuer is an https URL without query and fragment. On a developer's machine http will
 * do.
 */
function requireUrl(name: string, value: string, deployed: boolean): void {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isUsable =
    url !== undefined &&
    url.search === '' &&
    url.hash === '' &&
    !/[?#\s]/.test(value) &&
    url.username === '' &&
    url.password === '';
  if (!isUsable || !(url.protocol === 'https:' || (url.protocol === 'http:' && !deployed))) {
    throw new Error(
      `The environment variable ${name} is "${value}": write a URL such as https://login.example.com/tenant, with https and without query, fragment or credentials${deployed ? '' : "; http will do on a developer's machine"}.`,
    );
  }
}

function isCognito(issuer: string): boolean {
  return /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\//.test(issuer);
}

function skew(environment: NodeJS.ProcessEnv): number {
  const value = environment['TOKEN_CLOCK_SKEW'] || '30';
  if (!/^\d{1,3}$/.test(value) || Number(value) > LARGEST_SKEW) {
    throw new Error(
      `The environment variable TOKEN_CLOCK_SKEW is "${value}": write a whole number of seconds from 0 to ${LARGEST_SKEW}, or leave it out for 30.`,
    );
  }
  return Number(value);
}

/** Without a query, which the ticket is. On a developer's machine ws will do. */
function socketUrl(value: string, deployed: boolean): string {
  const { protocol, search, hash } = URL.canParse(value) ? new URL(value) : { protocol: '', search: '', hash: '' };
  if (!(protocol === 'wss:' || (protocol === 'ws:' && !deployed)) || search !== '' || hash !== '') {
    throw new Error(
      `The environment variable SOCKET_URL is "${value}": write a URL such as wss://live.example.com, without query and fragment.`,
    );
  }
  return value;
}

function listed(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function oneOf<const V extends string>(environment: NodeJS.ProcessEnv, name: string, values: readonly V[]): V {
  const value = environment[name] ?? '';
  const found = values.find((one) => one === value);
  if (found === undefined) {
    throw new Error(
      `The environment variable ${name} is "${value}": write ${values
        .filter((one) => one !== '')
        .map((one) => `"${one}"`)
        .join(' or ')}, or leave it out.`,
    );
  }
  return found;
}

function count(environment: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const value = environment[name];
  const number = value === undefined || value === '' ? otherwise : Number(value);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(
      `The environment variable ${name} is "${value}": write a whole number from 1 on, or leave it out for ${otherwise}.`,
    );
  }
  return number;
}

/** RFC 6454 §6.2: a browser sends its origin in one form, and only what is written so is ever equal to it. */
function origins(list: string): string[] {
  const names = listed(list);
  if (names.length === 0) {
    throw new Error(
      'The environment variable CORS_ORIGINS names no origin: write origins such as https://app.example.com, separated by commas, or * for any.',
    );
  }
  for (const name of names) {
    if (name !== '*' && !isOrigin(name)) {
      throw new Error(
        `CORS_ORIGINS names "${name}", which is no origin as browsers send it: write a scheme and a host such as https://app.example.com, in lower case, without path, default port or wildcard, or * alone for any.`,
      );
    }
  }
  if (names.length > 1 && names.includes('*')) {
    throw new Error(
      'CORS_ORIGINS names * among others, which then mean nothing: write * alone for any origin, or leave it out.',
    );
  }
  return names;
}

/**
 * API Gateway compares by a regular expression that is made of the name, in which `*` and brackets would mean
 * something.
 */
function isOrigin(name: string): boolean {
  return /^https?:\/\/[^*[\]]+$/.test(name) && URL.canParse(name) && new URL(name).origin === name;
}
