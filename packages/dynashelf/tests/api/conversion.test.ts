// What converts the items of the handlers: compiled code, and in the project `dynamoose` of jest.config.js its models.

import { Item } from 'dynamoose/dist/Item';

import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';
import { isByDynamoose } from '../setup/models';
import { thingResources } from '../setup/things';

useTable();
const ask = createClient({ resources: thingResources, described: false });

test('the conversion is the one that this run is for', () => {
  expect(require.resolve('#conversion')).toMatch(
    isByDynamoose ? /conversion\/models\.ts$/ : /conversion\/compiled\.ts$/,
  );
});

test('what a handler stores and reads goes through Dynamoose where the run is for it, and never else', async () => {
  const stored = jest.spyOn(Item.prototype, 'toDynamo');
  const read = jest.spyOn(Item.prototype, 'conformToSchema');
  /** How many items went each way in the meantime. */
  const through = (): { isStored: boolean; read: number } => {
    const counts = { isStored: stored.mock.calls.length > 0, read: read.mock.calls.length };
    stored.mockClear();
    read.mockClear();
    return counts;
  };
  const { status, body } = await ask('POST /things', { body: { title: 'one' } });
  expect([status, through().isStored]).toEqual([201, isByDynamoose]);
  await ask(`GET /things/${body.id}`);
  expect(through()).toEqual({ isStored: false, read: isByDynamoose ? 1 : 0 });
  await ask('POST /things', { body: { title: 'two' } });
  through();
  await ask('GET /things');
  expect(through()).toEqual({ isStored: false, read: isByDynamoose ? 2 : 0 });
  await ask(`PATCH /things/${body.id}`, { body: { title: 'three' } });
  expect(through().isStored).toBe(isByDynamoose);
  await ask(`PUT /things/${body.id}`, { body: { title: 'four' } });
  expect(through().isStored).toBe(isByDynamoose);
});
