// Deletions that meet on one item, each with what refers to another: the one is refused, or both come to their end.

import { connect } from '#connect';

import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Send } from '../../src/store/client/send';
import { createClient, type Client } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';
import { brokenRules } from '../setup/invariants';
import { scanTable } from '../setup/scan';

useTable();

const shelves = defineResource({
  name: 'shelves',
  description: 'Shelves.',
  schema: { title: { type: String, maxLength: 50 } },
});
const volumes = defineResource({
  name: 'volumes',
  description: 'Volumes.',
  schema: {
    home: { type: String, references: 'shelves', onDelete: 'setNull' },
    away: { type: String, references: 'shelves', onDelete: 'setNull' },
    needs: { type: Boolean },
  },
  rules: [
    {
      holds: ({ home, away, needs }) => needs !== true || home !== undefined || away !== undefined,
      attribute: 'home',
      detail: 'A volume stands on a shelf.',
    },
  ],
  indexes: { byHome: { partition: 'home' }, byAway: { partition: 'away' } },
});
const piles = defineResource({
  name: 'piles',
  description: 'Piles.',
  schema: { title: { type: String, maxLength: 50 } },
});
const papers = defineResource({
  name: 'papers',
  description: 'Papers.',
  schema: {
    pile: { type: String, references: 'piles', onDelete: 'cascade' },
    shelf: { type: String, references: 'shelves', onDelete: 'setNull' },
  },
  indexes: { byPile: { partition: 'pile' }, byShelf: { partition: 'shelf' } },
});
const resources = listResources(shelves, volumes, piles, papers);
const ask = createClient({ resources, transactionSize: 4 });

beforeEach(async () => {
  jest.spyOn(console, 'error').mockImplementation(() => {});
  for (const path of ['shelves/h', 'shelves/a', 'piles/p']) {
    await ask(`PUT /${path}`, { body: {} });
  }
});

afterEach(async () => {
  for (const number of [1, 2, 3, 4]) {
    await ask(`DELETE /volumes/h${number}`);
    await ask(`DELETE /volumes/a${number}`);
  }
});

/** Lets more than a transaction holds refer to a shelf, or a pile. */
async function fill(collection: string, attribute: string, to: string): Promise<void> {
  for (const number of [1, 2, 3, 4]) {
    expect((await ask(`PUT /${collection}/${to}${number}`, { body: { [attribute]: to } })).status).toBe(201);
  }
}

/**
 * A client which stops at the write that says how far its deletion is, all marks being set, and goes on where that is
 * asked for.
 */
function stopping(): { client: Client; isStopped: Promise<void>; go: () => void; break: () => void } {
  const send = connect();
  let [note, go, end] = [(): void => undefined, (): void => undefined, (): void => undefined];
  const isStopped = new Promise<void>((resolve) => {
    note = resolve;
  });
  const mayGo = new Promise<void>((resolve, reject) => {
    [go, end] = [resolve, (): void => reject(new Error('killed'))];
  });
  const slow: Send = async (operation, input, options) => {
    if (operation === 'UpdateItem' && /"(closed|undoing)"/.test(JSON.stringify(input))) {
      note();
      await mayGo;
    }
    return send(operation, input, options);
  };
  return { client: createClient({ resources, transactionSize: 4, send: slow }), isStopped, go, break: end };
}

async function expectSound(): Promise<void> {
  const records = await scanTable(tableName());
  expect(await brokenRules(resources, records)).toEqual([]);
  expect(
    records.filter((record) =>
      Object.keys(record).some((name) => ['#deleting', '#clearing', '#deletion'].includes(name)),
    ),
  ).toEqual([]);
}

test('of two step-by-step deletions that clear different attributes of an item which needs one of them, the later is 409, and nothing is held up', async () => {
  await fill('volumes', 'home', 'h');
  await fill('volumes', 'away', 'a');
  expect((await ask('PUT /volumes/both', { body: { home: 'h', away: 'a', needs: true } })).status).toBe(201);
  const first = stopping();
  const deleted = first.client('DELETE /shelves/h');
  await first.isStopped;
  const second = await ask('DELETE /shelves/a');
  expect([second.status, second.body.detail]).toEqual([409, expect.stringContaining('A volume stands on a shelf.')]);
  first.go();
  expect((await deleted).status).toBe(204);
  expect((await ask('GET /volumes/both')).body).toMatchObject({ away: 'a', needs: true });
  await expectSound();
  expect((await ask('DELETE /shelves/a')).status).toBe(409);
  expect((await ask('DELETE /volumes/both')).status).toBe(204);
  expect((await ask('DELETE /shelves/a')).status).toBe(204);
  await expectSound();
});

test('of two step-by-step deletions that clear both attributes of an item which needs neither, both are done', async () => {
  await fill('volumes', 'home', 'h');
  await fill('volumes', 'away', 'a');
  expect((await ask('PUT /volumes/both', { body: { home: 'h', away: 'a' } })).status).toBe(201);
  const first = stopping();
  const deleted = first.client('DELETE /shelves/h');
  await first.isStopped;
  expect((await ask('DELETE /shelves/a')).status).toBe(204);
  first.go();
  expect((await deleted).status).toBe(204);
  expect((await ask('DELETE /volumes/both')).status).toBe(204);
  await expectSound();
});

test('a deletion in one transaction that meets the marks of one that was broken off is 409 at once', async () => {
  await fill('papers', 'pile', 'p');
  expect((await ask('PATCH /papers/p1', { body: { shelf: 'a' } })).status).toBe(200);
  const broken = stopping();
  const killed = broken.client('DELETE /piles/p');
  await broken.isStopped;
  broken.break();
  expect((await killed).status).toBe(500);
  const start = Date.now();
  const { status, headers, body } = await ask('DELETE /shelves/a');
  expect([status, headers['retry-after'], body.detail]).toEqual([
    409,
    '1',
    expect.stringContaining('is being deleted'),
  ]);
  // Who may delete the shelf may not see the paper.
  expect(JSON.stringify(body)).not.toMatch(/p1|papers/);
  // Whoever waits does so to the end of the function's time, 27 s.
  expect(Date.now() - start).toBeLessThan(15_000);
  expect((await ask('DELETE /piles/p')).status).toBe(204);
  expect((await ask('DELETE /shelves/a')).status).toBe(204);
  await expectSound();
});
