// DELETE of an item that large ones refer to: what is read is read in parts, and what is held of each is little.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { slim } from '../../src/operations/slim-image';
import type { Send } from '../../src/store/client/send';
import { connect } from '#connect';
import { createClient } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';
import { brokenRules } from '../setup/invariants';
import { scanTable } from '../setup/scan';

useTable();

const boxes = defineResource({
  name: 'boxes',
  description: 'Boxes.',
  schema: {
    title: String,
    open: {
      type: Number,
      readOnly: true,
      default: 0,
      counts: { collection: 'sheets', attribute: 'seenIn', where: ({ isOpen }) => isOpen === true },
    },
  },
});
const sheets = defineResource({
  name: 'sheets',
  description: 'Sheets with long texts.',
  schema: {
    text: { type: String, required: true },
    isOpen: Boolean,
    box: { type: String, references: 'boxes', onDelete: 'cascade' },
    seenIn: { type: String, references: 'boxes', onDelete: 'cascade' },
  },
  indexes: { byBox: { partition: 'box' }, bySeenIn: { partition: 'seenIn' } },
});
const notes = defineResource({
  name: 'notes',
  description: 'Notes with long texts, which stay.',
  schema: { text: { type: String, required: true }, box: { type: String, references: 'boxes', onDelete: 'setNull' } },
  indexes: { byBox: { partition: 'box' } },
});
const resources = listResources(boxes, sheets, notes);

const connected = connect();
let sent: { readonly operation: string; readonly units: number }[] = [];
const noting: Send = async (operation, input, options) => {
  const output = await connected(operation, input, options);
  const { ConsumedCapacity = [] } = output as { ConsumedCapacity?: { CapacityUnits?: number }[] };
  sent.push({ operation, units: [ConsumedCapacity].flat().reduce((sum, one) => sum + (one.CapacityUnits ?? 0), 0) });
  return output;
};
const ask = createClient({ resources, send: noting, described: false });

/** A box, and items with texts of some length that refer to it. */
async function fill(collection: 'sheets' | 'notes', count: number, length: number): Promise<void> {
  expect((await ask('PUT /boxes/b', { body: {} })).status).toBe(201);
  const each = Math.min(count, Math.floor(800_000 / length));
  for (let made = 0; made < count; made += each) {
    const body = Array.from({ length: Math.min(each, count - made) }, () => ({
      text: 'x'.repeat(length),
      box: 'b',
    }));
    expect((await ask(`POST /${collection}`, { body, headers: { Prefer: 'return=minimal' } })).status).toBe(201);
  }
  sent = [];
}

async function records(): ReturnType<typeof scanTable> {
  return (await scanTable(tableName())).filter(({ pk }) => pk?.S?.startsWith('#') !== true);
}

afterEach(async () => {
  for (const { pk, sk } of await records()) {
    await ask(`DELETE /${pk?.S}/${sk?.S}`);
  }
});

// A Query weighs its items together; one by one each weighs full units of 4 KB, so that a page of these is more than is
// read at once.
test.each<['sheets' | 'notes', number]>([
  ['sheets', 0],
  ['notes', 120],
])(
  '120 %s of 41 kB that refer to it are more than is read at once: it is done, and %i stay',
  async (collection, stay) => {
    await fill(collection, 120, 40_800);
    expect((await ask('DELETE /boxes/b')).status).toBe(204);
    const left = await records();
    expect([
      left.length,
      left.filter((record) => 'box' in record || '#deleting' in record || '#clearing' in record),
    ]).toEqual([stay, []]);
    expect(await brokenRules(resources, left)).toEqual([]);
  },
);

test('what one transaction could write is not all held at once to find that out: 4 MB are, and then it goes step by step', async () => {
  await fill('sheets', 24, 390_000);
  expect((await ask('DELETE /boxes/b')).status).toBe(204);
  const before = sent.slice(
    0,
    sent.findIndex(({ operation }) => operation === 'UpdateItem'),
  );
  // A page of the index, and the items of it.
  expect(before.reduce((sum, { units }) => sum + units, 0)).toBeLessThan(2_000);
  expect(await records()).toEqual([]);
});

test('of each item are held what it refers to, what others count of it, and its marks', () => {
  const system = { id: 's', version: 1, createdAt: '', updatedAt: '' };
  const image = {
    item: { ...system, text: 'long', isOpen: true, box: 'b', seenIn: 'c' },
    record: {
      sk: { S: 's' },
      '#deleting': { SS: ['m'] },
      text: { S: 'long' },
      isOpen: { BOOL: true },
      box: { S: 'b' },
    },
  };
  expect(slim(resources, sheets, image)).toEqual({
    item: { ...system, isOpen: true, box: 'b', seenIn: 'c' },
    record: { sk: { S: 's' }, '#deleting': { SS: ['m'] }, isOpen: { BOOL: true }, box: { S: 'b' } },
  });
});
