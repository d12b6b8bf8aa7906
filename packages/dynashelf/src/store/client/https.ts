// DynamoDB's JSON protocol over node:https: the way to it in Lambda, without the SDK.
import { randomUUID } from 'node:crypto';
import type { Operations, Send, SendOptions } from './send';
import { readAnswer, serviceError } from './https/answer';
import { toBase64 } from './https/bytes';
import { skewOf } from './https/clock';
import { readEnvironment } from './https/environment';
import { openExchange, type Terms } from './https/exchange';
import { openRetries } from './https/retry';
import { createSigner } from './https/signing';

/**
 * Connects without the SDK; region, credentials and endpoint come from the variables that Lambda sets.
 * @throws Error naming the variable that is missing
 */
export function connect(environment: NodeJS.ProcessEnv = process.env): Send {
  const { endpoint, region, credentials } = readEnvironment(environment);
  const sign = createSigner({ credentials, region, service: 'dynamodb', method: 'POST', url: endpoint });
  const exchange = openExchange(endpoint);
  const retrying = openRetries();
  /** Milliseconds that DynamoDB's clock is ahead of ours. */
  let skew = 0;

  async function attempt(operation: keyof Operations, body: string, terms: Terms): Promise<object> {
    const signedBy = skew;
    const headers = {
      host: endpoint.host,
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const reply = await exchange(sign(headers, body, new Date(Date.now() + signedBy)), body, terms);
    const answer = readAnswer(reply);
    const $metadata = {
      httpStatusCode: reply.status,
      requestId: reply.headers['x-amzn-requestid'],
      bytes: reply.body.length,
    };
    if (reply.status === 200) {
      return Object.assign(answer, { $metadata });
    }
    const error = serviceError(reply.status, reply.headers, answer);
    const corrected = skewOf(error, reply.headers, signedBy);
    skew = corrected ?? skew;
    throw Object.assign(error, { $metadata: { ...$metadata, clockSkewCorrected: corrected !== undefined } });
  }

  const send = async (operation: keyof Operations, input: object, options: SendOptions = {}): Promise<unknown> => {
    // One body for all attempts: a transaction is carried out once for its token, however often it arrives.
    const body = JSON.stringify(
      toBase64(operation === 'TransactWriteItems' ? { ClientRequestToken: randomUUID(), ...input } : input),
    );
    return retrying(
      (timeout) => attempt(operation, body, { timeout, isOnce: options.once === true, mostBytes: options.mostBytes }),
      options,
    );
  };
  return send as Send;
}
