// Lists over indexes follow what is written through the API.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';

const notes = defineResource({
  name: 'notes',
  description: 'Notes.',
  schema: {
    label: { type: String, maxLength: 895 },
    weight: Number,
    on: Boolean,
    at: Date,
    day: { type: { value: Date, settings: { storage: 'iso' } } },
  },
  indexes: {
    byLabel: { partition: 'label' },
    byWeight: { sort: 'weight' },
    byOn: { partition: 'on', sort: 'at' },
    byDay: { sort: ['day', 'label'] },
  },
});

useTable();
const ask = createClient({ resources: listResources(notes) });

async function ids(query: string): Promise<string> {
  const { status, body } = await ask(`GET /notes?${query}`);
  expect([query, status]).toEqual([query, 200]);
  return body.items.map(({ id }: { id: string }) => id).join('');
}

const AT = '2026-03-31T12:00:00.000Z';

test('what POST, PUT and PATCH write stands in its indexes, in its place, and leaves them with its attributes', async () => {
  await ask('PUT /notes/a', { body: { label: 'x#y', weight: -1.5, on: true, at: AT, day: AT } });
  await ask('PUT /notes/b', { body: { label: 'x#y', weight: -1e100, on: true, at: '2026-03-31T13:59:59+02:00' } });
  await ask('PUT /notes/c', { body: { label: 'x', weight: 1e-100, on: false } });
  const {
    body: { id },
  } = await ask('POST /notes', { body: { weight: 7, day: AT, label: 'x' } });
  expect(await ids('label=x%23y')).toBe('ba');
  expect(await ids('sort=weight')).toBe(`bac${id}`);
  expect(await ids('sort=-weight&weight[lte]=0')).toBe('ab');
  expect(await ids('on=true&sort=at')).toBe('ba');
  expect(await ids('sort=day,label')).toBe(`${id}a`);

  await ask('PATCH /notes/b', { body: { weight: 100, label: null } });
  expect(await ids('sort=weight')).toBe(`ac${id}b`);
  expect(await ids('label=x%23y')).toBe('a');
  await ask('PUT /notes/a', { body: { label: 'x#y', day: '2027-01-01T00:00:00Z' } });
  expect(await ids('sort=weight')).toBe(`c${id}b`);
  expect(await ids('on=true&sort=at')).toBe('b');
  expect(await ids('sort=day,label')).toBe(`${id}a`);
  await ask(`DELETE /notes/${id}`);
  expect(await ids('sort=weight')).toBe('cb');
  expect(await ids('sort=day,label')).toBe('a');
});

test('a value whose key would be too long is 422 naming the attribute and the index, and changes nothing', async () => {
  await ask('PUT /notes/l', { body: { label: 'short', day: AT } });
  const label = '€'.repeat(600);
  for (const [line, body] of [
    ['PUT /notes/l', { label, day: AT }],
    ['PATCH /notes/l', { label }],
    ['POST /notes', { label, day: AT }],
  ] as const) {
    const answer = await ask(line, { body });
    expect([line, answer.status, answer.body.errors]).toEqual([
      line,
      422,
      [{ detail: expect.stringMatching(/too long for the index "byDay"/) as unknown, pointer: '#/label' }],
    ]);
  }
  expect((await ask('GET /notes/l')).body).toMatchObject({ label: 'short', version: 1 });
  // Without the other attribute the item is not in that index.
  expect((await ask('PUT /notes/m', { body: { label } })).status).toBe(201);
  expect(await ids(`label=${encodeURIComponent(label)}`)).toBe('m');
});

test('no body shows an index key', async () => {
  const { text } = await ask('GET /notes?sort=weight');
  expect(text).not.toMatch(/gsi|#/);
});
