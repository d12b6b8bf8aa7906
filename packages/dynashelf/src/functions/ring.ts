// Subscribers rung: each is a Lambda function of its own, called when there are changes for it, and not waited for.
import { consumersBehind } from '../events/behind';
import { logError } from '../log';
import type { Send } from '../store/client/send';
import type { ConsumerName } from '../store/layout/consumer';
import type { InvokeFunction } from './invoke';

/** A subscriber, and the Lambda function that it is. */
export interface RungSubscriber extends ConsumerName {
  readonly functionName: string;
}

/** What subscribers are rung by. */
export interface Bells {
  readonly send: Send;
  readonly tableName: string;
  readonly invoke: InvokeFunction;
  readonly subscribers: readonly RungSubscriber[];
}

/**
 * The variable that the entry of `publish` sets, such as `told/tools=app-dev-told`: name, collection and function;
 * several are separated by commas.
 */
export function readSubscribers({ SUBSCRIBERS = '' }: NodeJS.ProcessEnv): RungSubscriber[] {
  return SUBSCRIBERS.split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const [, name = '', collection = '', functionName = ''] = /^([^/]*)\/([^=]*)=(.*)$/.exec(one) ?? [];
      return { name, collection, functionName };
    });
}

/** Rings those of some collections that have something to do. One that cannot be called is rung by the schedule. */
export async function ringSubscribers(
  { send, tableName, invoke, subscribers }: Bells,
  collections: readonly string[],
  deadline: number,
): Promise<void> {
  const concerned = subscribers.filter(({ collection }) => collections.includes(collection));
  const behind = await consumersBehind({ send, tableName, deadline }, concerned);
  await Promise.all(
    behind.map(async ({ name, functionName }) =>
      invoke(functionName, { subscriber: name }, 'asynchronously').catch((error: unknown) =>
        logError({ message: `a subscriber waits to be rung again: ${String((error as Error).message)}`, reason: name }),
      ),
    ),
  );
}
