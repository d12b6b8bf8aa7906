// That a contender does its work: the right item answered, and what it wrote in the table, which is read past it.

import assert from 'node:assert/strict';

import { connect } from '../../src/store/client/https';
import { encode, type AttributeMap } from '../../src/store/layout/value';
import { record, replay, type Recorded } from './seam';
import type { Adapter } from './adapter';
import { changesOf, KNOWN, OPERATIONS, PARTITION, valuesOf, type Operation, type Item, type Values } from './item';

/** More than the longest list has, and some to be written. */
const FILLED = 110;

/** What is written when an operation is tried differs from what is there by this. */
const NUMBER = 1_000;

/** A contender that works. */
export interface Checked {
  /** What each operation was tried on. */
  readonly ids: Readonly<Record<Operation, string>>;
  /** What the database answered to it. */
  readonly answers: Readonly<Record<Operation, readonly Recorded[]>>;
}

/**
 * Fills a contender's table by itself, tries every operation over the database, and again over what the database
 * answered.
 * @throws AssertionError where one does not what it should
 */
export async function checkAdapter(adapter: Adapter, table: string): Promise<Checked> {
  const filled = new Map<string, Values>();
  for (let number = 0; number < FILLED; number++) {
    const [item] = adapter.read(await adapter.prepare(number === 0 ? 'replace' : 'create', KNOWN, number)());
    filled.set(item!.id, valuesOf(number));
  }
  const checked = { ids: {}, answers: {} } as {
    ids: Record<Operation, string>;
    answers: Record<Operation, readonly Recorded[]>;
  };
  // An item each; the reads come first, while there is only what was filled in.
  for (const [index, operation] of OPERATIONS.entries()) {
    const id = [...filled.keys()][index]!;
    const { answer, answers } = await record(adapter.prepare(operation, id, NUMBER));
    // What docs/benchmarks.md says of all.
    assert.equal(answers.length, 1, `${operation} is ${answers.length} requests to DynamoDB`);
    const items = adapter.read(answer);
    requireAnswered(operation, id, items, filled);
    await requireWritten(operation, operation === 'create' ? items[0]!.id : id, table, filled);
    const again = await replay(answers, adapter.prepare(operation, id, NUMBER));
    requireAnswered(operation, id, adapter.read(again), filled);
    checked.ids[operation] = id;
    checked.answers[operation] = answers;
  }
  return checked;
}

function requireAnswered(
  operation: Operation,
  id: string,
  items: readonly Item[],
  filled: ReadonlyMap<string, Values>,
): void {
  switch (operation) {
    case 'get':
      return requireItem(items[0], filled.get(id)!, id);
    case 'list 25':
    case 'list 100':
      assert.equal(items.length, Number(operation.slice('list '.length)));
      assert.equal(new Set(items.map((item) => item.id)).size, items.length, 'an item is listed twice');
      return items.forEach((item) => requireItem(item, filled.get(item.id)!));
    case 'create':
      return requireItem(items[0], valuesOf(NUMBER));
    case 'replace':
      return requireItem(items[0], valuesOf(NUMBER), id);
    case 'patch':
      return requireItem(items[0], { ...filled.get(id)!, ...changesOf(NUMBER) }, id);
    case 'delete':
      return;
  }
}

function requireItem(item: Item | undefined, values: Values, id = item?.id): void {
  const { version, createdAt, updatedAt, ...own } = item!;
  assert.deepEqual({ ...own }, { id, ...values });
  assert.deepEqual([typeof version, typeof createdAt, typeof updatedAt], ['number', 'string', 'string']);
}

/** Looks into the table, past the contender. */
async function requireWritten(
  operation: Operation,
  id: string,
  table: string,
  filled: ReadonlyMap<string, Values>,
): Promise<void> {
  const { Item } = await connect()('GetItem', {
    TableName: table,
    Key: { pk: { S: PARTITION }, sk: { S: id } },
    ConsistentRead: true,
  });
  switch (operation) {
    case 'create':
    case 'replace':
      return requireRecord(Item, valuesOf(NUMBER));
    case 'patch':
      return requireRecord(Item, { ...filled.get(id)!, ...changesOf(NUMBER) });
    case 'delete':
      return assert.equal(Item, undefined);
    default:
      return requireRecord(Item, filled.get(id)!);
  }
}

function requireRecord(record: AttributeMap | undefined, values: Values): void {
  const expected = encode({ ...values, publisher: { ...values.publisher } });
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, record?.[name]])), expected);
}
