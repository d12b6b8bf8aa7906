// Merge patches that are written without a read: what they cost where the item is not what they expect, and whose it
// is.

import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

import { createClient } from '../../src/testing/client';
import type { Answer, As, Ask } from '../../src/testing/ask';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { papersWith } from '../setup/papers';
import { useProxy } from '../setup/proxied';
import { ADA, BEN, EDITOR, RULES } from '../setup/rules';
import { tableName, useTable } from '../../src/testing/table';

useTable();

const things = defineResource({
  name: 'things',
  description: 'Things.',
  schema: {
    needed: { type: String, required: true },
    text: String,
    copies: { type: Number, default: 1 },
    rank: Number,
    group: { type: String, maxLength: 10 },
    place: { type: Number },
  },
  indexes: { byRank: { sort: 'rank' }, byGroup: { partition: 'group', sort: 'place' } },
});
const plain = useProxy({ resources: listResources(things) });

/** The answer, with the requests that it took. */
async function asked({ ask, proxy }: typeof plain, line: string, more: Ask = {}): Promise<[Answer, string]> {
  proxy.clear();
  const answer = await ask(line, more);
  return [answer, proxy.requests.map(({ operation }) => operation).join(', ')];
}

/** Takes an attribute from the record, past the API. */
async function takeAway(name: string): Promise<void> {
  const client = new DynamoDBClient({});
  await client.send(
    new UpdateItemCommand({
      TableName: tableName(),
      Key: { pk: { S: 'things' }, sk: { S: '1' } },
      UpdateExpression: 'REMOVE #name',
      ExpressionAttributeNames: { '#name': name },
    }),
  );
  client.destroy();
}

describe('an item from before the resource file was changed', () => {
  beforeEach(async () => {
    await plain.ask('PUT /things/1', { body: { needed: 'x', copies: 5 } });
  });

  test('without an attribute that is required now is refused with what it lacks, and that is no further read', async () => {
    await takeAway('needed');
    const [answer, requests] = await asked(plain, 'PATCH /things/1', { body: { text: 'a' } });
    expect([answer.status, requests]).toEqual([422, 'UpdateItem']);
    expect(answer.body.errors).toEqual([{ detail: '"needed" is required: add it.', pointer: '#/needed' }]);
  });

  test('that lacks only what the patch brings is patched at once', async () => {
    await takeAway('needed');
    const [answer, requests] = await asked(plain, 'PATCH /things/1', { body: { needed: 'y' } });
    expect([answer.status, answer.body.needed, requests]).toEqual([200, 'y', 'UpdateItem']);
  });

  test('without an attribute that has a default stays without it where the patch takes it away, in two writes and no read', async () => {
    await takeAway('copies');
    const [answer, requests] = await asked(plain, 'PATCH /things/1', { body: { copies: null, text: 'a' } });
    expect([answer.status, answer.body.copies, answer.body.text, requests]).toEqual([
      200,
      undefined,
      'a',
      'UpdateItem, UpdateItem',
    ]);
  });
});

test('an item is found by what a patch has made of it, and no more by what it was', async () => {
  const ids = async (query: string): Promise<string[]> =>
    ((await plain.ask(`GET /things?${query}`)).body as { items: { id: string }[] }).items.map(({ id }) => id);
  await plain.ask('PUT /things/found', { body: { needed: 'x', rank: 1, group: 'a', place: 1 } });
  const steps: [object, string, Record<string, string[]>][] = [
    [
      { rank: 2 },
      'UpdateItem',
      { 'sort=rank&rank=1': [], 'sort=rank&rank=2': ['found'], 'group=a&sort=place': ['found'] },
    ],
    [{ group: 'b', place: 7 }, 'UpdateItem', { 'group=a&sort=place': [], 'group=b&sort=place': ['found'] }],
    [{ group: 'c' }, 'GetItem, UpdateItem', { 'group=b&sort=place': [], 'group=c&sort=place': ['found'] }],
    [{ place: null, rank: null }, 'UpdateItem', { 'group=c&sort=place': [], 'sort=rank&rank=2': [] }],
    [{ place: 1 }, 'GetItem, UpdateItem', { 'group=c&sort=place': ['found'] }],
  ];
  for (const [body, expected, lists] of steps) {
    const [answer, requests] = await asked(plain, 'PATCH /things/found', { body });
    expect([body, answer.status, requests]).toEqual([body, 200, expected]);
    for (const [query, found] of Object.entries(lists)) {
      expect([body, query, await ids(query)]).toEqual([body, query, found]);
    }
  }
});

