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
  reference,
  referenceAttributes,
  transactionality,
  uniqueness,
} from '../layout/layout-record';
import { keyText, toImage } from '../layout/record';
import { DELETING_ATTRIBUTE, PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { referenceCount, referrersOf } from '../write/references';
import { OWNER_ATTRIBUTE, uniquenessPrefix, uniqueValues } from '../write/unique';
import { openBalance } from './balance';
import { addToFeed, feedFindings, type Feeds } from './feed-findings';
import type { Finding, Remedy } from './finding';
import { itemFindings } from './item-findings';

/** What is open of the records that were added: plain data, to be kept between two runs. */
export interface LedgerState {
  /** Owners of unique values: of an item that was seen (`item`), or in a guard (`guard`), by the guard's key. */
  readonly guards: Map<string, { readonly item?: string; readonly guard?: string }>;
  readonly references: Map<string, string>;
  readonly aggregates: Map<string, string>;
  readonly sums: Map<string, string>;
  readonly members: Map<string, string>;
  /** What is above each item of a tree. */
  readonly trees: Map<string, string>;
  readonly feeds: Feeds;
  readonly findings: Finding[];
}

/** The state before anything was added. */
export function emptyLedger(): LedgerState {
  const map = (): Map<string, string> => new Map();
  return {
    guards: new Map(),
    references: map(),
    aggregates: map(),
    sums: map(),
    members: map(),
    trees: map(),
    feeds: new Map(),
    findings: [],
  };
}

/** The records of a table held against the invariants. */
export interface Ledger {
  readonly add: (record: AttributeMap) => Promise<void>;
  /** What is wrong, once all were added. @param lookUp reads the record of an item, where that is needed to tell */
  readonly findings: (lookUp: LookUp) => Promise<Finding[]>;
}

/** Reads the record of an item; undefined where there is none. */
export type LookUp = (resource: Resource, id: string) => Promise<AttributeMap | undefined>;

/** What a ledger is of. */
export interface LedgerOptions {
  /** Whether a constraint has been made to hold of all items; all have without it. */
  readonly holds?: (resource: Resource, constraint: string) => boolean;
  /** Whether every record of the table is given, so that one of nothing that is declared is wrong. */
  readonly isWhole?: boolean;
}

const SEPARATOR = '\u0000';

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

  function seeGuard(key: string, seen: { readonly item: string } | { readonly guard: string }): void {
    const known = guards.get(key);
    const both = { ...known, ...seen };
    if (both.item !== undefined && both.item === both.guard) {
      guards.delete(key);
    } else {
      guards.set(key, both);
    }
  }

  async function addItem(resource: Resource, record: AttributeMap): Promise<void> {
    state.findings.push(...(await itemFindings(resource, record)));
    const id = record[SORT_KEY]!.S!;
    for (const group of uniqueGroups(resource).filter((one) => holds(resource, uniqueness(one)))) {
      for (const key of uniqueValues(resource, group, record).keys()) {
        seeGuard(key, { item: `${resource.name}/${id}` });
      }
    }
    for (const [attribute, collection] of referenceAttributes(resource)) {
      const to = record[attribute]?.S;
      if (to !== undefined && holds(resource, reference(attribute, collection))) {
        references.expect([collection, to, resource.name].join(SEPARATOR), '1');
      }
    }
    for (const collection of new Set(referrersOf(resources, resource).map((referrer) => referrer.resource.name))) {
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
        seeGuard(keyText(record), { guard: `${collection}/${record[OWNER_ATTRIBUTE]?.S}` });
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
      ...checksumFindings(resources, new Set([...state.sums.keys(), ...state.members.keys()]), holds),
      ...treeFindings(trees),
      ...feedFindings(state.feeds),
    ],
  };
}

function guardFindings(
  resources: ReadonlyMap<string, Resource>,
  guards: LedgerState['guards'],
  holds: NonNullable<LedgerOptions['holds']>,
): Finding[] {
  return [...guards].flatMap(([key, { item, guard }]): Finding[] => {
    const [partition] = JSON.parse(key) as string[];
    const [, , collection = '', parts = ''] = partition!.split('#');
    const resource = resources.get(collection);
    const group = resource && uniqueGroups(resource).find((one) => one.parts.join() === parts);
    if (resource === undefined || group === undefined || !holds(resource, uniqueness(group))) {
      return [];
    }
    const remedy: Remedy = { kind: 'constraints', collection, constraints: [uniqueness(group)] };
    return [
      item === undefined
        ? { kind: 'guard', at: key, detail: `It guards a "${parts}" that ${guard} does not have.`, remedy }
        : {
            kind: 'guard',
            at: item,
            detail: `The guard of its "${parts}" is ${guard === undefined ? 'missing, or that of an item with the same value' : `of ${guard}`}.`,
            remedy,
          },
    ];
  });
}

