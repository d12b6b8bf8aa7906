// References: what is referred to exists, and stays while it is referred to, whoever writes at once.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { CLIENTS, patient, race, statuses } from '../setup/race';
import { runs } from '../setup/runs';
import { useTable } from '../../src/testing/table';

const people = defineResource({
  name: 'people',
  description: 'People, each with a boss among them.',
  schema: { boss: { type: String, references: 'people' } },
});
const transfers = defineResource({
  name: 'transfers',
  description: 'Two references to one collection.',
  schema: {
    from: { type: String, required: true, references: 'people' },
    to: { type: String, references: 'people' },
    note: String,
  },
});

useTable();
const ask = patient(createClient({ resources: listResources(people, transfers) }));

let names = 0;
/** A new person. */
async function person(body: object = {}): Promise<string> {
  const id = `person-${names++}`;
  expect((await ask(`PUT /people/${id}`, { body })).status).toBe(201);
  return id;
}

async function transfer(from: string, more: object = {}): Promise<string> {
  const { status, body } = await ask('POST /transfers', { body: { from, ...more } });
  expect(status).toBe(201);
  return body.id;
}

async function transact(...operations: object[]): Promise<Answer> {
  return ask('POST /transactions', { body: { operations } });
}

function expectMissing({ status, body }: Answer, place: string, collection = 'people'): void {
  expect(status).toBe(409);
  expect(body).toMatchObject({
    type: '/docs#conflict',
    errors: [{ pointer: place, detail: expect.stringContaining(collection) }],
  });
}

async function expectInUse(id: string, collection: string): Promise<void> {
  const { status, body } = await ask(`DELETE /people/${id}`);
  expect([status, body?.type]).toEqual([409, '/docs#conflict']);
  expect(body.detail).toContain(collection);
  expect((await ask(`GET /people/${id}`)).status).toBe(200);
}

async function expectFree(id: string): Promise<void> {
  expect((await ask(`DELETE /people/${id}`)).status).toBe(204);
}

describe('every fault is in one problem document', () => {
  const places = ({ status, body }: Answer): unknown => [
    status,
    body.type,
    body.errors.map(({ pointer }: { pointer: string }) => pointer),
  ];
  const both = { from: 'nobody', to: 'no-one' };

  test.each<[string, () => Promise<Answer>]>([
    ['POST', () => ask('POST /transfers', { body: both })],
    ['PUT', () => ask('PUT /transfers/faulty', { body: both })],
    ['PATCH', async () => ask(`PATCH /transfers/${await transfer(await person())}`, { body: both })],
  ])('of %s with two references to nothing', async (_method, write) => {
    expect(places(await write())).toEqual([409, '/docs#conflict', ['#/from', '#/to']]);
  });

  test('of two references in one array, and nothing of it is made', async () => {
    const from = await person();
    expect(places(await ask('POST /transfers', { body: [{ from }, both, { from, to: 'no-one' }] }))).toEqual([
      409,
      '/docs#conflict',
      ['#/1/from', '#/1/to', '#/2/to'],
    ]);
    await expectFree(from);
  });

  test('of a transaction: references to nothing, an item that is not there, one that is referred to, and a tag that is no longer true', async () => {
    const [used, stale, fine] = [await person(), await person(), await person()];
    await transfer(used);
    const answer = await transact(
      { method: 'POST', path: '/transfers', body: both },
      { method: 'PATCH', path: '/people/absent', body: {} },
      { method: 'PATCH', path: `/people/${fine}`, body: {} },
      { method: 'DELETE', path: `/people/${used}` },
      { method: 'PATCH', path: `/people/${stale}`, headers: { 'If-Match': '"7"' }, body: {} },
    );
    expect(places(answer)).toEqual([409, '/docs#conflict', [0, 0, 1, 3, 4].map((index) => `#/operations/${index}`)]);
    const details = [
      '"from" refers to',
      '"to" refers to',
      'There is no item "absent"',
      `"${used}" cannot be deleted`,
      'not what the precondition asks for',
    ];
    expect(answer.body.errors.map(({ detail }: { detail: string }) => detail)).toEqual(
      details.map((detail) => expect.stringContaining(detail) as string),
    );
    expect((await ask(`GET /people/${fine}`)).body.version).toBe(1);
  });
});

