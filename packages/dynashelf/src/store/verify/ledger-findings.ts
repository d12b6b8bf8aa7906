// What is wrong with a table, told from what is still open once all of its records were added.
import type { Resource } from '../../definition/resource';
import { uniqueGroups } from '../../definition/unique-groups';
import { transactionalIndexes } from '../layout/index-keys';
import { aggregateAttributes, aggregation, referencesTo, transactionality, uniqueness } from '../layout/layout-record';
import { DELETING_ATTRIBUTE } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { referenceCount } from '../write/references';
import type { Finding, Remedy } from './finding';
import { SEPARATOR, type LedgerState } from './ledger-state';

/** Reads the record of an item; undefined where there is none. */
export type LookUp = (resource: Resource, id: string) => Promise<AttributeMap | undefined>;

/** Whether a constraint has been made to hold of all items. */
export type Holds = (resource: Resource, constraint: string) => boolean;

/** Guards that are missing, left over, or of another item. */
export function guardFindings(
  resources: ReadonlyMap<string, Resource>,
  guards: LedgerState['guards'],
  holds: Holds,
): Finding[] {
  return [...guards].flatMap(([key, { items, guard }]): Finding[] => {
    const [partition] = JSON.parse(key) as string[];
    const [, , collection = '', parts = ''] = partition!.split('#');
    const resource = resources.get(collection);
    const group = resource && uniqueGroups(resource).find((one) => one.parts.join() === parts);
    if (resource === undefined || group === undefined || !holds(resource, uniqueness(group))) {
      return [];
    }
    const remedy: Remedy = { kind: 'constraints', collection, constraints: [uniqueness(group)] };
    return items.length === 0
      ? [{ kind: 'guard', at: key, detail: `It guards a "${parts}" that ${guard} does not have.`, remedy }]
      : items.map((item) => ({
          kind: 'guard',
          at: item,
          detail: `The guard of its "${parts}" is ${guard === undefined ? 'missing, or that of an item with the same value' : `of ${guard}`}.`,
          seen: key,
          remedy,
        }));
  });
}

/** An item that keeps another number than is seen. */
interface OpenItem {
  readonly collection: string;
  readonly id: string;
  /** What is counted: the collection that refers, or the attribute that counts or sums. */
  readonly of: string;
  /** What should be, less what is kept. */
  readonly difference: number;
  /** Its record, as it is now. */
  readonly record: AttributeMap | undefined;
}

async function* openItems(
  resources: ReadonlyMap<string, Resource>,
  open: Iterable<[key: string, difference: string]>,
  lookUp: LookUp,
): AsyncGenerator<OpenItem> {
  for (const [key, difference] of open) {
    const [collection, id, of] = key.split(SEPARATOR) as [string, string, string];
    const record = await lookUp(resources.get(collection)!, id);
    yield { collection, id, of, difference: Number(difference), record };
  }
}

/** References that lead to nothing, and numbers of references that are not true. */
export async function referenceFindings(
  resources: ReadonlyMap<string, Resource>,
  open: Iterable<[key: string, difference: string]>,
  lookUp: LookUp,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const { collection, id, of, difference, record } of openItems(resources, open, lookUp)) {
    const [at, number] = [`${collection}/${id}`, Math.abs(difference)];
    if (record !== undefined) {
      findings.push({
        kind: 'count',
        at,
        detail: `${number} ${difference > 0 ? 'more' : 'fewer'} references of ${of} lead to it than it counts.`,
        seen: record[referenceCount(of)]?.N ?? '0',
        remedy: {
          kind: 'constraints',
          collection: of,
          constraints: referencesTo(resources.get(of)!, collection),
        },
      });
    } else if (difference > 0) {
      findings.push({
        kind: 'reference',
        at,
        detail: `It does not exist, and ${number} references of ${of} lead to it.`,
      });
    }
  }
  return findings;
}

/** Counts and sums that are not true. */
export async function aggregateFindings(
  resources: ReadonlyMap<string, Resource>,
  open: Iterable<[key: string, difference: string]>,
  lookUp: LookUp,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const { collection, id, of, difference, record } of openItems(resources, open, lookUp)) {
    // Where there is no item its references are what is wrong; and one that is being deleted counts no more.
    if (record === undefined || record[DELETING_ATTRIBUTE] !== undefined) {
      continue;
    }
    const [, aggregate] = aggregateAttributes(resources.get(collection)!).find(([name]) => name === of)!;
    findings.push({
      kind: 'aggregate',
      at: `${collection}/${id}`,
      detail: `Its "${of}" should be ${difference > 0 ? 'greater' : 'less'} by ${Math.abs(difference)}.`,
      // Whatever it counts changes its version with it.
      seen: record['version']?.N,
      remedy: { kind: 'constraints', collection, constraints: [aggregation(of, aggregate)] },
    });
  }
  return findings;
}

/** Checksums that are not those of the items. */
export function checksumFindings(
  resources: ReadonlyMap<string, Resource>,
  { sums, members }: LedgerState,
  holds: Holds,
): Finding[] {
  return [...new Set([...sums.keys(), ...members.keys()])].flatMap((key): Finding[] => {
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
            seen: `${sums.get(key)} ${members.get(key)}`,
            remedy: { kind: 'constraints', collection, constraints: [transactionality(resource, index)] },
          },
        ];
  });
}

/** The items that are above themselves; an item is below one alone, so each way up is followed once. */
export function treeFindings(trees: LedgerState['trees']): Finding[] {
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
