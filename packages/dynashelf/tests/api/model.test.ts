// The Dynamoose model of a resource (dynashelf/dynamoose): what handlers wrote it reads, what it writes they read, and
// what would leave the table wrong it refuses.

import { Condition } from 'dynamoose';

import type { Resource } from '../../src/definition/resource';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { keyOf, modelOf } from '../../src/dynamoose';
import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';

const sensors = defineResource({
  name: 'sensors',
  description: 'What measures.',
  schema: {
    label: { type: String, required: true, maxLength: 20 },
    serial: { type: String, unique: true },
    room: { type: String, maxLength: 20 },
    site: { type: String, references: 'sites' },
    seen: Date,
    tags: { type: Set, schema: [String] },
    image: Buffer,
    place: { type: Object, schema: { floor: { type: Number, required: true }, at: Date } },
    reading: Number,
  },
  indexes: { byRoom: { partition: 'room', sort: 'label' } },
  shards: 4,
});

const sites = defineResource({
  name: 'sites',
  description: 'Where sensors are.',
  schema: {
    note: String,
    ready: { type: Boolean, default: true },
    sensors: { type: Number, counts: { collection: 'sensors', attribute: 'site' }, readOnly: true, default: 0 },
    size: Number,
  },
  rules: [{ holds: ({ size }) => size !== 0, detail: 'Must not be empty.' }],
});

const resources = listResources(sensors, sites);

useTable();
const ask = createClient({ resources, described: false });
const Sensors = modelOf(sensors, resources);
const Sites = modelOf(sites, resources);

const body = {
  label: 'a',
  room: 'r1',
  seen: '2026-01-02T03:04:05.000Z',
  tags: ['y', 'x'],
  image: 'AAEC',
  place: { floor: 2, at: '2026-01-01T00:00:00.000Z' },
};

async function sensor(): Promise<{ id: string; key: ReturnType<typeof keyOf> }> {
  const { id } = (await ask('POST /sensors', { body })).body;
  return { id, key: keyOf(sensors, id) };
}