describe('by rules of access', () => {
  const owned = useProxy({
    resources: papersWith({
      create: 'public',
      read: 'public',
      replace: 'public',
      patch: [{ role: 'editor' }, { owner: 'owner' }],
    }),
    config: RULES,
    described: false,
  });
  const patchAs = (as: As, body: object, headers = {}): Promise<[Answer, string]> =>
    asked(owned, 'PATCH /papers/1', { as, body, headers });

  beforeEach(async () => {
    await owned.ask('PUT /papers/1', { as: EDITOR, body: { title: 'A', owner: 'ada', grade: 3, state: 'published' } });
    expect((await owned.ask('GET /papers/1', { as: EDITOR })).body).toMatchObject({ owner: 'ada', grade: 3 });
  });

  test("the owner's patch is one request, on the condition that it still is the owner", async () => {
    const [answer, requests] = await patchAs(ADA, { state: 'draft' });
    expect([answer.status, answer.body.state, requests]).toEqual([200, 'draft', 'UpdateItem']);
  });

  test("another's is 403 for who may read it, changes nothing, and does not show the item where a precondition fails", async () => {
    for (const headers of [{}, { 'If-Match': '"999"' }]) {
      const [answer, requests] = await patchAs(BEN, { state: 'draft' }, headers);
      expect([answer.status, requests]).toEqual([403, 'UpdateItem']);
      expect(answer.text).not.toContain('ada');
    }
    expect((await owned.ask('GET /papers/1')).body.state).toBe('published');
  });

  test("another's is 404 for who may not read it, as one that does not exist, and changes nothing", async () => {
    const ask = createClient({
      resources: papersWith({ read: { owner: 'owner' }, patch: { owner: 'owner' } }),
      config: RULES,
      described: false,
    });
    const before = (await owned.ask('GET /papers/1')).body;
    const answers = await Promise.all(
      ['1', 'none'].flatMap((id) =>
        [{}, { 'If-Match': '"999"' }].map((headers) =>
          ask(`PATCH /papers/${id}`, { as: BEN, body: { state: 'draft' }, headers }),
        ),
      ),
    );
    for (const { status, text } of answers) {
      expect(status).toBe(404);
      expect(text).not.toContain('ada');
    }
    expect((await owned.ask('GET /papers/1')).body).toEqual(before);
  });

  test('what the owner may not set stays, whatever it sends of it', async () => {
    const [answer, requests] = await patchAs(ADA, { state: 'draft', grade: 1, owner: 'ben' });
    expect([answer.status, answer.body.owner, answer.body.grade, requests]).toEqual([
      200,
      'ada',
      undefined,
      'UpdateItem',
    ]);
    expect((await owned.ask('GET /papers/1', { as: EDITOR })).body).toMatchObject({
      state: 'draft',
      owner: 'ada',
      grade: 3,
    });
    expect((await patchAs(ADA, { grade: null }))[0].status).toBe(200);
    expect((await owned.ask('GET /papers/1', { as: EDITOR })).body.grade).toBe(3);
  });

  test('who may patch all sets what it may', async () => {
    const [answer, requests] = await patchAs(EDITOR, { grade: 1, title: 'C' });
    expect([answer.status, answer.body.grade, requests]).toEqual([200, 1, 'GetItem, UpdateItem']);
    expect((await patchAs(EDITOR, { grade: 2 }))[1]).toBe('UpdateItem');
  });

  test('a 412 shows the owner what it may see', async () => {
    const [answer, requests] = await patchAs(ADA, { state: 'draft' }, { 'If-Match': '"999"' });
    expect([answer.status, answer.body.current.title, answer.body.current.grade, requests]).toEqual([
      412,
      'A',
      undefined,
      'UpdateItem',
    ]);
  });
});
