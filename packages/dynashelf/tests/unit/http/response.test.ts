// Results and problems as answers: status, headers and body of each, whatever brought them about.

import { accessOf } from '../../../src/authorization/permission';
import { EVERYTHING, type Permission } from '../../../src/definition/access';
import type { Caller } from '../../../src/values/caller';
import type { AnyItem } from '../../../src/definition/item';
import { defineResource } from '../../../src/definition/define-resource';
import { weakTag } from '../../../src/http/conditional';
import type { ResponseOptions } from '../../../src/http/input/input';
import type { Request } from '../../../src/http/request';
import { toGateway, writeProblem, writeResult } from '../../../src/http/response';
import type { ItemResult, Result } from '../../../src/operations/result';
import { Problem } from '../../../src/problem';

const OPEN: Caller = { kind: 'open', subject: '', roles: [], claims: {} };
const ADA: Caller = { kind: 'token', subject: 'ada', roles: [], claims: {} };

const things = defineResource({ name: 'things', description: 'Things.', schema: { a: String, b: String } });
const kept = defineResource({
  name: 'kept',
  description: 'Kept.',
  schema: { a: String },
  maxAge: 60,
  access: { list: 'public', read: 'public' },
});
const closed = defineResource({ name: 'closed', description: 'Closed.', schema: { a: String }, access: {} });

const item = {
  id: '1',
  a: 'x',
  b: 'y',
  version: 7,
  createdAt: '2026-05-04T03:02:01.500Z',
  updatedAt: '2026-05-04T03:02:01.500Z',
} as unknown as AnyItem;
const image = { item, record: { pk: { S: 'things' }, sk: { S: '1' }, version: { N: '7' } } };
const MODIFIED = 'Mon, 04 May 2026 03:02:01 GMT';
const HEADERS = { 'Cache-Control': 'no-cache', 'Last-Modified': MODIFIED, ETag: '"7"' };
const JSON_HEADERS = { 'Content-Type': 'application/json', ...HEADERS };

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  parameters?: [string, string][];
  caller?: Caller;
  resource?: typeof things | typeof kept | typeof closed;
}

/** The reply to a request of which this is the result. */
function reply(result: Result, responseOptions: Partial<ResponseOptions> = {}, asked: Asked = {}) {
  const { method = 'GET', headers = {}, parameters = [], caller = OPEN, resource = things } = asked;
  const request = {
    id: 'r',
    base: '/prod',
    method,
    segments: [resource.name],
    parameters,
    header: (name: string) => headers[name],
  } as unknown as Request;
  const wanted = { resource, preferences: {}, permission: EVERYTHING, access: accessOf(caller), ...responseOptions };
  return writeResult(request, result, wanted);
}

const one = (kind: ItemResult['kind'], more: Partial<ItemResult> = {}): Result => ({ kind, image, ...more });
const HIDDEN: Permission = { ...EVERYTHING, shown: 'none' };
const FIELDS = new Set(['id', 'a']);

describe('one item', () => {
  test.each<[string, Result, Partial<ResponseOptions>, object]>([
    ['found', one('found'), {}, { status: 200, headers: JSON_HEADERS, body: item }],
    ['made', one('created'), {}, { status: 201, headers: { ...JSON_HEADERS, Location: '/prod/things/1' }, body: item }],
    ['replaced', one('replaced'), {}, { status: 200, headers: JSON_HEADERS, body: item }],
    [
      'patched, the answer wanted short',
      one('patched'),
      { preferences: { return: 'minimal' } },
      { status: 204, headers: { ...HEADERS, 'Preference-Applied': 'return=minimal' } },
    ],
    [
      'made, the answer wanted short',
      one('created'),
      { preferences: { return: 'minimal' } },
      { status: 201, headers: { ...HEADERS, Location: '/prod/things/1', 'Preference-Applied': 'return=minimal' } },
    ],
    [
      'replaced, the answer wanted whole',
      one('replaced'),
      { preferences: { return: 'representation' } },
      { status: 200, headers: { ...JSON_HEADERS, 'Preference-Applied': 'return=representation' }, body: item },
    ],
    [
      'found, where a preference of writing means nothing',
      one('found'),
      { preferences: { return: 'minimal' } },
      { status: 200, headers: JSON_HEADERS, body: item },
    ],
    [
      'found, some attributes of it, which have no tag',
      one('found'),
      { fields: FIELDS },
      {
        status: 200,
        headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache', 'Last-Modified': MODIFIED },
        body: { id: '1', a: 'x' },
      },
    ],
    [
      'found with what it refers to, which has neither tag nor date',
      one('found', { expanded: { a: null } }),
      {},
      {
        status: 200,
        headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' },
        body: { ...item, expand: { a: null } },
      },
    ],
    ['written, by who may not read it', one('replaced'), { permission: HIDDEN }, { status: 204, headers: HEADERS }],
    [
      'made, by who may not read it',
      one('created'),
      { permission: HIDDEN },
      { status: 201, headers: { ...HEADERS, Location: '/prod/things/1' } },
    ],
  ])('%s', (_what, result, responseOptions, expected) => {
    expect(reply(result, responseOptions)).toStrictEqual(expected);
  });

  test('that the client has as it is is 304, but for a method that does something', () => {
    const headers = { 'if-none-match': '"7"' };
    expect(reply(one('found'), {}, { headers })).toStrictEqual({ status: 304, headers: HEADERS });
    expect(reply(one('found'), {}, { headers, method: 'POST' }).status).toBe(200);
    expect(reply(one('replaced'), {}, { headers }).status).toBe(200);
    expect(reply(one('found'), { fields: FIELDS }, { headers }).status).toBe(200);
    expect(reply(one('found'), {}, { headers: { 'if-modified-since': 'Mon, 04 May 2026 03:02:02 GMT' } }).status).toBe(
      304,
    );
  });

  test('of another collection is shown as that lets be read, and has its place there', () => {
    expect(reply(one('created', { of: kept }), {}, { caller: ADA })).toMatchObject({
      status: 201,
      headers: { Location: '/prod/kept/1' },
      body: item,
    });
    expect(reply(one('created', { of: closed }), {}, { caller: ADA })).not.toHaveProperty('body');
  });

  test.each<[string, Caller, string]>([
    ['everyone', OPEN, 'max-age=60'],
    ['one caller', ADA, 'private, max-age=60'],
  ])('that may be kept for a while is kept by %s', (_who, caller, header) => {
    expect(reply(one('found'), {}, { resource: kept, caller }).headers['Cache-Control']).toBe(header);
    expect(reply(one('replaced'), {}, { resource: kept, caller }).headers['Cache-Control']).toBe('no-cache');
  });
});