test('a model reads what a handler wrote, in whichever shard, with dates, sets and bytes as JavaScript has them', async () => {
  const { id, key } = await sensor();
  const item = await Sensors.get(key);
  const seen: Date = item.seen!;
  const tags: Set<string> = item.tags!;
  expect({ ...item }).toEqual({
    pk: expect.stringMatching(/^sensors#[0-3]\/4$/),
    sk: id,
    version: 1,
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
    label: 'a',
    room: 'r1',
    seen: new Date(body.seen),
    tags: new Set(['x', 'y']),
    image: Buffer.from([0, 1, 2]),
    place: { floor: 2, at: new Date(body.place.at) },
  });
  expect([seen.getTime(), tags.size, item.place!.floor]).toEqual([Date.parse(body.seen), 2, 2]);
  expect((await Sensors.query('pk').eq(key.pk).exec()).map(({ sk }) => sk)).toContain(id);
});

test('what a model updates a handler reads as a new version, under a new tag, and in every list and index as before', async () => {
  const { id, key } = await sensor();
  const written = await Sensors.update(key, { reading: 7, seen: new Date(0), tags: new Set(['z']) });
  expect([written.reading, written.version]).toEqual([7, 2]);
  const answer = await ask(`GET /sensors/${id}`);
  const expectedBody = { ...body, id, version: 2, reading: 7, seen: '1970-01-01T00:00:00.000Z', tags: ['z'] };
  expect(answer.body).toMatchObject(expectedBody);
  expect(answer.headers.etag).toBe('"2"');
  expect(Date.parse(answer.body.updatedAt)).toBeGreaterThanOrEqual(Date.parse(answer.body.createdAt));
  for (const list of ['/sensors', '/sensors?room=r1&sort=label']) {
    expect((await ask(`GET ${list}`)).body.items).toContainEqual(answer.body);
  }
  expect((await ask(`PATCH /sensors/${id}`, { body: { reading: 8 }, headers: { 'if-match': '"1"' } })).status).toBe(
    412,
  );
  expect((await ask(`PATCH /sensors/${id}`, { body: { reading: 8 }, headers: { 'if-match': '"2"' } })).status).toBe(
    200,
  );
});

test('$ADD and $REMOVE count as one version too, and a condition of the caller holds as well', async () => {
  const { id, key } = await sensor();
  await Sensors.update(key, { $ADD: { reading: 2 }, $REMOVE: ['image'] });
  expect((await ask(`GET /sensors/${id}`)).body).toMatchObject({ version: 2, reading: 2 });
  expect((await ask(`GET /sensors/${id}`)).body.image).toBeUndefined();
  const condition = new Condition().attribute('version').eq(1);
  await expect(Sensors.update(key, { reading: 9 }, { condition, return: 'item' })).rejects.toThrow(/conditional/i);
  expect((await ask(`GET /sensors/${id}`)).body).toMatchObject({ version: 2, reading: 2 });
});

test('an item that does not exist is not made by an update', async () => {
  const key = keyOf(sensors, 'none');
  await expect(Sensors.update(key, { reading: 1 })).rejects.toThrow(/conditional/i);
  expect(await Sensors.get(key)).toBeUndefined();
});

test.each<[object, RegExp]>([
  [{ serial: 's' }, /"serial" of sensors is unique/],
  [{ site: 's' }, /"site" of sensors refers to an item/],
  [{ label: 'b' }, /"label" of sensors is part of the keys of the index "byRoom"/],
  [{ $REMOVE: ['room'] }, /"room" of sensors is part of the keys/],
  [{ $ADD: { version: 5 } }, /"version" of sensors is none that the schema declares/],
  [{ $SET: { gsi1pk: 'x' } }, /"gsi1pk" of sensors is none/],
  [{ 'place.floor': 1 }, /"place.floor" of sensors is none that the schema declares at the top/],
])('the update %j is refused, and nothing is written', async (changes, sentence) => {
  const { id, key } = await sensor();
  await expect(Sensors.update(key, changes as { reading: number })).rejects.toThrow(sentence);
  expect((await ask(`GET /sensors/${id}`)).body.version).toBe(1);
});

test('the other forms of an update that Dynamoose has are refused', async () => {
  const { id, key } = await sensor();
  await expect(Sensors.update({ ...key, reading: 1 })).rejects.toThrow(/takes a key, changes and settings/);
  await expect(Promise.resolve(Sensors.update(key, { reading: 1 }, () => undefined))).rejects.toThrow(
    /gives a promise/,
  );
  expect((await ask(`GET /sensors/${id}`)).body.version).toBe(1);
});

test('of a resource with rules nothing is written, and what counts is not', async () => {
  const { id } = (await ask('POST /sites', { body: { note: 'n' } })).body;
  await expect(Sites.update(keyOf(sites, id), { size: 0 })).rejects.toThrow(/rules, computed attributes or counts/);
  await expect(Sites.update(keyOf(sites, id), { sensors: 3 })).rejects.toThrow(/counts other items/);
  expect((await Sites.get(keyOf(sites, id))).ready).toBe(true);
});

test('whatever makes, replaces or deletes whole items is refused', async () => {
  const { id, key } = await sensor();
  const item = await Sensors.get(key);
  for (const write of [
    () => Sensors.create({ label: 'x' }),
    () => Sensors.delete(key),
    () => Sensors.batchPut([]),
    () => Sensors.batchDelete([key]),
    () => item.save(),
    () => item.delete(),
    () => new Sensors({ ...key, label: 'x' }).save(),
    () => (Sensors as unknown as { transaction: { create(item: object): unknown } }).transaction.create({ label: 'x' }),
  ]) {
    expect(write).toThrow(/is not for the model of sensors.*send it to the API/);
  }
  expect((await ask(`GET /sensors/${id}`)).body.version).toBe(1);
});

test('an update without a table, and of a resource that is not served, is refused', () => {
  expect(() => modelOf(sensors, resources, '')).toThrow(/TABLE_NAME is not set/);
  expect(() => modelOf(sensors, listResources(sites as Resource))).toThrow();
});
