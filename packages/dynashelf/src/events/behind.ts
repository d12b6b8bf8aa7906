// Which consumers have something to do: a ring can be lost, and what failed comes again when its time has come.
import type { Send } from '../store/client/send';
import { openConsumers } from '../store/consumers';
import { openFeed } from '../store/feed';
import type { ConsumerName } from '../store/layout/consumer';

/** What consumers are looked up by. */
export interface LookUp {
  readonly send: Send;
  readonly tableName: string;
  /** When to stop trying, in milliseconds since 1970. */
  readonly deadline: number;
}

/**
 * Lets those of some consumers begin that have not, each behind what is in its feed. Whoever appends to a feed does so
 * before: then they miss nothing that was written since they were deployed.
 */
export async function beginConsumers(lookUp: LookUp, names: readonly ConsumerName[]): Promise<void> {
  if (names.length === 0) {
    return;
  }
  const consumers = openConsumers(lookUp.send, lookUp.tableName, lookUp.deadline);
  const begun = new Set((await consumers.all()).map(nameText));
  const missing = names.filter((name) => !begun.has(nameText(name)));
  const heads = await headsOf(lookUp, missing);
  await Promise.all(missing.map(async (name) => consumers.begin(name, heads.get(name.collection)!)));
}

/** Those of some consumers that have something to do, and may begin now. One that has not begun is among them. */
export async function consumersBehind<C extends ConsumerName>(lookUp: LookUp, names: readonly C[]): Promise<C[]> {
  if (names.length === 0) {
    return [];
  }
  const all = await openConsumers(lookUp.send, lookUp.tableName, lookUp.deadline).all();
  const records = new Map(all.map((record) => [nameText(record), record]));
  const heads = await headsOf(lookUp, names);
  const now = Date.now();
  return names.filter((name) => {
    const record = records.get(nameText(name));
    return (
      record === undefined ||
      (record.until <= now &&
        record.due <= now &&
        (record.place < heads.get(name.collection)! || record.again.length > 0))
    );
  });
}

/** The sequences that are next in the feeds of some collections. */
async function headsOf(
  { send, tableName, deadline }: LookUp,
  names: readonly ConsumerName[],
): Promise<ReadonlyMap<string, number>> {
  const feed = openFeed(send, tableName, deadline);
  const collections = [...new Set(names.map(({ collection }) => collection))];
  return new Map(
    await Promise.all(collections.map(async (collection) => [collection, await feed.head(collection)] as const)),
  );
}

function nameText({ name, collection }: ConsumerName): string {
  return `${name}/${collection}`;
}