test('a deleted item leaves no body', () => {
  expect(reply({ kind: 'deleted' })).toStrictEqual({ status: 204, headers: { 'Cache-Control': 'no-cache' } });
});

test('the answer that was kept is given as it was, and says so', () => {
  const response = JSON.stringify({ status: 201, headers: { ETag: '"7"' }, body: { a: 1 } });
  expect(reply({ kind: 'replayed', response })).toStrictEqual({
    status: 201,
    headers: { ETag: '"7"', 'Idempotent-Replayed': 'true' },
    body: { a: 1 },
  });
});

test('a transaction is answered by its parts, each as it is wanted', () => {
  const request = { base: '', method: 'POST', segments: [], header: () => undefined } as unknown as Request;
  const access = accessOf(OPEN);
  const part = (responseOptions: Partial<ResponseOptions>) => ({
    request,
    responseOptions: {
      resource: things,
      preferences: {},
      permission: EVERYTHING,
      access,
      ...responseOptions,
    },
  });
  const parts = [part({}), part({ preferences: { return: 'minimal' } })];
  const results: Result[] = [{ kind: 'deleted' }, one('replaced')];
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' };
  const deleted = { status: 204, headers: { 'Cache-Control': 'no-cache' } };
  expect(writeResult(request, { kind: 'transacted', results }, { parts, access })).toStrictEqual({
    status: 200,
    headers,
    body: {
      results: [deleted, { status: 204, headers: { ...HEADERS, 'Preference-Applied': 'return=minimal' } }],
    },
  });
  expect(writeResult(request, { kind: 'deleted' }, { parts, access }).body).toEqual({ results: [deleted] });
  expect(() => reply({ kind: 'transacted', results: [] })).toThrow('as its parts want them');
});

describe('several items that are made', () => {
  const all: Result = { kind: 'all-created', images: [image, image] };
  const headers = { 'Cache-Control': 'no-cache' };
  const type = { 'Content-Type': 'application/json' };

  test.each<[string, Partial<ResponseOptions>, object]>([
    ['are shown', {}, { status: 201, headers: { ...type, ...headers }, body: { items: [item, item] } }],
    [
      'are shown in part',
      { fields: FIELDS },
      {
        status: 201,
        headers: { ...type, ...headers },
        body: {
          items: [
            { id: '1', a: 'x' },
            { id: '1', a: 'x' },
          ],
        },
      },
    ],
    [
      'are not where that is not wanted',
      { preferences: { return: 'minimal' } },
      { status: 201, headers: { ...headers, 'Preference-Applied': 'return=minimal' } },
    ],
    [
      'are where that is wanted',
      { preferences: { return: 'representation' } },
      {
        status: 201,
        headers: { ...type, ...headers, 'Preference-Applied': 'return=representation' },
        body: { items: [item, item] },
      },
    ],
    ['are not to who may not read them', { permission: HIDDEN }, { status: 201, headers }],
  ])('%s', (_what, responseOptions, expected) => {
    expect(reply(all, responseOptions)).toStrictEqual(expected);
  });
});

