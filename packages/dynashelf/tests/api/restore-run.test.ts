// Items put back while others run the migration: no constraint is ever said to hold of what it has not seen.

import { connect } from '#connect';

import { defineResource, listResources } from '../../src/definition/define-resource';
import { heldConstraints, noteNotHeld, readLayouts } from '../../src/store/layout/layout-record';
import type { Send } from '../../src/store/client/send';
import { establishConstraints } from '../../src/store/migrate/establish-constraints';
import { restoredRecord } from '../../src/store/migrate/restore-item';
import { beginRestore } from '../../src/store/migrate/restore-run';
import { createClient } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';
import { brokenRules } from '../setup/invariants';
import { scanTable } from '../setup/scan';

useTable();

const shelves = defineResource({ name: 'shelves', description: 'Shelves.', schema: { title: String } });
const boxes = defineResource({
  name: 'boxes',
  description: 'Boxes.',
  schema: {
    code: { type: String, maxLength: 50, unique: true },
    shelf: { type: String, references: 'shelves' },
  },
  indexes: { byShelf: { partition: 'shelf', transactional: true } },
});
const resources = listResources(shelves, boxes);
const send = connect();

async function held(): Promise<string[]> {
  return [...heldConstraints((await readLayouts(send, tableName())).get('boxes'))].sort();
}

test('a migration that begins, or has begun, while items are put back leaves nothing noted that does not hold', async () => {
  expect((await createClient({ resources })('PUT /shelves/s', { body: {} })).status).toBe(201);
  await establishConstraints(send, tableName(), resources, 0);
  expect(await held()).toHaveLength(3);
  const box = async (id: string): Promise<Awaited<ReturnType<typeof restoredRecord>>> =>
    restoredRecord(boxes, { id, code: id, shelf: 's', version: 4 });

  // One that had read the table when the restoring began, and notes what it found when an item is there already.
  let arrived = (): void => undefined;
  let goOn = (): void => undefined;
  const isThere = new Promise<void>((resolve) => (arrived = resolve));
  const isLeft = new Promise<void>((resolve) => (goOn = resolve));
  const slow: Send = async (operation, input) => {
    if (operation === 'UpdateItem' && JSON.stringify(input).includes('ADD #c')) {
      arrived();
      await isLeft;
    }
    return send(operation, input);
  };
  await noteNotHeld(send, tableName(), boxes, ['unique code']);
  const earlier = establishConstraints(slow, tableName(), resources, 0).catch((error: Error) => error.message);
  await isThere;
  const restoring = await beginRestore(send, tableName(), resources, 0);
  expect(await held()).toEqual([]);
  expect(await restoring.put(await box('a'))).toBe(true);
  goOn();
  expect(await earlier).toMatch(/^Another run of this migration has begun meanwhile/);
  expect(await held()).toEqual([]);

  // One that begins, and ends, between two items.
  await establishConstraints(send, tableName(), resources, 0);
  expect(await held()).toHaveLength(3);
  expect(await restoring.put(await box('b'))).toBe(true);
  expect(await restoring.put(await box('b'))).toBe(false);
  expect(await held()).toEqual([]);
  await restoring.end();
  await establishConstraints(send, tableName(), resources, 0);
  expect(await held()).toHaveLength(3);
  expect(await brokenRules(resources, await scanTable(tableName()))).toEqual([]);
});
