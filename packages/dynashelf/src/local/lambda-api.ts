// Lambda as functions call it: the API that src/functions/invoke.ts asks, on this machine
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).

import { type Answer } from './gateway-answer';
import type { Service } from './gateway-route';
import { type Invoke, InvocationError } from './invoke';

/** What the path of an invocation is. */
const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Answers a request of a function that calls another; undefined for what is none. */
export type LambdaApi = (
  method: string,
  path: string,
  header: (name: string) => string | undefined,
  body: Buffer,
) => Promise<Answer> | undefined;

/**
 * Serves invocations.
 * @param called is told of each that has ended: the function's key in serverless.yml, the event, and why it failed
 */
export function lambdaApi(
  { functions }: Service,
  invoke: Invoke,
  called: (key: string, event: unknown, failure: string | undefined) => void,
): LambdaApi {
  return (method, path, header, body) => {
    const [, escaped] = INVOCATION.exec(path) ?? [];
    if (method !== 'POST' || escaped === undefined) {
      return undefined;
    }
    // Which is its key in serverless.yml: references to names are made by CloudFormation.
    const name = decodeURIComponent(escaped);
    const [key] = Object.entries(functions).find(([one, known]) => [one, known.name].includes(name)) ?? [];
    return key === undefined
      ? Promise.resolve(answer(404, { Message: `There is no function ${name}.` }))
      : call(key, functions[key]!.name, body.toString(), header('x-amz-invocation-type') === 'Event');
  };

  async function call(key: string, name: string, text: string, isAsynchronous: boolean): Promise<Answer> {
    const event = JSON.parse(text || 'null') as unknown;
    const calling = invoke(name, text).then(
      (result) => {
        called(key, event, undefined);
        return answer(200, result ?? null);
      },
      (error: unknown) => {
        const reason = error instanceof InvocationError ? error.reason : String(error);
        called(key, event, reason);
        return { ...answer(200, { errorMessage: reason }), headers: { 'x-amz-function-error': 'Unhandled' } };
      },
    );
    // Nobody waits for what is called asynchronously.
    return isAsynchronous ? answer(202) : calling;
  }
}

function answer(status: number, body?: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
  };
}