describe('a page', () => {
  const page = (more: object = {}): Result => ({
    kind: 'page',
    items: [item],
    next: undefined,
    readsOthers: false,
    ...more,
  });

  test('has a weak tag, which is that of its text, and changes by Prefer', () => {
    const text = JSON.stringify({ items: [item] });
    expect(reply(page())).toStrictEqual({
      status: 200,
      headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache', ETag: weakTag(text) },
      vary: ['Prefer'],
      text,
    });
    expect(reply(page(), {}, { headers: { 'if-none-match': weakTag(text) } })).toStrictEqual({
      status: 304,
      headers: { 'Cache-Control': 'no-cache', ETag: weakTag(text) },
      vary: ['Prefer'],
    });
  });

  test('has the count that was asked for, also of nothing', () => {
    const { text, headers } = reply(page({ total: 0 }));
    expect([JSON.parse(text!), headers['Preference-Applied']]).toEqual([{ items: [item], total: 0 }, 'count=exact']);
  });

  test('has what its items refer to, and the attributes that are wanted', () => {
    const { text } = reply(page({ expanded: [{ a: null }] }), { fields: FIELDS });
    expect(JSON.parse(text!)).toEqual({ items: [{ id: '1', a: 'x', expand: { a: null } }] });
    const hidden = { ...EVERYTHING, hidden: new Set(['b']) };
    expect(JSON.parse(reply(page(), { permission: hidden }).text!).items[0]).not.toHaveProperty('b');
  });

  test('leads to the next by its own parameters and another cursor', () => {
    const parameters: [string, string][] = [
      ['a', 'x y'],
      ['cursor', 'old'],
      ['limit', '1'],
    ];
    const next = '/prod/things?a=x%20y&limit=1&cursor=sealed';
    const { text, headers } = reply(page({ next: 'sealed' }), {}, { parameters });
    expect([JSON.parse(text!).next, headers['Link']]).toEqual([next, `<${next}>; rel="next"`]);
  });

  test('whose link is too long for a header has it in the body', () => {
    const linked = (length: number) => reply(page({ next: 'n' }), {}, { parameters: [['a', 'x'.repeat(length)]] });
    // /prod/things?a=…&cursor=n
    expect(linked(6_000 - 24).headers).toHaveProperty('Link');
    expect(linked(6_001 - 24).headers).not.toHaveProperty('Link');
    expect(JSON.parse(linked(6_001 - 24).text!).next).toHaveLength(6_001);
  });
});

test.each<[string, Problem, object, object]>([
  ['as it is', new Problem('not-found', 'Nothing.'), {}, {}],
  ['with headers', new Problem('conflict', 'Wait.', { headers: { 'Retry-After': '1' } }), { 'Retry-After': '1' }, {}],
  [
    'with its faults and the item as it is',
    new Problem('precondition-failed', 'Changed.', {
      errors: [{ detail: 'x', pointer: '#' }],
      current: { item: { id: '1' }, revision: '8' },
    }),
    { ETag: '"8"' },
    { errors: [{ detail: 'x', pointer: '#' }], current: { id: '1' } },
  ],
])('a problem %s', (_what, problem, headers, body) => {
  expect(writeProblem({ id: 'r', base: '/prod' }, problem)).toStrictEqual({
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
    body: {
      type: `/prod/docs#${problem.type}`,
      title: problem.title,
      status: problem.status,
      detail: problem.detail,
      instance: 'r',
      ...body,
    },
  });
});

describe('to the gateway', () => {
  const sent = (method: string, answer: object, headers: Record<string, string> = {}) =>
    toGateway({ method, header: (name) => headers[name] }, { status: 200, headers: { A: 'b' }, ...answer });
  const text = 'ü'.repeat(1_000);

  test.each<[string, string, object, object]>([
    ['a body is JSON', 'GET', { body: { a: 'ü' } }, { body: '{"a":"ü"}', headers: { A: 'b' } }],
    ['a text is what it is', 'GET', { text: 'ü', body: { a: 1 } }, { body: 'ü', headers: { A: 'b' } }],
    ['nothing is nothing', 'GET', {}, { body: '', headers: { A: 'b' } }],
    [
      'HEAD has the length in bytes instead',
      'HEAD',
      { text: 'ü' },
      { body: '', headers: { A: 'b', 'Content-Length': '2' } },
    ],
    ['HEAD of nothing has no length', 'HEAD', {}, { body: '', headers: { A: 'b' } }],
  ])('%s', (_what, method, answer, expected) => {
    expect(sent(method, answer)).toStrictEqual({ statusCode: 200, isBase64Encoded: false, ...expected });
  });

  test('HEAD has the length of the compressed body where GET is compressed', () => {
    const gzip = { 'accept-encoding': 'gzip' };
    const { body } = sent('GET', { text }, gzip);
    expect(sent('HEAD', { text }, gzip)).toStrictEqual({
      statusCode: 200,
      headers: { A: 'b', 'Content-Encoding': 'gzip', 'Content-Length': String(Buffer.from(body, 'base64').length) },
      body: '',
      isBase64Encoded: false,
    });
  });
});
