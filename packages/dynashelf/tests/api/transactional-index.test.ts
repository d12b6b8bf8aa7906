// The checksums of a collection on which nothing depends but its transactional index.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';
import { brokenRules } from '../setup/invariants';
import { scanTable } from '../setup/scan';

useTable();

test('every way to write keeps them', async () => {
  const memos = defineResource({
    name: 'memos',
    description: 'Memos of a day.',
    schema: { day: { type: String, maxLength: 10 }, text: String, tags: { type: Array, schema: [String] } },
    indexes: { byDay: { partition: 'day', transactional: true } },
  });
  const alone = listResources(memos);
  const client = createClient({ resources: alone });
  const jsonPatch = { 'Content-Type': 'application/json-patch+json' };
  const operations = [
    { method: 'PATCH', path: '/memos/a', body: { text: 'five' } },
    { method: 'PUT', path: '/memos/c', body: { day: 'tue' } },
  ];
  for (const [line, options] of [
    ['POST /memos', { body: { day: 'mon' } }],
    ['POST /memos', { body: [{ day: 'mon' }, { day: 'tue' }, {}] }],
    ['POST /memos', { body: { day: 'mon' }, headers: { 'Idempotency-Key': 'memo' } }],
    ['PUT /memos/a', { body: { day: 'mon', text: 'one' } }],
    ['PUT /memos/a', { body: { day: 'mon', text: 'two' } }],
    ['PUT /memos/b', { body: {} }],
    ['PATCH /memos/a', { body: { text: 'three' } }],
    ['PATCH /memos/a', { body: { day: 'tue' }, headers: { 'If-Match': '*' } }],
    ['PATCH /memos/a', { body: [{ op: 'add', path: '/tags', value: ['four'] }], headers: jsonPatch }],
    ['PATCH /memos/b', { body: { day: 'mon' } }],
    ['POST /transactions', { body: { operations } }],
    ['PATCH /memos/a', { body: { day: null } }],
    ['DELETE /memos/b', {}],
    ['DELETE /memos/a', {}],
  ] as const) {
    const { status } = await client(line, options);
    expect([line, status < 300, await brokenRules(alone, await scanTable(tableName()))]).toEqual([line, true, []]);
  }
});
