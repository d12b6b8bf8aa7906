// Calls functions by the interface of Lambda that serverless-offline offers on a socket of this machine.

import { request } from 'node:http';

/** Calls a function with an event in JSON; what it returned. */
export type Invoke = (functionName: string, event: string) => Promise<unknown>;

/** What a function threw, or why there is no answer. */
export class InvocationError extends Error {
  /** @param reason the message of what was thrown */
  constructor(
    readonly reason: string,
    stack?: string,
  ) {
    super(stack ?? reason);
  }
}

/** @param abandon ends the calls under way, which would get no answer any more */
export function invokeBy(socketPath: string, abandon: () => AbortSignal): Invoke {
  return async (functionName, event) => {
    const { headers, text } = await post(
      socketPath,
      `/2015-03-31/functions/${functionName}/invocations`,
      event,
      abandon(),
    );
    const payload: unknown = text === '' ? undefined : JSON.parse(text);
    if (headers['x-amz-function-error'] === undefined) {
      return payload;
    }
    const { errorMessage = '', trace = [] } = payload as { errorMessage?: string; trace?: string[] };
    throw new InvocationError(
      errorMessage,
      `The function ${functionName} failed: ${[errorMessage, ...trace.slice(1)].join('\n')}`,
    );
  };
}

async function post(
  socketPath: string,
  path: string,
  body: string,
  signal: AbortSignal,
): Promise<{ headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(new InvocationError(signal.aborted ? 'The function was stopped, as its source changed.' : error.message));
    request({ socketPath, path, method: 'POST', signal }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('end', () => resolve({ headers: response.headers, text }))
        .on('error', fail);
    })
      .on('error', fail)
      .end(body);
  });
}
