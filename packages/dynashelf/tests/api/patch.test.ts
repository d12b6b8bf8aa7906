// PATCH: merge patches (RFC 7396) and JSON patches (RFC 6902) of one item.

import specSuite from 'json-patch-test-suite/spec_tests.json';
import suite from 'json-patch-test-suite/tests.json';

import { isObject } from '../../src/values/json';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { resources } from '../library/src/resources/index';
import { MERGES } from '../setup/merges';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';

useTable();

const ask = createClient({ resources });
/** A case of the public suite. */
interface Case {
  comment?: string;
  doc: unknown;
  patch?: Record<string, unknown>[];
  expected?: unknown;
  error?: string;
  disabled?: boolean;
}

/** DynamoDB has no member of an empty name; `tests/unit/operations/json-patch.test.ts` holds these cases. */
function hasEmptyName(entry: Case): boolean {
  return JSON.stringify([entry.doc, entry.expected]).includes('"":');
}

const JSON_PATCH = { 'Content-Type': 'application/json-patch+json' };

async function freshBook(attributes: Record<string, unknown> = {}): Promise<string> {
  return (await ask('POST /books', { body: aBook(attributes) })).body.id as string;
}

function jsonPatch(id: string, ...operations: unknown[]): Promise<Answer> {
  return ask(`PATCH /books/${id}`, { body: operations, headers: JSON_PATCH });
}

describe('a merge patch', () => {
  test.each(['application/merge-patch+json', 'application/json', undefined])(
    'as %s changes what it names and keeps the rest',
    async (type) => {
      const id = await freshBook({ pages: 3 });
      const answer = await ask(`PATCH /books/${id}`, {
        body: { title: 'Typee' },
        headers: type === undefined ? {} : { 'Content-Type': type },
      });
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ id, title: 'Typee', pages: 3, version: 2 });
      expect(answer.headers['etag']).toBe('"2"');
      expect(answer.headers).not.toHaveProperty('location');
      expect((await ask(`GET /books/${id}`)).body).toEqual(answer.body);
    },
  );

  test('null removes an attribute, and one with a default takes it again', async () => {
    const id = await freshBook({ pages: 3, copies: 9 });
    const { body } = await ask(`PATCH /books/${id}`, { body: { pages: null, copies: null } });
    expect(body).not.toHaveProperty('pages');
    expect(body.copies).toBe(1);
  });

  test('an object is merged, not replaced', async () => {
    const {
      body: { id },
    } = await ask('POST /members', {
      body: { name: 'Ada', email: 'ada@example.org', address: { street: 'Main St', city: 'Oslo' } },
    });
    const { body } = await ask(`PATCH /members/${id}`, { body: { address: { city: null, postcode: '0150' } } });
    expect(body.address).toEqual({ street: 'Main St', postcode: '0150' });
  });

  test('the system attributes in it are ignored, another id is 422', async () => {
    const id = await freshBook();
    expect((await ask(`PATCH /books/${id}`, { body: { version: 70, createdAt: null, id } })).body.version).toBe(2);
    const answer = await ask(`PATCH /books/${id}`, { body: { id: 'other' } });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([{ detail: expect.any(String), pointer: '#/id' }]);
  });

  test('an empty patch is a write like any other', async () => {
    const id = await freshBook();
    expect((await ask(`PATCH /books/${id}`, { body: {} })).body.version).toBe(2);
  });

  test.each([[[]], ['"x"'], ['null'], [3]])('%j, which is no object, is 422', async (body) => {
    const id = await freshBook();
    expect((await ask(`PATCH /books/${id}`, { body: typeof body === 'number' ? String(body) : body })).status).toBe(
      422,
    );
  });

  test('of an item that is not there is 404', async () => {
    expect((await ask('PATCH /books/absent', { body: {} })).status).toBe(404);
  });

  test('whose result is invalid changes nothing and names every fault', async () => {
    const id = await freshBook({ pages: 3 });
    const answer = await ask(`PATCH /books/${id}`, { body: { title: null, pages: 0, isbn: 'x', colour: 'red' } });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual([
      '#/colour',
      '#/isbn',
      '#/pages',
      '#/title',
    ]);
    expect((await ask(`GET /books/${id}`)).body).toMatchObject({ pages: 3, version: 1 });
  });
});

