// Filters of a list: what each operator selects, and what is refused.

import * as fc from 'fast-check';

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import { everything } from '../setup/everything';
import { loadItems } from '../setup/load';
import { runs } from '../setup/runs';
import { useTable } from '../../src/testing/table';

const things = defineResource({
  name: 'things',
  description: 'Things with an attribute of each kind.',
  schema: {
    title: { type: String, maxLength: 300 },
    pages: Number,
    flag: Boolean,
    due: Date,
    seconds: { type: { value: Date, settings: { storage: 'seconds' } } },
    iso: { type: { value: Date, settings: { storage: 'iso' } } },
    bytes: Buffer,
    tags: { type: Array, schema: [String] },
    sizes: { type: Set, schema: [Number] },
    parts: { type: Array, schema: [{ type: Object, schema: { name: String } }] },
    address: { type: Object, schema: { city: String, geo: { type: Object, schema: { lat: Number } } } },
    free: { type: Object, schema: 'any' },
  },
});

useTable();
const ask = createClient({ resources: listResources(things, everything) });

const NOON = Date.parse('2026-03-31T12:00:00Z');

beforeAll(async () => {
  await loadItems(things, [
    {
      id: 'a',
      title: 'Moby-Dick',
      pages: 635,
      flag: true,
      due: NOON,
      seconds: NOON / 1000,
      iso: '2026-03-31T12:00:00.000Z',
      bytes: Buffer.from('x'),
      tags: ['sea', 'whale'],
      sizes: new Set([1, 2.5]),
      address: { city: 'Oslo', geo: { lat: 59.9 } },
    },
    {
      id: 'b',
      title: 'Mob',
      pages: -1.5,
      flag: false,
      due: NOON + 1,
      seconds: NOON / 1000 + 1,
      iso: '2026-03-31T12:00:00.001Z',
      bytes: Buffer.from('y'),
      tags: ['sea'],
      sizes: new Set([2]),
      address: { city: 'Bergen' },
      parts: [{ name: 'p' }],
    },
    { id: 'c', title: 'typee & omoo, a+b', pages: 0, due: NOON - 1, tags: [], free: { any: 1 } },
    { id: 'd', title: 'É 😀', address: {} },
    { id: 'e' },
  ]);
});

/** The ids that a list has, newest first, joined. */
async function ids(query: string): Promise<string> {
  const { status, body } = await ask(`GET /things?${query}`);
  expect([query, status, body.errors]).toEqual([query, 200, undefined]);
  return body.items.map(({ id }: { id: string }) => id).join('');
}