async function referenceFindings(
  resources: ReadonlyMap<string, Resource>,
  open: Iterable<[key: string, difference: string]>,
  lookUp: LookUp,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [key, difference] of open) {
    const [collection, id, referring] = key.split(SEPARATOR) as [string, string, string];
    const [number, isMore] = [Math.abs(Number(difference)), Number(difference) > 0];
    const at = `${collection}/${id}`;
    if (isMore && (await lookUp(resources.get(collection)!, id)) === undefined) {
      findings.push({
        kind: 'reference',
        at,
        detail: `It does not exist, and ${number} references of ${referring} lead to it.`,
      });
      continue;
    }
    const attributes = referenceAttributes(resources.get(referring)!).filter(([, to]) => to === collection);
    findings.push({
      kind: 'count',
      at,
      detail: `${number} ${isMore ? 'more' : 'fewer'} references of ${referring} lead to it than it counts.`,
      remedy: {
        kind: 'constraints',
        collection: referring,
        constraints: attributes.map(([attribute]) => reference(attribute, collection)),
      },
    });
  }
  return findings;
}

async function aggregateFindings(
  resources: ReadonlyMap<string, Resource>,
  open: Iterable<[key: string, difference: string]>,
  lookUp: LookUp,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [key, difference] of open) {
    const [collection, id, attribute] = key.split(SEPARATOR) as [string, string, string];
    const resource = resources.get(collection)!;
    const record = await lookUp(resource, id);
    // Where there is no item its references are what is wrong; and one that is being deleted counts no more.
    if (record === undefined || record[DELETING_ATTRIBUTE] !== undefined) {
      continue;
    }
    const [, aggregate] = aggregateAttributes(resource).find(([name]) => name === attribute)!;
    findings.push({
      kind: 'aggregate',
      at: `${collection}/${id}`,
      detail: `Its "${attribute}" should be ${Number(difference) > 0 ? 'greater' : 'less'} by ${Math.abs(Number(difference))}.`,
      remedy: { kind: 'constraints', collection, constraints: [aggregation(attribute, aggregate)] },
    });
  }
  return findings;
}

function checksumFindings(
  resources: ReadonlyMap<string, Resource>,
  keys: ReadonlySet<string>,
  holds: NonNullable<LedgerOptions['holds']>,
): Finding[] {
  return [...keys].flatMap((key): Finding[] => {
    const [partition] = JSON.parse(key) as string[];
    const [, , collection = '', name = ''] = partition!.split('#');
    const resource = resources.get(collection);
    const index = resource && transactionalIndexes(resource).find((one) => one.name === name);
    return resource === undefined || index === undefined || !holds(resource, transactionality(resource, index))
      ? []
      : [
          {
            kind: 'checksum',
            at: key,
            detail: `It is not that of the items of this partition of the index "${name}" of ${collection}.`,
            remedy: { kind: 'constraints', collection, constraints: [transactionality(resource, index)] },
          },
        ];
  });
}

/** The items that are above themselves; an item is below one alone, so each way up is followed once. */
function treeFindings(trees: LedgerState['trees']): Finding[] {
  const done = new Set<string>();
  const findings: Finding[] = [];
  for (const start of trees.keys()) {
    const way = new Set<string>();
    let key = start;
    while (trees.has(key) && !done.has(key) && !way.has(key)) {
      way.add(key);
      key = [...key.split(SEPARATOR).slice(0, 2), trees.get(key)!].join(SEPARATOR);
    }
    if (way.has(key)) {
      const [collection, attribute, id] = key.split(SEPARATOR);
      findings.push({ kind: 'tree', at: `${collection}/${id}`, detail: `It is above itself by its "${attribute}".` });
    }
    way.forEach((one) => done.add(one));
  }
  return findings;
}
