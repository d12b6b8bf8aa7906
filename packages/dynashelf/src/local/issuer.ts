// An OpenID issuer for a developer's machine: one key, made once and kept with the data, and tokens for whoever can
// read it.

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { Failure, messageOf } from './failure';

/** What its tokens say of whom they are for: TOKEN_AUDIENCE. */
export const LOCAL_AUDIENCE = 'dynashelf-local';

/** A running issuer. */
export interface Issuer {
  /** Its name and address: TOKEN_ISSUER. */
  readonly url: string;
  stop(): void;
}

/**
 * Serves the issuer's description and key at 127.0.0.1, at the port of the last time if that is free, so that tokens
 * outlive a restart.
 */
export async function startIssuer(dataDirectory: string): Promise<Issuer> {
  const key = keptKey(dataDirectory);
  const file = urlFile(dataDirectory);
  const server = createServer((request, response) => {
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': {
        issuer: url,
        jwks_uri: `${url}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
        subject_types_supported: ['public'],
        response_types_supported: ['id_token'],
      },
      '/keys': {
        keys: [{ ...createPublicKey(key).export({ format: 'jwk' }), kid: keyId(key), alg: 'RS256', use: 'sig' }],
      },
    };
    const document = documents[request.url ?? ''];
    response
      .writeHead(document === undefined ? 404 : 200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify(document ?? {}));
  });
  const port = (await listen(server, lastPort(file))) ?? (await listen(server, 0));
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(file, url);
  return {
    url,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * A token of the issuer whose data is in a directory, with claims of one's own.
 * @throws Failure where no issuer has run there
 */
export function makeToken(
  dataDirectory: string,
  subject: string,
  minutes: number,
  claims: Readonly<Record<string, unknown>>,
): string {
  let issuer;
  try {
    issuer = readFileSync(urlFile(dataDirectory), 'utf8');
  } catch {
    throw new Failure(
      `No issuer of tokens has run with the data in ${dataDirectory}: run ACCESS=rules npm start first, or set DATA_DIR as it was set there.`,
    );
  }
  const key = keptKey(dataDirectory);
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: issuer, aud: LOCAL_AUDIENCE, sub: subject, iat: now, exp: now + minutes * 60, ...claims };
  const text = [{ alg: 'RS256', typ: 'JWT', kid: keyId(key) }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

function urlFile(dataDirectory: string): string {
  return join(dataDirectory, 'issuer-url');
}

/** The private key: whoever can read it can be anyone, so nobody else can. */
function keptKey(dataDirectory: string): KeyObject {
  const file = join(dataDirectory, 'issuer-key');
  try {
    if (!existsSync(file)) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { flag: 'wx', mode: 0o600 });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new Failure(
        `The key of the local issuer of tokens cannot be kept in ${dataDirectory} (${messageOf(error)}): set DATA_DIR to a directory that can be written.`,
      );
    }
  }
  try {
    return createPrivateKey(readFileSync(file));
  } catch (error) {
    throw new Failure(`${file} is not the key that npm start made (${messageOf(error)}): delete it and start again.`);
  }
}

/** RFC 7638: the key's own fingerprint. */
function keyId(key: KeyObject): string {
  const { e, kty, n } = createPublicKey(key).export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

function lastPort(file: string): number {
  try {
    return Number(new URL(readFileSync(file, 'utf8')).port);
  } catch {
    return 0;
  }
}

/** The port that a server listens on now, or undefined where that one is not to be had. */
async function listen(server: Server, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const failed = (): void => resolve(undefined);
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