describe.each<[what: string, cases: Record<string, string>]>([
  [
    'strings',
    {
      'title=Mob': 'b',
      'title=mob': '',
      'title=typee%20%26%20omoo,%20a%2Bb': 'c',
      'title=%C3%89%20%F0%9F%98%80': 'd',
      'title[ne]=Mob': 'edca',
      'title[gt]=Mob': 'dca',
      'title[gte]=Mob': 'dcba',
      'title[lt]=Moby': 'b',
      'title[lte]=Mob': 'b',
      'title[begins]=Mob': 'ba',
      'title[begins]=': 'dcba',
      'title[contains]=omoo': 'c',
      'title[contains]=': 'dcba',
      'title[in]=Mob,Moby-Dick,none': 'ba',
      'title[exists]=true': 'dcba',
      'title[exists]=false': 'e',
    },
  ],
  [
    'numbers, by value',
    {
      'pages=635': 'a',
      'pages=6.35e2': 'a',
      'pages=-1.5': 'b',
      'pages=-0': 'c',
      'pages[gt]=-1.5': 'ca',
      'pages[gte]=-1.5': 'cba',
      'pages[lt]=10': 'cb',
      'pages[lte]=0': 'cb',
      'pages[ne]=0': 'edba',
      'pages[in]=0,635': 'ca',
      'pages[gt]=1e125': '',
    },
  ],
  ['booleans', { 'flag=true': 'a', 'flag=false': 'b', 'flag[ne]=true': 'edcb', 'flag[in]=true,false': 'ba' }],
  [
    'dates, as moments whatever their zone',
    {
      'due=2026-03-31T12:00:00Z': 'a',
      'due=2026-03-31T14:00:00%2B02:00': 'a',
      'due=2026-03-31T14:00:00+02:00': 'a',
      'due[gt]=2026-03-31T12:00:00Z': 'b',
      'due[lte]=2026-03-31t12:00:00.000z': 'ca',
      'due[lt]=2026-03-31T07:00:00-05:00': 'c',
      'due[in]=2026-03-31T12:00:00Z,2026-03-31T12:00:00.001Z': 'ba',
      'seconds=2026-03-31T12:00:00Z': 'a',
      'seconds[gt]=2026-03-31T12:00:00.500Z': 'b',
      'seconds[lt]=2026-03-31T12:00:00.500Z': 'a',
      'seconds=2026-03-31T12:00:00.500Z': '',
      'iso[gt]=2026-03-31T14:00:00%2B02:00': 'b',
      'iso=2026-03-31T12:00:00Z': 'a',
    },
  ],
  ['binaries', { 'bytes=eA==': 'a', 'bytes[ne]=eA==': 'edcb', 'bytes[in]=eA==,eQ==': 'ba' }],
  [
    'arrays and sets',
    {
      'tags[contains]=sea': 'ba',
      'tags[contains]=se': '',
      'tags[exists]=true': 'cba',
      'sizes[contains]=2.5': 'a',
      'sizes[contains]=2': 'b',
      'sizes[exists]=false': 'edc',
      'parts[exists]=true': 'b',
    },
  ],
  [
    'what is in objects',
    {
      'address.city=Oslo': 'a',
      'address.city[ne]=Oslo': 'edcb',
      'address.geo.lat[gt]=59': 'a',
      'address.geo[exists]=true': 'a',
      'address.city[exists]=false': 'edc',
      'address[exists]=true': 'dba',
      'free[exists]=true': 'c',
    },
  ],
  [
    'the system’s attributes',
    {
      'version=1': 'edcba',
      'version[gt]=1': '',
      'createdAt=2026-01-02T04:04:05.678%2B01:00': 'edcba',
      'createdAt[lt]=2026-01-02T03:04:05.678Z': '',
      'updatedAt[gte]=2026-01-01T00:00:00Z': 'edcba',
      'id=c': 'c',
      'id=none': '',
      'id[in]=c,a,none,a': 'ca',
      'id[gt]=c': 'ed',
      'id[gte]=c': 'edc',
      'id[lt]=c': 'ba',
      'id[lte]=c': 'cba',
      'id[gt]=a&id[lt]=d': 'cb',
      'id[ne]=c': 'edba',
      'id[begins]=c': 'c',
      'id[begins]=': 'edcba',
      'id[contains]=d': 'd',
      'id[gte]=': 'edcba',
      'id[lt]=': '',
      'id=%00': '',
      'id[gte]=%00': 'edcba',
      'id[exists]=true': 'edcba',
    },
  ],
  [
    'several, all of which hold',
    {
      'pages[gte]=0&pages[lt]=635': 'c',
      'title[begins]=Mob&flag=true': 'a',
      'id[in]=a,b,c&tags[contains]=sea&pages[gt]=0': 'a',
      'title[ne]=Mob&title[exists]=true': 'dca',
    },
  ],
])('%s', (_what, cases) => {
  test.each(Object.entries(cases))('%s', async (query, expected) => {
    expect(await ids(query)).toBe(expected);
  });
});

test.each([
  ['titel=x', 'titel', /neither an attribute of things nor a parameter of a list.*"title"/],
  ['title[like]=x', 'title[like]', /"like" is no operator: use ne, gt/],
  ['title[eq]=x', 'title[eq]', /title=… for equality/],
  ['title[gt][lt]=x', 'title[gt][lt]', /neither an attribute/],
  ['title[]=x', 'title[]', /"" is no operator/],
  ['=x', '', /neither an attribute/],
  ['pages=many', 'pages', /Must be a number/],
  ['pages=', 'pages', /Must be a number/],
  ['pages=0x10', 'pages', /Must be a number/],
  ['pages=NaN', 'pages', /Must be a number/],
  ['pages=1e400', 'pages', /cannot be kept as it is written/],
  ['pages=1e200', 'pages', /too large or too small/],
  ['pages=1.00000000000000000001', 'pages', /cannot be kept as it is written/],
  ['pages[in]=1,x', 'pages[in]', /"x": Must be a number/],
  ['pages[begins]=1', 'pages[begins]', /"begins" does not go with "pages", a number/],
  ['flag=yes', 'flag', /Must be true or false/],
  ['flag[gt]=true', 'flag[gt]', /does not go with "flag", a boolean/],
  ['due=2026-03-31', 'due', /date and time with its time zone/],
  ['due=2026-02-30T12:00:00Z', 'due', /date and time/],
  ['due=2026-03-31T25:00:00Z', 'due', /date and time/],
  ['due=2026-03-31T12:00:00', 'due', /time zone/],
  ['due=0', 'due', /date and time/],
  ['bytes=%', 'bytes', /base64/],
  ['bytes[gt]=eA==', 'bytes[gt]', /does not go with/],
  ['tags=sea', 'tags', /holds several values: ask with tags\[contains\]/],
  ['sizes[contains]=x', 'sizes[contains]', /Must be a number/],
  ['parts[contains]=x', 'parts[contains]', /no single values/],
  ['address=Oslo', 'address', /ask for what is in it, such as address.city=…/],
  ['address.town=Oslo', 'address.town', /"town" is not an attribute of "address"/],
  ['address.city.x=1', 'address.city.x', /"address.city" is no object/],
  ['address.=x', 'address.', /"" is not an attribute of "address"/],
  ['free=x', 'free', /holds any JSON/],
  ['free.any=1', 'free.any', /"free" is no object with attributes of its own/],
  ['title[exists]=yes', 'title[exists]', /Must be true or false/],
  ['__proto__=x', '__proto__', /neither an attribute/],
  ['constructor.name=x', 'constructor.name', /neither an attribute/],
  ['pk=things', 'pk', /neither an attribute/],
  ['title=a&title=b', 'title', /stands twice/],
  ['limit=1&limit=2', 'limit', /stands twice/],
  [
    `title[in]=${Array.from({ length: 101 }, (_, index) => index).join(',')}`,
    'title[in]',
    /Names 101 values: at most 100/,
  ],
  ['version=one', 'version', /Must be a number/],
  ['createdAt[begins]=2026', 'createdAt[begins]', /does not go with "createdAt", a date/],
])('%s is 400 and named', async (query, parameter, detail) => {
  const { status, body } = await ask(`GET /things?${query}`);
  expect([status, body.errors]).toEqual([400, [{ detail: expect.stringMatching(detail) as unknown, parameter }]]);
});