describe('what is referred to must exist', () => {
  test('for POST', async () => expectMissing(await ask('POST /transfers', { body: { from: 'nobody' } }), '#/from'));
  test('for PUT', async () => expectMissing(await ask('PUT /transfers/1', { body: { from: 'nobody' } }), '#/from'));
  test('for PATCH', async () => {
    const id = await transfer(await person());
    expectMissing(await ask(`PATCH /transfers/${id}`, { body: { to: 'nobody' } }), '#/to');
    expect((await ask(`GET /transfers/${id}`)).body.to).toBeUndefined();
  });
  test('for an item of an array, with its place', async () => {
    const from = await person();
    expectMissing(await ask('POST /transfers', { body: [{ from }, { from, to: 'nobody' }] }), '#/1/to');
    await expectFree(from);
  });
  test('for each of several references, and both are named', async () => {
    const { body } = await ask('POST /transfers', { body: { from: 'nobody', to: 'no-one' } });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(['#/from', '#/to']);
  });
  test('but not twice: an item that refers to one item twice is made', async () => {
    const id = await person();
    const both = await transfer(id, { to: id });
    await expectInUse(id, 'transfers');
    expect((await ask(`PATCH /transfers/${both}`, { body: { to: null } })).status).toBe(200);
    await expectInUse(id, 'transfers');
    expect((await ask(`DELETE /transfers/${both}`)).status).toBe(204);
    await expectFree(id);
  });
});

