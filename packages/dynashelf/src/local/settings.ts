// What the environment says about a local start, checked, and the environment that the API's functions get.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { SOCKETS_PATH } from './sockets';
import { TOPIC_PATH } from './topic';
import { Failure, messageOf } from './failure';

/** How this start was asked for. */
export interface Settings {
  /** The port of the API: `PORT`. */
  readonly port: number;
  /** Where the data is kept between starts: `DATA_DIR`. */
  readonly dataDirectory: string;
  /** Whether sample data is wanted: not with `SAMPLE_DATA=off`. */
  readonly sampleData: boolean;
  /** Whether everyone may do everything: unless `ACCESS=rules`. */
  readonly access: 'open' | 'rules';
  /** Whether requests on data need an API key: `API_KEYS=required`. */
  readonly apiKeys: boolean;
  /** The origins whose pages are let in, `*` for all: `CORS_ORIGINS`; without it, those of this machine. */
  readonly origins: readonly string[] | undefined;
}

/** Reads and checks the variables of a start. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const port = environment.PORT || '3000';
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw new Failure(`PORT is "${port}": set it to a number from 1 to 65535, or unset it for 3000.`);
  }
  const samples = environment.SAMPLE_DATA || 'on';
  if (samples !== 'on' && samples !== 'off') {
    throw new Failure(`SAMPLE_DATA is "${samples}": set it to "off", or unset it to have sample data.`);
  }
  const access = environment.ACCESS || 'open';
  if (access !== 'open' && access !== 'rules') {
    throw new Failure(
      `ACCESS is "${access}": set it to "rules" to serve by the rules of the resource files, or unset it to let everyone do everything.`,
    );
  }
  const apiKeys = environment.API_KEYS || '';
  if (apiKeys !== '' && apiKeys !== 'required') {
    throw new Failure(`API_KEYS is "${apiKeys}": set it to "required", or unset it to ask for none.`);
  }
  const description = environment.API_DESCRIPTION || 'public';
  if (description !== 'public' && description !== 'private') {
    throw new Failure(
      `API_DESCRIPTION is "${description}": set it to "private", or unset it to tell everyone what is served.`,
    );
  }
  const models = environment.MODELS || 'compiled';
  if (models !== 'compiled' && models !== 'dynamoose') {
    throw new Failure(
      `MODELS is "${models}": set it to "dynamoose" to convert items by Dynamoose's models, or unset it.`,
    );
  }
  return {
    port: Number(port),
    dataDirectory: resolve(environment.DATA_DIR || '.dynamodb'),
    sampleData: samples === 'on',
    access,
    apiKeys: apiKeys === 'required',
    origins: (environment.CORS_ORIGINS || undefined)?.split(',').map((origin) => origin.trim()),
  };
}

/** The environment of the API and of all that talks to this database. */
export function functionEnvironment(
  environment: NodeJS.ProcessEnv,
  endpoint: string,
  cursorKey: string,
  webhookKey = '',
): NodeJS.ProcessEnv {
  const { AWS_PROFILE, AWS_SESSION_TOKEN, API_KEYS, ...rest } = environment;
  const external = Boolean(environment.DYNAMODB_ENDPOINT);
  return {
    ...rest,
    // A database that we did not start may tell its users apart; ours takes anything, so no real credentials go there.
    ...(external && (AWS_PROFILE || environment.AWS_ACCESS_KEY_ID)
      ? { ...(AWS_PROFILE ? { AWS_PROFILE } : {}), ...(AWS_SESSION_TOKEN ? { AWS_SESSION_TOKEN } : {}) }
      : { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }),
    AWS_REGION: (external && (environment.AWS_REGION || environment.AWS_DEFAULT_REGION)) || 'us-east-1',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    TABLE_NAME: environment.TABLE_NAME || 'dynashelf-local',
    CURSOR_KEY: environment.CURSOR_KEY || cursorKey,
    WEBHOOK_KEY: environment.WEBHOOK_KEY || webhookKey,
    CORS_ORIGINS: environment.CORS_ORIGINS || '*',
    ACCESS: environment.ACCESS || 'open',
    LOCAL_SUBJECT: environment.LOCAL_SUBJECT || 'local',
    ...(API_KEYS ? { API_KEYS } : {}),
  };
}

/**
 * Where functions reach what this machine plays of AWS beside the database, unless the environment says otherwise.
 * @param port the URL of the port of `npm start`
 * @param hasSockets whether serverless.yml has the function that sockets lead to
 */
export function servicesEnvironment(
  environment: NodeJS.ProcessEnv,
  port: string,
  hasSockets: boolean,
): NodeJS.ProcessEnv {
  const { AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL_SNS, AWS_ENDPOINT_URL_EVENTBRIDGE } = environment;
  const { SOCKET_URL, SOCKET_CONNECTIONS } = environment;
  return {
    ...(hasSockets && {
      SOCKET_URL: SOCKET_URL || `${port.replace('http://127.0.0.1', 'ws://localhost')}${SOCKETS_PATH}`,
      SOCKET_CONNECTIONS: SOCKET_CONNECTIONS || port,
    }),
    AWS_ENDPOINT_URL_LAMBDA: AWS_ENDPOINT_URL_LAMBDA || port,
    AWS_ENDPOINT_URL_SNS: AWS_ENDPOINT_URL_SNS || `${port}${TOPIC_PATH}`,
    AWS_ENDPOINT_URL_EVENTBRIDGE: AWS_ENDPOINT_URL_EVENTBRIDGE || `${port}${TOPIC_PATH}`,
  };
}

/**
 * Makes the data directory, and those it is in. Level by level, as Node's own way goes on for ever where a directory
 * can be seen and nothing be made in it, as in /proc.
 */
export function makeDataDirectory(dataDirectory: string): void {
  const missing: string[] = [];
  for (let one = dataDirectory; !existsSync(one); one = dirname(one)) {
    missing.unshift(one);
  }
  try {
    for (const one of missing) {
      mkdirSync(one);
    }
    if (!statSync(dataDirectory).isDirectory()) {
      throw new Error('it is a file');
    }
  } catch (error) {
    throw new Failure(
      `The directory ${dataDirectory} for local data cannot be made (${messageOf(error)}): set DATA_DIR to one that can.`,
    );
  }
}

/** A secret of this machine, such as the key that signs cursors: made once, so that it outlives a restart. */
export function keptSecret(dataDirectory: string, name: 'cursor-key' | 'webhook-key' | 'api-key'): string {
  const path = join(dataDirectory, name);
  try {
    writeFileSync(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new Failure(
        `The directory ${dataDirectory} for local data cannot be written (${messageOf(error)}): set DATA_DIR to one that can.`,
      );
    }
  }
  return readFileSync(path, 'utf8').trim();
}
