// Changes published to a topic and to a bus, from the feed: each is a consumer with a place of its own, so that one
// that is away holds up neither the feed nor the other.
import type { Resource } from '../definition/resource';
import { openBus } from '../events/bus';
import { wholeChange } from '../events/cloud-event';
import { consume, type Consumer, type ConsumerParts } from '../events/consumer';
import type { PublishChanges } from '../events/published';
import { openTopic } from '../events/topic';
import { logError } from '../log';
import type { AfterAppend } from './publish';

/** Consumers that run in `publish`. */
export interface Publications {
  readonly consumers: readonly Consumer[];
  readonly afterAppend: readonly AfterAppend[];
}

/** How many changes are published at a time, in requests of ten. */
const MOST = 100;

/**
 * Those of the topic and the bus that the environment names; none where it names neither.
 * @throws Error naming a variable that is missing
 */
export function openPublications(parts: ConsumerParts, environment: NodeJS.ProcessEnv = process.env): Publications {
  const { TOPIC_ARN, EVENT_BUS } = environment;
  const changing = [...parts.resources.values()].filter(({ changes }) => changes !== undefined);
  const consumers = [
    ...(TOPIC_ARN ? consumersOf('topic', changing, openTopic(TOPIC_ARN, environment)) : []),
    ...(EVENT_BUS ? consumersOf('bus', changing, openBus(EVENT_BUS, parts.tableName, environment)) : []),
  ];
  const afterAppend: AfterAppend = async (collections, deadline) => {
    await Promise.all(
      consumers
        .filter(({ collection }) => collections.includes(collection))
        .map(async (consumer) =>
          consume(parts, consumer, deadline).catch((error: unknown) =>
            logError({
              message: `changes are published later: ${String((error as Error).message)}`,
              reason: consumer.name,
            }),
          ),
        ),
    );
  };
  return { consumers, afterAppend: consumers.length === 0 ? [] : [afterAppend] };
}

function consumersOf(name: string, changing: readonly Resource[], publish: PublishChanges): Consumer[] {
  return changing.map(({ name: collection }) => ({
    name,
    collection,
    most: MOST,
    handle: async (changes, { deadline }) =>
      publish(
        changes.map((change) => ({ collection, event: wholeChange(change) })),
        deadline,
      ),
  }));
}
