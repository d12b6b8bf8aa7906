// What must hold of counts and sums, and of trees, of the table as it is.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import { shareOf } from '../../src/definition/aggregates';
import type { AnyItem } from '../../src/definition/item';
import type { Resource } from '../../src/definition/resource';
import { DELETING_ATTRIBUTE } from '../../src/store/layout/table';
import { addDecimals } from '../../src/values/decimal';
import { aggregateOf } from '../../src/values/node';

type StoredRecord = Record<string, AttributeValue>;

/** Every count and sum that is not what the items say which refer there. Items that are being deleted keep none. */
export function brokenAggregates(resources: ReadonlyMap<string, Resource>, records: readonly StoredRecord[]): string[] {
  return [...resources.values()].flatMap((resource) =>
    [...resource.attributes].flatMap(([name, node]) => {
      const aggregate = aggregateOf(node);
      if (aggregate === undefined) {
        return [];
      }
      const sums = new Map<string, string>();
      for (const record of records.filter(({ pk }) => pk?.S === aggregate.collection)) {
        const share = shareOf(aggregate, plainItem(record));
        if (share !== undefined) {
          sums.set(share.id, addDecimals(sums.get(share.id) ?? '0', share.number));
        }
      }
      return records
        .filter(({ pk, ...record }) => pk?.S === resource.name && record[DELETING_ATTRIBUTE] === undefined)
        .flatMap((record) => {
          const [kept, expected] = [Number(record[name]?.N ?? 0), Number(sums.get(record['sk']!.S!) ?? 0)];
          return kept === expected
            ? []
            : [`${resource.name}/${record['sk']!.S}: its "${name}" is ${kept}, and should be ${expected}.`];
        });
    }),
  );
}

/** The attributes of a record that are a text, number or boolean. */
function plainItem(record: StoredRecord): AnyItem {
  return Object.fromEntries(
    Object.entries(record).map(([name, { S, N, BOOL }]) => [name, N === undefined ? (S ?? BOOL) : Number(N)]),
  ) as AnyItem;
}

/** Every item that is above itself by an `acyclic` attribute. */
export function brokenTrees(resources: ReadonlyMap<string, Resource>, records: readonly StoredRecord[]): string[] {
  return [...resources.values()].flatMap(({ name, trees }) =>
    trees.flatMap((attribute) => {
      const above = new Map(
        records.filter(({ pk }) => pk?.S === name).map((record) => [record['sk']!.S!, record[attribute]?.S]),
      );
      return [...above.keys()]
        .filter((id) => {
          let next = above.get(id);
          for (let steps = 0; next !== undefined && next !== id && steps < above.size; steps++) {
            next = above.get(next);
          }
          return next === id;
        })
        .map((id) => `${name}/${id} is above itself by its "${attribute}".`);
    }),
  );
}
