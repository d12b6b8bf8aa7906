// The way to the clients' sockets: API Gateway's @connections, by signed HTTPS of our own. What is sent can be sent
// again: clients drop what they have had.
import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { readEnvironment } from '../store/client/https/environment';
import { createSigner } from '../store/client/https/signing';

/** What became of a message: it was `sent`, nobody is there (`gone`), or it could not be sent, however often. */
export type Sent = 'sent' | 'gone' | 'failed';

/** The sockets of an API, by the ids of their connections. */
export interface SocketGateway {
  /** Sends a message. @throws Error where this function may not, or the API is not there */
  post(connection: string, text: string): Promise<Sent>;
  /** Closes a connection; one that is closed stays so. @returns whether API Gateway has said that it is closed */
  close(connection: string): Promise<boolean>;
  /** Whether a connection is open, as far as API Gateway knows. */
  isOpen(connection: string): Promise<boolean>;
}

/** Bytes of a message that API Gateway sends. */
export const MOST_MESSAGE_BYTES = 128 * 1024;

/** How often a request is sent at most. */
const ATTEMPTS = 3;

/** Milliseconds of the longest first pause; each further one may be twice as long. */
const PAUSE = 50;

/** Milliseconds for an answer. */
const TIMEOUT = 2_000;

/** How many requests are under way at a time. */
export const MOST_AT_ONCE = 100;

/** Says that the fault is ours: no other connection would fare better. */
const OURS = new Set([400, 401, 403, 404]);

/**
 * Opens the way to sockets. @param endpoint the URL of the API's stage, such as
 * `https://a1b2.execute-api.eu-west-1.amazonaws.com/dev`
 * @throws Error naming the variable of the environment that is missing
 */
export function openSocketGateway(endpoint: string, environment: NodeJS.ProcessEnv = process.env): SocketGateway {
  const { region, credentials } = readEnvironment(environment);
  const { Agent, request } = new URL(endpoint).protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_AT_ONCE });

  /** The status of an answer. */
  async function exchange(method: 'POST' | 'DELETE' | 'GET', connection: string, body = ''): Promise<number> {
    const url = new URL(`${endpoint}/@connections/${encodeURIComponent(connection)}`);
    const sign = createSigner({ credentials, region, service: 'execute-api', method, url });
    const headers = sign(
      { host: url.host, ...(body !== '' && { 'content-length': String(Buffer.byteLength(body)) }) },
      body,
      new Date(),
    );
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, headers, agent }, (incoming) => {
        incoming
          .resume()
          .on('error', reject)
          .on('end', () => resolve(incoming.statusCode ?? 0));
      });
      const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${TIMEOUT} ms`)), TIMEOUT);
      outgoing
        .on('close', () => clearTimeout(timer))
        .on('error', reject)
        .end(body);
    });
  }

  /** The status of the first answer that says something; undefined where there is none. */
  async function insist(...request: Parameters<typeof exchange>): Promise<number | undefined> {
    for (let attempt = 1; ; attempt++) {
      const status = await exchange(...request).catch(() => undefined);
      if (status !== undefined && status !== 429 && status < 500) {
        return status;
      }
      if (attempt === ATTEMPTS) {
        return undefined;
      }
      await pause(Math.random() * PAUSE * 2 ** (attempt - 1));
    }
  }

  return {
    async post(connection, text) {
      const status = await insist('POST', connection, text);
      if (OURS.has(status ?? 0)) {
        throw new Error(
          `@connections of ${endpoint} answered ${status}: look at the role of this function (execute-api:ManageConnections), and at SOCKET_CONNECTIONS`,
        );
      }
      return status === 200 ? 'sent' : status === 410 ? 'gone' : 'failed';
    },

    async close(connection) {
      const status = await insist('DELETE', connection);
      return status === 200 || status === 204 || status === 410;
    },

    async isOpen(connection) {
      return (await insist('GET', connection)) !== 410;
    },
  };
}
