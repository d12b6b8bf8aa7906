// What of an item its model may write: attributes on which nothing else depends, of an item that exists. All other
// writes of a model are refused, since they would leave keys, guards, counters or versions wrong.
import * as dynamoose from 'dynamoose';
import type { Resource } from '../definition/resource';
import { isInUniqueGroup } from '../definition/unique-groups';
import { aggregateOf } from '../values/node';
import { CLEARING_ATTRIBUTE, DELETING_ATTRIBUTE, PARTITION_KEY } from '../store/layout/table';
import { isFollowed, isSummed } from '../store/write/record-changes';

type Model = ReturnType<typeof dynamoose.model>;
type Changes = Record<string, unknown>;

interface UpdateSettings {
  readonly condition?: InstanceType<typeof dynamoose.Condition>;
  readonly return?: unknown;
}

type Update = (key: object, changes: Changes, settings?: UpdateSettings) => Promise<unknown>;

/** Dynamoose's keywords for what an update does to attributes. */
const KINDS = ['$SET', '$ADD', '$REMOVE', '$DELETE'];

/** Replaces the writes of a model by those that are allowed. */
export function guardWrites(model: Model, resource: Resource, resources: ReadonlyMap<string, Resource>): void {
  const update = model.update.bind(model) as unknown as Update;
  const forced = [...resource.attributes]
    .filter(([, { keywords }]) => keywords.forceDefault === true)
    .map(([name]) => name);
  const refuse = (what: string) => (): never => {
    throw new Error(
      `${what} is not for the model of ${resource.name}, since keys, versions and what depends on an item would go wrong: send it to the API.`,
    );
  };
  Object.assign(model, {
    update: async (key: object, changes: Changes, settings: UpdateSettings = {}) => {
      if (typeof changes !== 'object' || typeof settings !== 'object') {
        throw new Error(`An update of ${resource.name} takes a key, changes and settings, and gives a promise.`);
      }
      const whole = byKind(changes);
      // Dynamoose writes a forced default with every update.
      for (const name of [...namesOf(whole), ...forced]) {
        requireFree(name, resource, resources);
      }
      return update(
        key,
        {
          ...whole,
          $SET: { ...(whole['$SET'] as object), updatedAt: new Date().toISOString() },
          $ADD: { ...(whole['$ADD'] as object), version: 1 },
        },
        { ...settings, condition: condition(settings.condition) },
      );
    },
    create: refuse('create'),
    delete: refuse('delete'),
    batchPut: refuse('batchPut'),
    batchDelete: refuse('batchDelete'),
  });
  Object.assign(model.transaction, {
    create: refuse('transaction.create'),
    delete: refuse('transaction.delete'),
    update: refuse('transaction.update'),
  });
  // The class of its items.
  Object.assign((model as unknown as { prototype: object }).prototype, {
    save: refuse('save'),
    delete: refuse('delete'),
  });
}

/** What is said without a kind is set. */
function byKind(changes: Changes): Changes {
  const entries = Object.entries(changes);
  const plain = entries.filter(([name]) => !KINDS.includes(name));
  const kinds = Object.fromEntries(entries.filter(([name]) => KINDS.includes(name)));
  return plain.length === 0
    ? kinds
    : { ...kinds, $SET: { ...(kinds['$SET'] as object), ...Object.fromEntries(plain) } };
}

function namesOf(kinds: Changes): string[] {
  return Object.values(kinds).flatMap((named) =>
    Array.isArray(named) ? (named as string[]) : Object.keys(named as object),
  );
}

/** @throws Error where something depends on the attribute */
function requireFree(name: string, resource: Resource, resources: ReadonlyMap<string, Resource>): void {
  const reason = dependence(name, resource, resources);
  if (reason !== undefined) {
    throw new Error(
      `The attribute "${name}" of ${resource.name} ${reason}: send a PATCH to the API, which keeps both right.`,
    );
  }
}

function dependence(name: string, resource: Resource, resources: ReadonlyMap<string, Resource>): string | undefined {
  const node = resource.attributes.get(name);
  const keywords = node?.keywords;
  const indexed = Object.entries(resource.indexes).find(([, { partition, sort }]) =>
    [partition ?? [], sort ?? []].flat().includes(name),
  );
  return node === undefined || keywords === undefined
    ? 'is none that the schema declares at the top'
    : resource.onWrite !== undefined
      ? 'is of an item of which onWrite is to be called'
      : isInUniqueGroup(resource, name)
        ? 'is unique, by itself or with others, and a guard of its own holds its value'
        : keywords.references !== undefined
          ? 'refers to an item that counts what refers to it'
          : aggregateOf(node) !== undefined
            ? `${keywords.counts === undefined ? 'sums a number of' : 'counts'} other items`
            : resource.states?.attribute === name
              ? 'holds the state of the item, which goes on by steps that depend on it'
              : indexed !== undefined
                ? `is part of the keys of the index "${indexed[0]}"`
                : isSummed(resources, resource, name)
                  ? 'is summed by other items'
                  : isFollowed(resources, resource)
                    ? 'may be one that rules, computed attributes or counts depend on, or an index that is transactional'
                    : undefined;
}

/** An item that exists, and that no deletion is about to change. */
function condition(further: UpdateSettings['condition']): InstanceType<typeof dynamoose.Condition> {
  const own = new dynamoose.Condition()
    .attribute(PARTITION_KEY)
    .exists()
    .and()
    .attribute(DELETING_ATTRIBUTE)
    .not()
    .exists()
    .and()
    .attribute(CLEARING_ATTRIBUTE)
    .not()
    .exists();
  return further === undefined ? own : own.and().parenthesis(further);
}
