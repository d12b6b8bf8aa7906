// What the records of a table must come to together. Each record is added once, in any order; what is found to agree is
// forgotten, so that memory grows with what is open, and not with the table.
import { shareOf } from '../../definition/aggregates';
import type { Resource } from '../../definition/resource';
import { uniqueGroups } from '../../definition/unique-groups';
import { CHANGES_PREFIX } from '../layout/change';
import { FEED_PREFIX } from '../layout/feed-head';
import { checksumKey, checksumPrefix, itemHash, readChecksum } from '../layout/checksum';
import { indexPlace, transactionalIndexes } from '../layout/index-keys';
import {
  aggregateAttributes,
  aggregation,
  referenceAttributes,
  referencesTo,
  transactionality,
  uniqueness,
} from '../layout/layout-record';
import { keyText, toImage } from '../layout/record';
import { DELETING_ATTRIBUTE, PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { referenceCount, referrersOf } from '../write/references';
import { OWNER_ATTRIBUTE, uniquenessPrefix, uniqueValues } from '../write/unique';
import { openBalance } from './balance';
import { addToFeed, feedFindings } from './feed-findings';
import type { Finding } from './finding';
import { itemFindings } from './item-findings';
import {
  aggregateFindings,
  checksumFindings,
  guardFindings,
  referenceFindings,
  treeFindings,
  type Holds,
  type LookUp,
} from './ledger-findings';
import { SEPARATOR, type LedgerState } from './ledger-state';

/** The records of a table held against the invariants. */
export interface Ledger {
  readonly add: (record: AttributeMap) => Promise<void>;
  /** What is wrong, once all were added. @param lookUp reads the record of an item, where that is needed to tell */
  readonly findings: (lookUp: LookUp) => Promise<Finding[]>;
}

/** What a ledger is of. */
export interface LedgerOptions {
  /** Whether a constraint has been made to hold of all items; all have without it. */
  readonly holds?: Holds;
  /** Whether every record of the table is given, so that one of nothing that is declared is wrong. */
  readonly isWhole?: boolean;
}

/** Opens a ledger. @param state what it goes on from, which is changed */
export function openLedger(
  resources: ReadonlyMap<string, Resource>,
  state: LedgerState,
  { holds = () => true, isWhole = false }: LedgerOptions = {},
): Ledger {
  const { guards, trees } = state;
  const [references, aggregates] = [openBalance(state.references), openBalance(state.aggregates)];
  const [sums, members] = [openBalance(state.sums), openBalance(state.members)];
  const prefixes = [...resources.values()].flatMap((resource) => [
    ...uniqueGroups(resource).map((group) => uniquenessPrefix(resource, group)),
    ...transactionalIndexes(resource).map((index) => checksumPrefix(resource, index)),
  ]);

  function seeItem(key: string, item: string): void {
    const { items = [], guard } = guards.get(key) ?? {};
    keep(key, guard === item ? { items } : { items: [...items, item], guard });
  }

  function seeGuard(key: string, guard: string): void {
    const { items = [] } = guards.get(key) ?? {};
    keep(key, items.includes(guard) ? { items: items.filter((item) => item !== guard) } : { items, guard });
  }

  function keep(key: string, open: { readonly items: readonly string[]; readonly guard?: string | undefined }): void {
    if (open.items.length === 0 && open.guard === undefined) {
      guards.delete(key);
    } else {
      guards.set(key, open);
    }
  }

  /** Whether the references of a collection to another, which are one number, hold. */
  function areCounted(referring: Resource, collection: string): boolean {
    return referencesTo(referring, collection).every((constraint) => holds(referring, constraint));
  }

  async function addItem(resource: Resource, record: AttributeMap): Promise<void> {
    state.findings.push(...(await itemFindings(resource, record)));
    const id = record[SORT_KEY]!.S!;
    for (const group of uniqueGroups(resource).filter((one) => holds(resource, uniqueness(one)))) {
      for (const key of uniqueValues(resource, group, record).keys()) {
        seeItem(key, `${resource.name}/${id}`);
      }
    }
    for (const [attribute, collection] of referenceAttributes(resource)) {
      const to = record[attribute]?.S;
      if (to !== undefined && areCounted(resource, collection)) {
        references.expect([collection, to, resource.name].join(SEPARATOR), '1');
      }
    }
    const referring = new Set(referrersOf(resources, resource).map((referrer) => referrer.resource));
    for (const { name: collection } of [...referring].filter((one) => areCounted(one, resource.name))) {
      references.keep([resource.name, id, collection].join(SEPARATOR), record[referenceCount(collection)]?.N ?? '0');
    }
    await addShares(resource, id, record);
    for (const index of transactionalIndexes(resource).filter((one) =>
      holds(resource, transactionality(resource, one)),
    )) {
      const place = indexPlace(resource, index, id, record);
      if (place !== undefined) {
        const key = keyText(checksumKey(resource, index, place.value));
        sums.expect(key, String(itemHash(record)));
        members.expect(key, '1');
      }
    }
    for (const attribute of resource.trees) {
      if (record[attribute]?.S !== undefined) {
        trees.set([resource.name, attribute, id].join(SEPARATOR), record[attribute].S);
      }
    }
  }

  /** What an item adds to the counts and sums of others, and what it keeps of its own. */
  async function addShares(resource: Resource, id: string, record: AttributeMap): Promise<void> {
    const counting = [...resources.values()].flatMap((other) =>
      aggregateAttributes(other)
        .filter(([name, one]) => one.collection === resource.name && holds(other, aggregation(name, one)))
        .map(([name, one]) => ({ other, name, one })),
    );
    if (counting.length > 0) {
      const { item } = await toImage(resource, record);
      for (const { other, name, one } of counting) {
        const share = shareOf(one, item);
        // What is no number is wrong by itself.
        if (share !== undefined && Number.isFinite(Number(share.number))) {
          aggregates.expect([other.name, share.id, name].join(SEPARATOR), share.number);
        }
      }
    }
    for (const [name, one] of aggregateAttributes(resource)) {
      // What is being deleted counts no more.
      if (holds(resource, aggregation(name, one)) && record[DELETING_ATTRIBUTE] === undefined) {
        aggregates.keep([resource.name, id, name].join(SEPARATOR), record[name]?.N ?? '0');
      }
    }
  }

  return {
    async add(record) {
      const partition = record[PARTITION_KEY]?.S ?? '';
      const resource = resources.get(partition.split('#')[0] ?? '');
      if (resource !== undefined) {
        return addItem(resource, record);
      }
      if (partition.startsWith('#unique#') && prefixes.some((prefix) => partition.startsWith(prefix))) {
        const [, , collection] = partition.split('#');
        seeGuard(keyText(record), `${collection}/${record[OWNER_ATTRIBUTE]?.S}`);
      } else if (partition.startsWith('#checksum#') && prefixes.some((prefix) => partition.startsWith(prefix))) {
        const { sum, count } = readChecksum(record);
        sums.keep(keyText(record), String(sum));
        members.keep(keyText(record), String(count));
      } else if (partition.startsWith(CHANGES_PREFIX) || partition.startsWith(FEED_PREFIX)) {
        addToFeed(state.feeds, record);
      } else if (isWhole && !partition.startsWith('#')) {
        state.findings.push({
          kind: 'record',
          at: keyText(record),
          detail: 'No resource file declares the collection, and the engine keeps nothing there.',
        });
      }
    },

    findings: async (lookUp) => [
      ...state.findings,
      ...guardFindings(resources, guards, holds),
      ...(await referenceFindings(resources, references.open(), lookUp)),
      ...(await aggregateFindings(resources, aggregates.open(), lookUp)),
      ...checksumFindings(resources, state, holds),
      ...treeFindings(trees),
      ...feedFindings(state.feeds),
    ],
  };
}