describe('what is referred to stays', () => {
  test('until the last that refers to it is deleted', async () => {
    const from = await person();
    const [one, two] = [await transfer(from), await transfer(from)];
    await ask(`DELETE /transfers/${one}`);
    await expectInUse(from, 'transfers');
    await ask(`DELETE /transfers/${two}`);
    await expectFree(from);
  });

  test.each<[string, (id: string, other: string) => Promise<Answer>]>([
    ['PATCH', (id, other) => ask(`PATCH /transfers/${id}`, { body: { from: other } })],
    ['PUT', (id, other) => ask(`PUT /transfers/${id}`, { body: { from: other } })],
  ])('until %s lets go of it, and what is referred to then stays instead', async (_, write) => {
    const [before, after] = [await person(), await person()];
    const id = await transfer(before);
    expect((await write(id, after)).status).toBe(200);
    await expectFree(before);
    await expectInUse(after, 'transfers');
  });

  test('through writes that leave the reference as it is', async () => {
    const from = await person();
    const id = await transfer(from);
    for (let count = 0; count < 3; count++) {
      await ask(`PUT /transfers/${id}`, { body: { from, note: `${count}` } });
      await ask(`PATCH /transfers/${id}`, { body: { note: `${count}!` } });
    }
    await ask(`PUT /people/${from}`, { body: {} });
    await ask(`PATCH /people/${from}`, { body: {} });
    await expectInUse(from, 'transfers');
    await ask(`DELETE /transfers/${id}`);
    await expectFree(from);
  });

  test('and is not freed by a refused write', async () => {
    const from = await person();
    const id = await transfer(from);
    expect((await ask(`DELETE /transfers/${id}`, { headers: { 'If-Match': '"7"' } })).status).toBe(412);
    expect((await ask(`PATCH /transfers/${id}`, { body: { from: 'nobody' } })).status).toBe(409);
    await expectInUse(from, 'transfers');
  });

  test('with the collections that refer to it named, all of them', async () => {
    const id = await person();
    await transfer(id);
    await person({ boss: id });
    await expectInUse(id, 'transfers');
    await expectInUse(id, 'people');
  });

  test('with If-Match that fails first: 412', async () => {
    const id = await person();
    await transfer(id);
    expect((await ask(`DELETE /people/${id}`, { headers: { 'If-Match': '"7"' } })).status).toBe(412);
  });

  test('and no count of who refers to it is seen in it, or changes its version', async () => {
    const id = await person();
    await transfer(id);
    expect((await ask(`GET /people/${id}`)).body).toEqual({
      id,
      version: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
  });
});

describe('an item that refers to itself', () => {
  test('can be made so, and deleted', async () => {
    expect((await ask('PUT /people/self', { body: { boss: 'self' } })).status).toBe(201);
    await expectFree('self');
  });

  test('can become so, and be deleted unless another refers to it', async () => {
    const id = await person();
    expect((await ask(`PATCH /people/${id}`, { body: { boss: id } })).status).toBe(200);
    const other = await person({ boss: id });
    await expectInUse(id, 'people');
    await expectFree(other);
    await expectFree(id);
  });

  test('can cease to', async () => {
    const [id, boss] = [await person(), await person()];
    await ask(`PATCH /people/${id}`, { body: { boss: id } });
    expect((await ask(`PATCH /people/${id}`, { body: { boss } })).status).toBe(200);
    await expectInUse(boss, 'people');
    await expectFree(id);
    await expectFree(boss);
  });
});

describe('in one transaction', () => {
  test.each([
    ['before', 0],
    ['after', 1],
  ])('an item can refer to one that is made %s it', async (_, first) => {
    const id = `made-${names++}`;
    const operations = [
      { method: 'PUT', path: `/people/${id}`, body: {} },
      { method: 'POST', path: '/transfers', body: { from: id, to: id } },
    ];
    const { status, body } = await transact(...(first === 0 ? operations : operations.reverse()));
    expect(status).toBe(200);
    await expectInUse(id, 'transfers');
    await ask(
      `DELETE /transfers/${body.results.find((result: { body: { from?: string } }) => result.body.from !== undefined).body.id}`,
    );
    await expectFree(id);
  });

  test('two items can be made that refer to each other, and deleted', async () => {
    expect(
      (
        await transact(
          { method: 'PUT', path: '/people/yin', body: { boss: 'yang' } },
          { method: 'PUT', path: '/people/yang', body: { boss: 'yin' } },
        )
      ).status,
    ).toBe(200);
    await expectInUse('yin', 'people');
    expect(
      (await transact({ method: 'DELETE', path: '/people/yin' }, { method: 'DELETE', path: '/people/yang' })).status,
    ).toBe(200);
  });

  test('an item and all that refers to it can be deleted', async () => {
    const from = await person();
    const ids = [await transfer(from), await transfer(from, { to: from })];
    const all = [from]
      .map((id) => ({ method: 'DELETE', path: `/people/${id}` }))
      .concat(ids.map((id) => ({ method: 'DELETE', path: `/transfers/${id}` })));
    const some = await transact(...all.slice(0, 2));
    expect(some.status).toBe(409);
    expect(some.body.errors).toEqual([{ pointer: '#/operations/0', detail: expect.stringContaining('transfers') }]);
    expect((await transact(...all)).status).toBe(200);
    expect((await ask(`GET /people/${from}`)).status).toBe(404);
  });

  test('an item can be deleted and its referrer be turned to another', async () => {
    const [before, after] = [await person(), await person()];
    const id = await transfer(before);
    expect(
      (
        await transact(
          { method: 'DELETE', path: `/people/${before}` },
          { method: 'PATCH', path: `/transfers/${id}`, body: { from: after } },
        )
      ).status,
    ).toBe(200);
    await expectInUse(after, 'transfers');
  });

  test('an item cannot be deleted and newly referred to', async () => {
    const id = await person();
    const { status, body } = await transact(
      { method: 'DELETE', path: `/people/${id}` },
      { method: 'POST', path: '/transfers', body: { from: id } },
    );
    expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([409, ['#/operations/1']]);
    expect(body.errors[0].detail).toContain('refers to an item that people does not have');
    await expectFree(id);
  });

  test('an item cannot be deleted, be let go by one item, and be newly referred to by another', async () => {
    const id = await person();
    const operations = [
      { method: 'DELETE', path: `/people/${id}` },
      { method: 'DELETE', path: `/transfers/${await transfer(id)}` },
      { method: 'POST', path: '/transfers', body: { from: id } },
    ];
    const { status, body } = await transact(...operations);
    expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([409, ['#/operations/2']]);
    expect((await transact(...operations.slice(0, 2))).status).toBe(200);
  });

  test('an item can be read, or changed, and newly referred to', async () => {
    for (const operation of [{ method: 'GET' }, { method: 'PATCH', body: {} }]) {
      const id = await person();
      expect(
        (
          await transact(
            { ...operation, path: `/people/${id}` },
            { method: 'POST', path: '/transfers', body: { from: id } },
          )
        ).status,
      ).toBe(200);
      await expectInUse(id, 'transfers');
    }
  });

  test('an item that shall be absent cannot be referred to', async () => {
    const { status, body } = await transact(
      { method: 'GET', path: '/people/absent', headers: { 'If-None-Match': '*' } },
      { method: 'POST', path: '/transfers', body: { from: 'absent' } },
    );
    expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([409, ['#/operations/1']]);
  });
});

describe('at once', () => {
  test('DELETE of an item and the creation of references to it: none dangles, and none is refused while the item is there', async () => {
    for (let round = 0; round < runs(10); round++) {
      const id = await person();
      const [deletion, answers] = await Promise.all([
        ask(`DELETE /people/${id}`),
        race(
          (number) =>
            number % 2 === 0
              ? ask('POST /transfers', { body: { from: id } })
              : ask(`PUT /people/${id}-${number}`, { body: { boss: id } }),
          4,
        ),
      ]);
      const isThere = (await ask(`GET /people/${id}`)).status === 200;
      expect([deletion.status, statuses(answers)]).toEqual(isThere ? [409, { 201: 4 }] : [204, { 409: 4 }]);
      answers
        .filter(({ status }) => status === 409)
        .forEach(({ body }) => expect(body.errors[0].detail).toContain('people'));
    }
  });

  test('DELETE of the last that refers, DELETE of what is referred to, and a new reference: all that is left is whole', async () => {
    for (let round = 0; round < runs(10); round++) {
      const id = await person();
      const referrer = await transfer(id);
      const [gone, deletion, made] = await Promise.all([
        ask(`DELETE /transfers/${referrer}`),
        ask(`DELETE /people/${id}`),
        ask('POST /transfers', { body: { from: id } }),
      ]);
      expect(gone.status).toBe(204);
      const isThere = (await ask(`GET /people/${id}`)).status === 200;
      expect(deletion.status).toBe(isThere ? 409 : 204);
      expect(made.status).toBe(isThere ? 201 : 409);
      if (isThere) {
        await expectInUse(id, 'transfers');
        await ask(`DELETE /transfers/${made.body.id}`);
        await expectFree(id);
      }
    }
  });

  test(`${CLIENTS} references to one item are all made, and all counted`, async () => {
    const id = await person();
    const answers = await race(() => ask('POST /transfers', { body: { from: id } }));
    expect(statuses(answers)).toEqual({ 201: CLIENTS });
    await race((number) => ask(`DELETE /transfers/${answers[number]!.body.id}`), CLIENTS - 1);
    await expectInUse(id, 'transfers');
    await ask(`DELETE /transfers/${answers.at(-1)!.body.id}`);
    await expectFree(id);
  });

  test(`${CLIENTS} changes of one reference: the item last referred to stays, and every other is free`, async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => person()));
    const id = await transfer(ids[0]!);
    const answers = await race((number) => ask(`PATCH /transfers/${id}`, { body: { from: ids[number % 5] } }));
    expect(statuses(answers)).toEqual({ 200: CLIENTS });
    const { from } = (await ask(`GET /transfers/${id}`)).body;
    for (const one of ids) {
      await (one === from ? expectInUse(one, 'transfers') : expectFree(one));
    }
  });
});
