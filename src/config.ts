// The environment, read and checked once when a function starts.

export interface Config {
  /** The DynamoDB table that holds every resource. */
  readonly tableName: string;
  /** The secret that signs cursors. */
  readonly cursorKey: string;
  /** How many requests to DynamoDB one page of a list may read. */
  readonly readLimit: number;
  /** Origins whose scripts may call the API; `*` for any. */
  readonly corsOrigins: readonly string[];
  /** Whether this runs on AWS behind HTTPS, not on a developer's machine. */
  readonly deployed: boolean;
}

/**
 * Reads the configuration.
 * @throws Error naming the variable that is missing or wrong and where to set it
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  return {
    tableName: required(environment, 'TABLE_NAME'),
    cursorKey: secret(environment, 'CURSOR_KEY'),
    readLimit: count(environment, 'READ_LIMIT', 10),
    corsOrigins: origins(environment['CORS_ORIGINS'] ?? '*'),
    // Only a local engine is reached by an endpoint of one's own.
    deployed: environment['AWS_ENDPOINT_URL_DYNAMODB'] === undefined,
  };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') {
    throw new Error(`The environment variable ${name} is not set. serverless.yml sets it under provider.environment; npm start and npm test set it themselves.`);
  }
  return value;
}

function secret(environment: NodeJS.ProcessEnv, name: string): string {
  const value = required(environment, name);
  if (value.length < 16) {
    throw new Error(`The environment variable ${name} is shorter than 16 characters and could be guessed: make one with "openssl rand -hex 32".`);
  }
  return value;
}

function count(environment: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const value = environment[name];
  const number = value === undefined || value === '' ? otherwise : Number(value);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`The environment variable ${name} is "${value}": write a whole number from 1 on, or leave it out for ${otherwise}.`);
  }
  return number;
}

function origins(list: string): string[] {
  const names = list.split(',').map((name) => name.trim()).filter((name) => name !== '');
  for (const name of names) {
    if (name !== '*' && !/^https?:\/\/[^/\s]+$/.test(name)) {
      throw new Error(`CORS_ORIGINS names "${name}", which is no origin: write a scheme and a host such as https://app.example.com, with no path, or *.`);
    }
  }
  return names;
}
