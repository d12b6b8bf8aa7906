// Actions that only read: each item as it is when it is read, and nothing to commit.
import type { LoadedAction } from '../definition/action';
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import type { Caller } from '../values/caller';
import type { JsonObject } from '../values/json';
import { Problem } from '../problem';
import type { Reader } from '../store/reader';
import { nameOf } from '../transaction/entry';
import { runOwnCode } from '../transaction/thrown-problem';
import { answerOf } from './answer';
import { requireItem, type Demands } from './refusal';
import type { Operation } from './result';
import { listSafely } from './safe-list';

/** What an action that only reads is called with. */
export interface ViewInput extends Omit<Demands, 'id'> {
  /** The item that it is called on; an action of the collection has none. */
  readonly id?: string | undefined;
  readonly caller: Caller;
  /** The action's name. */
  readonly name: string;
  readonly action: LoadedAction;
  /** The parameters, checked, with defaults. */
  readonly query: JsonObject;
}

/** How many items one such action reads, and how often it lists. */
const MOST_READ = 100;
const MOST_LISTS = 10;

/** Runs an action that only reads. */
export const view: Operation<ViewInput, Reader> = async (resource, input, store) => {
  const { id, caller, name, action, query, preconditions, permission } = input;
  // RFC 9110 §13.1.1: If-Match compares strongly, which the weak tag of such an answer never passes.
  if (preconditions.match !== undefined && preconditions.match !== '*') {
    throw new Problem(
      'precondition-failed',
      'The answer of this action has a weak ETag, which If-Match never matches: leave If-Match out, or send the tag in If-None-Match.',
    );
  }
  const reading = readBy(resource, name, store);
  const own = { body: {}, query, now: new Date(), caller, transaction: reading.transaction };
  const on =
    id === undefined
      ? own
      : {
          ...own,
          item: reading.give(
            resource,
            requireItem(await store.read(resource, id), resource, { id, permission, preconditions: {} }).item,
          ),
        };
  const answer = await runOwnCode(`src/resources/${resource.name}.ts`, `action "${name}"`, action.problems, () =>
    action.run(on),
  );
  if (action.response !== undefined) {
    return {
      result: { kind: 'viewed', body: answerOf(resource, name, action.response, answer), maxAge: action.maxAge },
    };
  }
  const of = reading.find(answer);
  if (of === undefined) {
    throw new Error(
      `src/resources/${resource.name}.ts: the action "${name}" must answer with its item, or with one that its transaction read, as it was given; or declare another answer under response`,
    );
  }
  return { result: { kind: 'viewed', item: answer as AnyItem, of, maxAge: action.maxAge } };
};

/** What the action reads by, and the items that it was given. */
function readBy(
  { name: file }: Resource,
  name: string,
  store: Reader,
): {
  transaction: object;
  give: (resource: Resource, item: AnyItem) => AnyItem;
  find: (value: unknown) => Resource | undefined;
} {
  const given = new Map<unknown, Resource>();
  const known = new Map<string, Promise<AnyItem | undefined>>();
  let lists = 0;
  const give = (resource: Resource, item: AnyItem): AnyItem => {
    given.set(item, resource);
    return item;
  };
  const refuse = (word: string, why: string) => (): never => {
    throw new Error(
      `src/resources/${file}.ts: the action "${name}" is safe and calls transaction.${word}, which ${why}: leave one of the two out`,
    );
  };
  return {
    transaction: {
      async read(resource: Resource, id: string): Promise<AnyItem | undefined> {
        const key = nameOf(resource, id);
        if (!known.has(key) && known.size >= MOST_READ) {
          throw new Problem(
            'too-large',
            `The action reads more than ${MOST_READ} items, which is what one request may read.`,
          );
        }
        // Each once, so that an item does not change while the action runs.
        known.set(key, known.get(key) ?? store.read(resource, id).then((image) => image?.item));
        const item = await known.get(key);
        return item && give(resource, { ...item });
      },
      async list(resource: Resource, conditions: object): Promise<AnyItem[]> {
        lists++;
        if (lists > MOST_LISTS) {
          throw new Problem(
            'too-large',
            `The action lists more than ${MOST_LISTS} times, which is how often one request may.`,
          );
        }
        return (await listSafely(store, resource, conditions)).map((item) => give(resource, { ...item }));
      },
      create: refuse('create', 'writes'),
      update: refuse('update', 'writes'),
      remove: refuse('remove', 'writes'),
      send: refuse('send', 'writes'),
    },
    give,
    find: (value) => given.get(value),
  };
}
