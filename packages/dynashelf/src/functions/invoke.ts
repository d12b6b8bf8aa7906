// Calls another Lambda function, by signed HTTPS: the AWS SDK is in no bundle.
import * as http from 'node:http';
import * as https from 'node:https';
import { readEnvironment } from '../store/client/https/environment';
import { createSigner } from '../store/client/https/signing';

/**
 * Calls a function by its name with an event, and waits for its end; of an asynchronous call until Lambda has it.
 * @throws Error where it fails
 */
export type InvokeFunction = (name: string, event: object, how?: 'asynchronously') => Promise<void>;

/** Milliseconds that a function may take: Lambda's most. */
const LONGEST = 900_000;

/** @throws Error naming the variable of the environment that is missing */
export function connectLambda(environment: NodeJS.ProcessEnv = process.env): InvokeFunction {
  const { region, credentials } = readEnvironment(environment);
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const { AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL } = environment;
  const endpoint = AWS_ENDPOINT_URL_LAMBDA || AWS_ENDPOINT_URL || `https://lambda.${region}.${domain}`;
  return async (name, event, how) => {
    // https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    const url = new URL(`/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, endpoint);
    const sign = createSigner({ credentials, region, service: 'lambda', method: 'POST', url });
    const body = JSON.stringify(event);
    const headers = sign(
      {
        host: url.host,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        ...(how !== undefined && { 'x-amz-invocation-type': 'Event' }),
      },
      body,
      new Date(),
    );
    const { status, failed, text } = await exchange(url, headers, body);
    const isTaken = status === (how === undefined ? 200 : 202);
    if (!isTaken || failed) {
      throw new Error(
        `the function ${name} ${isTaken ? 'failed' : `could not be called (${status})`}: ${text.slice(0, 500)}`,
      );
    }
  };
}

async function exchange(
  url: URL,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; failed: boolean; text: string }> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    // A connection of its own: one that was kept while the function was frozen may be closed already.
    request(url, { method: 'POST', headers, agent: false, timeout: LONGEST }, (incoming) => {
      let text = '';
      incoming
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('error', reject)
        .on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            failed: incoming.headers['x-amz-function-error'] !== undefined,
            text,
          }),
        );
    })
      .on('timeout', function timedOut(this: { destroy(error: Error): void }) {
        this.destroy(new Error(`no answer of ${url.pathname} in time`));
      })
      .on('error', reject)
      .end(body);
  });
}