test('every fault is listed, each with its parameter', async () => {
  const { status, body } = await ask(
    'GET /things?titel=x&pages=many&due[like]=x&sort=free&limit=0&cursor=x&fields=none',
  );
  expect(status).toBe(400);
  expect(body.errors.map(({ parameter }: { parameter: string }) => parameter).sort()).toEqual([
    'cursor',
    'due[like]',
    'fields',
    'limit',
    'pages',
    'sort',
    'titel',
  ]);
});

test('one hundred values are taken, in each of several filters, and more than an expression holds are refused', async () => {
  const hundred = (of: (index: number) => unknown): string =>
    Array.from({ length: 100 }, (_, index) => of(index)).join(',');
  expect(await ids(`title[in]=${hundred((index) => index)},Mob`.replace('0,', ''))).toBe('b');
  expect(await ids(`id[in]=${hundred((index) => (index === 99 ? 'a' : `none${index}`))}`)).toBe('a');
  expect(
    await ids(
      `title[in]=${hundred((index) => index)}&pages[in]=${hundred((index) => index)}&address.city[in]=${hundred((index) => index)}`,
    ),
  ).toBe('');
  const { status, body } = await ask(
    `GET /things?title[in]=${hundred((index) => index)}&pages[in]=${hundred((index) => index)}&address.city[in]=${hundred((index) => index)}&flag=true`,
  );
  expect([status, body.errors]).toEqual([
    400,
    [{ detail: expect.stringMatching(/at most 40 filters with 300 values/) as unknown, parameter: 'flag' }],
  ]);
});

test('no text in a query makes an error of the server', async () => {
  for (const text of [
    '%00',
    '%ED%A0%80',
    '%FF',
    'x'.repeat(3000),
    '%F0%9F%98%80'.repeat(600),
    '"',
    "'",
    '%5C',
    '#',
    ':0',
    '%23p',
    '${x}',
    '-',
    '1e1',
    '-0',
    '٣',
  ]) {
    for (const name of [
      'title',
      'title[gt]',
      'title[begins]',
      'title[contains]',
      'title[in]',
      'id',
      'id[gt]',
      'id[begins]',
      'id[lt]',
      'pages',
      'flag',
      'due',
      'bytes',
      'tags[contains]',
      'limit',
      'cursor',
      'sort',
      'fields',
      'expand',
    ]) {
      const { status } = await ask(`GET /things?${name}=${text}`);
      expect([name, text, [200, 400].includes(status)]).toEqual([name, text, true]);
    }
  }
});

test('any parameters at all are served or refused', async () => {
  const names = fc.oneof(
    fc.constantFrom(
      ...everything.attributes.keys(),
      'id',
      'version',
      'createdAt',
      'object.name',
      'object.inner.list',
      'nested.digits',
      'sort',
      'limit',
      'cursor',
      'fields',
      'expand',
    ),
    fc.string({ maxLength: 5 }),
  );
  const operators = fc.constantFrom(
    '',
    '',
    '[ne]',
    '[gt]',
    '[gte]',
    '[lt]',
    '[lte]',
    '[begins]',
    '[contains]',
    '[in]',
    '[exists]',
    '[x]',
  );
  const values = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.double().map(String),
    fc.constantFrom(
      '',
      'true',
      '1',
      '-1e-130',
      '9.99e125',
      '-9.9e-131',
      'id',
      '-id',
      'whole',
      '-moment',
      'level,inText',
      'red',
      '2026-01-01T00:00:00Z',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
      'eA==',
      'a,b',
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(names, operators, values), { minLength: 1, maxLength: 3 }),
      async (parameters) => {
        const query = parameters
          .map(
            ([name, operator, value]) =>
              `${encodeURIComponent(`${name}${operator}`.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
          )
          .join('&');
        const { status } = await ask(`GET /everything?${query}`);
        expect([query, [200, 400].includes(status)]).toEqual([query, true]);
      },
    ),
    { numRuns: runs(350) },
  );
});