describe('a JSON patch', () => {
  test('its operations are applied in order', async () => {
    const id = await freshBook({ tags: ['a', 'b'], pages: 3 });
    const { status, body } = await jsonPatch(
      id,
      { op: 'test', path: '/version', value: 1 },
      { op: 'add', path: '/tags/1', value: 'x' },
      { op: 'add', path: '/tags/-', value: 'z' },
      { op: 'remove', path: '/pages' },
      { op: 'replace', path: '/title', value: 'Typee' },
      { op: 'copy', from: '/title', path: '/tags/0' },
      { op: 'move', from: '/tags/1', path: '/tags/3' },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ title: 'Typee', tags: ['Typee', 'x', 'b', 'a', 'z'], version: 2 });
    expect(body).not.toHaveProperty('pages');
  });

  test('a test that fails is 409 naming the operation, and nothing is changed', async () => {
    const id = await freshBook();
    const answer = await jsonPatch(
      id,
      { op: 'replace', path: '/title', value: 'X' },
      { op: 'test', path: '/author', value: 'nobody' },
    );
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ type: '/docs#conflict', errors: [{ pointer: '#/1' }] });
    expect((await ask(`GET /books/${id}`)).body).toMatchObject({ title: 'Moby-Dick', version: 1 });
  });

  test.each([
    [{ op: 'remove', path: '/pages' }, '#/0/path'],
    [{ op: 'replace', path: '/tags/7', value: 'x' }, '#/0/path'],
    [{ op: 'add', path: '/tags/3', value: 'x' }, '#/0/path'],
    [{ op: 'add', path: '/tags/01', value: 'x' }, '#/0/path'],
    [{ op: 'add', path: '/title/x', value: 'x' }, '#/0/path'],
    [{ op: 'test', path: '/toString', value: 'x' }, '#/0/path'],
    [{ op: 'test', path: '/tags/length', value: 2 }, '#/0/path'],
    [{ op: 'copy', from: '/nowhere', path: '/title' }, '#/0/from'],
    [{ op: 'move', from: '/tags', path: '/tags/0' }, '#/0/from'],
    [{ op: 'add', path: '/__proto__', value: {} }, '#/0/path'],
  ])('%j, whose path does not exist, is 422', async (operation, pointer) => {
    const id = await freshBook({ tags: ['a', 'b'] });
    const answer = await jsonPatch(id, operation);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([{ detail: expect.any(String), pointer }]);
    expect((await ask(`GET /books/${id}`)).body.version).toBe(1);
  });

  test.each([
    [{}, ['#']],
    [[3], ['#/0']],
    [[{ op: 'spam', path: '/a' }], ['#/0/op']],
    [[{ op: 'add', path: 'a' }], ['#/0/path', '#/0/value']],
    [[{ op: 'move', path: '/a' }], ['#/0/from']],
    [
      [{ op: 'add', path: '/a~2', value: 1 }, { path: '/' }],
      ['#/0/path', '#/1/op'],
    ],
  ])('%j, which is no patch document, is 400 naming every fault (RFC 5789 §2.2)', async (body, pointers) => {
    const id = await freshBook();
    const answer = await ask(`PATCH /books/${id}`, { body, headers: JSON_PATCH });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(pointers);
  });

  test('what is read-only stays, another id is 422, the whole item can be replaced', async () => {
    const id = await freshBook({ pages: 3 });
    expect(
      (await jsonPatch(id, { op: 'replace', path: '/version', value: 70 }, { op: 'remove', path: '/createdAt' })).body,
    ).toMatchObject({ version: 2, createdAt: expect.any(String) });
    expect((await jsonPatch(id, { op: 'replace', path: '/id', value: 'other' })).status).toBe(422);
    const { body } = await jsonPatch(id, { op: 'replace', path: '', value: aBook({ title: 'Omoo' }) });
    expect(body).toMatchObject({ id, title: 'Omoo', version: 3 });
    expect(body).not.toHaveProperty('pages');
    expect((await jsonPatch(id, { op: 'replace', path: '', value: null })).status).toBe(422);
  });
});

describe('with free-form attributes', () => {
  const documents = defineResource({
    name: 'documents',
    description: 'Any JSON.',
    schema: { box: { type: Array, schema: 'any' }, target: { type: Object, schema: 'any' } },
  });
  const askDocuments = createClient({ resources: listResources(documents) });

  // As far as target and result are objects.
  test.each(MERGES.filter((merge) => merge.every(isObject)))(
    'the merge of %j with %j is %j',
    async (target, patch, result) => {
      await askDocuments('PUT /documents/merge', { body: { target } });
      expect((await askDocuments('PATCH /documents/merge', { body: { target: patch } })).body.target).toEqual(result);
    },
  );

  // The public suite (github.com/json-patch/json-patch-tests); its document lies inside the item here.
  const cases = ([...specSuite, ...suite] as Case[]).filter(
    (entry) => 'patch' in entry && entry.disabled !== true && !hasEmptyName(entry),
  );

  test('the public suite is there', () => {
    expect(cases.length).toBeGreaterThan(80);
  });

  test.each(
    cases.map(
      (entry, index) => [`${index}: ${entry.comment ?? entry.error ?? JSON.stringify(entry.patch)}`, entry] as const,
    ),
  )('the public suite holds, %s', async (_name, { doc, patch, expected, error }) => {
    const { body: before } = await askDocuments('PUT /documents/suite', { body: { target: { doc } } });
    const inside = (path: unknown): unknown =>
      typeof path === 'string' && (path === '' || path.startsWith('/')) ? `/target/doc${path}` : path;
    const operations = (patch ?? []).map((operation) => ({
      ...operation,
      ...('path' in operation && { path: inside(operation['path']) }),
      ...('from' in operation && { from: inside(operation['from']) }),
    }));
    const answer = await askDocuments('PATCH /documents/suite', { body: operations, headers: JSON_PATCH });
    const { body: after } = await askDocuments('GET /documents/suite');
    if (error === undefined) {
      expect(answer.status).toBe(200);
      expect(after.target).toEqual({ doc: expected ?? doc });
    } else {
      expect([400, 409, 422]).toContain(answer.status);
      expect(after).toEqual(before);
    }
  });
});
