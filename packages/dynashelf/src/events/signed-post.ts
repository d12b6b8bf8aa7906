// A POST to a service of AWS, signed by the engine's own signer: the AWS SDK is in no bundle.
import * as http from 'node:http';
import * as https from 'node:https';
import { readEnvironment } from '../store/client/https/environment';
import { createSigner } from '../store/client/https/signing';

/** A service of AWS, as its endpoints and variables name it. */
export interface AwsService {
  /** As it stands in a signature. */
  readonly signedAs: string;
  /** The first label of its host. */
  readonly host: string;
  /** What AWS_ENDPOINT_URL_… ends in. */
  readonly variable: string;
  /** Where it is not the function's own. */
  readonly region?: string | undefined;
}

/** An answer of any status. */
export interface AwsReply {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends a body with headers; `timeout` is in milliseconds.
 * @throws Error where no answer comes in time
 */
export type SignedPost = (
  headers: Readonly<Record<string, string>>,
  body: string,
  timeout: number,
) => Promise<AwsReply>;

/**
 * Opens the way to a service, by the variables that Lambda sets.
 * @throws Error naming the variable that is missing
 */
export function openSignedPost(service: AwsService, environment: NodeJS.ProcessEnv = process.env): SignedPost {
  const { region: own, credentials } = readEnvironment(environment);
  const { signedAs, host, variable, region = own } = service;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = new URL(
    environment[`AWS_ENDPOINT_URL_${variable}`] ||
      environment['AWS_ENDPOINT_URL'] ||
      `https://${host}.${region}.${domain}`,
  );
  const sign = createSigner({ credentials, region, service: signedAs, method: 'POST', url });
  return async (headers, body, timeout) =>
    exchange(
      url,
      sign({ ...headers, host: url.host, 'content-length': String(Buffer.byteLength(body)) }, body, new Date()),
      body,
      timeout,
    );
}

async function exchange(url: URL, headers: Record<string, string>, body: string, timeout: number): Promise<AwsReply> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    // A connection of its own: one that was kept while the function was frozen may be closed already.
    const outgoing = request(url, { method: 'POST', headers, agent: false }, (incoming) => {
      let text = '';
      incoming
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('error', reject)
        .on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    const timer = setTimeout(
      () => outgoing.destroy(new Error(`${url.host} gave no answer within ${timeout} ms`)),
      timeout,
    );
    outgoing
      .on('close', () => clearTimeout(timer))
      .on('error', reject)
      .end(body);
  });
}
