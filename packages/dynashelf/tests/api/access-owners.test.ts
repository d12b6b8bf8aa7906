// Items that one of several owners may have: lists merge one Query for each, whoever is both sees an item once.
import fc from 'fast-check';
import type { AccessFunction, AccessRules } from '../../src/definition/access';
import type { Resource } from '../../src/definition/resource';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient, type Client } from '../../src/testing/client';
import type { As } from '../../src/testing/ask';
import { useTable } from '../../src/testing/table';
import { useProxy } from '../setup/proxied';
import { ADA, BEN, RULES } from '../setup/rules';

useTable();

const both = { owner: ['renter', 'lender'] } as const;
const CLERK: As = { subject: 'cleo', roles: ['clerk'] };
const KEEPER: As = { subject: 'kit', roles: ['keeper'] };

/** A keeper sees what is open, and what it rents. */
const open: AccessFunction = ({ roles }) => roles.includes('keeper') && { state: 'open' };

function bookingsWith(list: AccessRules<'renter' | 'lender'>): ReadonlyMap<string, Resource> {
  const tools = defineResource({
    name: 'tools',
    description: 'Tools that are lent.',
    schema: { name: { type: String, maxLength: 50 } },
    relations: { bookings: { collection: 'bookings', attribute: 'tool' } },
    access: { read: 'public', create: 'public', replace: 'public' },
  });
  const bookings = defineResource({
    name: 'bookings',
    description: 'Bookings of two parties.',
    schema: {
      renter: { type: String, required: true, maxLength: 200 },
      lender: { type: String, required: true, maxLength: 200 },
      tool: { type: String, references: 'tools' },
      price: { type: Number },
      state: { type: String, enum: ['open', 'closed'], default: 'open' },
      note: { type: String, maxLength: 100 },
    },
    indexes: {
      byRenter: { partition: 'renter' },
      byLender: { partition: 'lender' },
      byRenterAndPrice: { partition: 'renter', sort: 'price' },
      byLenderAndPrice: { partition: 'lender', sort: 'price' },
      byRenterAndState: { partition: 'renter', sort: 'state' },
      byTool: { partition: 'tool' },
      byState: { partition: 'state' },
    },
    access: {
      list,
      read: [both, { role: 'clerk' }],
      create: [both, { role: 'clerk' }],
      replace: [both, { role: 'clerk' }],
      patch: both,
      delete: both,
    },
  });
  return listResources(tools, bookings);
}

const resources = bookingsWith([both, { role: 'clerk' }]);
const database = useProxy({ resources, config: RULES });
const ask: Client = async (line, more) => database.ask(line, more);
const anyone = createClient({ resources });

interface Booking {
  readonly id: string;
  readonly renter: string;
  readonly lender: string;
  readonly price?: number;
  readonly state?: 'open' | 'closed';
  readonly tool?: string;
}

async function seed(bookings: readonly Booking[]): Promise<void> {
  const { body } = await anyone('GET /bookings?limit=100');
  await Promise.all(body.items.map(async ({ id }: { id: string }) => anyone(`DELETE /bookings/${id}`)));
  await Promise.all(
    bookings.map(async ({ id, ...body }) =>
      expect(await anyone(`PUT /bookings/${id}`, { body })).toMatchObject({ status: 201 }),
    ),
  );
  database.proxy.clear();
}

const idsOf = ({ body }: Awaited<ReturnType<Client>>): string[] => body.items.map(({ id }: { id: string }) => id);
const queries = (): string[] =>
  database.proxy.requests.map(
    ({ operation, input }) => `${operation} ${(input as { IndexName?: string }).IndexName ?? 'table'}`,
  );

const MIXED: Booking[] = [
  { id: 'b1', renter: 'ada', lender: 'ben', price: 5 },
  { id: 'b2', renter: 'ben', lender: 'ada', price: 3 },
  { id: 'b3', renter: 'ada', lender: 'ada', price: 4 },
  { id: 'b4', renter: 'ben', lender: 'cy', price: 1, state: 'closed' },
  { id: 'b5', renter: 'cy', lender: 'ada', state: 'closed' },
];

describe('a list by one of two owners', () => {
  beforeEach(async () => seed(MIXED));

  test.each<[string, string[], number]>([
    ['/bookings', ['b5', 'b3', 'b2', 'b1'], 2],
    ['/bookings?sort=id', ['b1', 'b2', 'b3', 'b5'], 2],
    ['/bookings?sort=price', ['b2', 'b3', 'b1'], 2],
    ['/bookings?sort=-price&price[gte]=4', ['b1', 'b3'], 2],
    ['/bookings?state=open', ['b3', 'b2', 'b1'], 2],
    ['/bookings?renter=ada', ['b3', 'b1'], 2],
    ['/bookings?renter=cy', ['b5'], 2],
    ['/bookings?id[gte]=b2&id[lt]=b5', ['b3', 'b2'], 2],
    ['/bookings?id[in]=b1,b4,b5', ['b5', 'b1'], 1],
    ['/bookings?fields=price&limit=1', ['b5'], 2],
  ])('%s gives what is of either, each item once, in order', async (path, ids, count) => {
    const answer = await ask(`GET ${path}`, { as: ADA });
    expect([answer.status, idsOf(answer), database.proxy.requests.length]).toEqual([200, ids, count]);
  });

  test('is one Query for each owner, of its index, that reads no more than a page', async () => {
    await ask('GET /bookings?limit=2', { as: ADA });
    expect(queries().sort()).toEqual(['Query gsi1', 'Query gsi2']);
    expect(database.proxy.requests.map(({ output }) => output?.['ScannedCount'])).toEqual([2, 2]);
  });

  test('holds nothing of others, and nothing for a stranger', async () => {
    expect(idsOf(await ask('GET /bookings', { as: BEN }))).toEqual(['b4', 'b2', 'b1']);
    expect(idsOf(await ask('GET /bookings', { as: { subject: 'zoe' } }))).toEqual([]);
    expect(await ask('GET /bookings')).toMatchObject({ status: 401 });
  });

  test('is everyone’s for a role beside, by one request', async () => {
    expect(idsOf(await ask('GET /bookings', { as: CLERK }))).toEqual(['b5', 'b4', 'b3', 'b2', 'b1']);
    expect(queries()).toEqual(['Query table']);
  });

  test.each(['/bookings', '/bookings?sort=price', '/bookings?state=open', '/bookings?id[in]=b1,b2,b3,b4'])(
    '%s is counted exactly, whoever is both once',
    async (path) => {
      const { body, headers } = await ask(`GET ${path}`, { headers: { Prefer: 'count=exact' }, as: ADA });
      expect([body.total, headers['preference-applied']]).toEqual([body.items.length, 'count=exact']);
    },
  );

  test('in an order that not each owner has is refused, naming those that are served', async () => {
    const { status, body } = await ask('GET /bookings?sort=state', { as: ADA });
    expect([status, body.errors[0].detail]).toEqual([
      400,
      'No index serves this order. Served are: id; price. Each also descending, with - before every name.',
    ]);
  });

  test('of a relation is of either too, beside the item that it belongs to', async () => {
    await anyone('PUT /tools/t', { body: { name: 'Drill' } });
    await seed(MIXED.map((booking) => ({ ...booking, ...(booking.id !== 'b3' && { tool: 't' }) })));
    expect(idsOf(await ask('GET /tools/t/bookings', { as: ADA }))).toEqual(['b5', 'b2', 'b1']);
    expect(queries().sort()).toEqual(['GetItem table', 'Query gsi1', 'Query gsi2']);
  });

  test('gives a cursor that is good for its caller and its parameters alone', async () => {
    const { body } = await ask('GET /bookings?limit=1', { as: ADA });
    expect(await ask(`GET ${body.next}`, { as: BEN })).toMatchObject({ status: 400 });
    expect(await ask(`GET ${body.next}`, { as: CLERK })).toMatchObject({ status: 400 });
    expect(idsOf(await ask(`GET ${body.next}`, { as: ADA }))).toEqual(['b3']);
  });
});

test('any pages by one of two owners are those of a filtered whole, and a full page costs a Query for each', async () => {
  const person = fc.constantFrom('ada', 'ben');
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          renter: person,
          lender: person,
          price: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
        }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('', '&sort=id', '&sort=price', '&sort=-price'),
      async (parties, limit, sort) => {
        await seed(
          parties.map(({ price, ...who }, index) => ({
            id: `b${String(index).padStart(2, '0')}`,
            ...who,
            ...(price !== undefined && { price }),
          })),
        );
        const { body: all } = await anyone(`GET /bookings?limit=100${sort.includes('price') ? '' : sort}`);
        const way = sort === '' || sort.includes('-') ? -1 : 1;
        const compare = (a: Booking, b: Booking): number =>
          way * (sort.includes('price') ? a.price! - b.price! || (a.id < b.id ? -1 : 1) : a.id < b.id ? -1 : 1);
        const expected = (all.items as Booking[])
          .filter(
            ({ renter, lender, price }) =>
              [renter, lender].includes('ada') && (price !== undefined || !sort.includes('price')),
          )
          .sort(compare)
          .map(({ id }) => id);
        const seen: string[] = [];
        for (let path: string | undefined = `/bookings?limit=${limit}${sort}`; path !== undefined;) {
          database.proxy.clear();
          const answer = await ask(`GET ${path}`, { as: ADA });
          expect(answer.status).toBe(200);
          // The end of a list may be reached in all but one.
          expect(database.proxy.requests.length).toBeLessThanOrEqual(2);
          expect(idsOf(answer).length === limit || answer.body.next === undefined).toBe(true);
          seen.push(...idsOf(answer));
          path = answer.body.next;
        }
        expect(seen).toEqual(expected);
      },
    ),
    { numRuns: 12 },
  );
});

describe('what one of two owners writes', () => {
  beforeEach(async () => seed(MIXED));

  test.each<[string, object]>([
    ['POST /bookings', { renter: 'ada', lender: 'ben' }],
    ['POST /bookings', { renter: 'ben', lender: 'ada' }],
    ['PUT /bookings/new', { renter: 'ben', lender: 'ada' }],
  ])('%s with %j makes it with the parties that the body names', async (line, body) => {
    expect(await ask(line, { body, as: ADA })).toMatchObject({ status: 201, body });
  });

  test.each<[string, object]>([
    ['POST /bookings', { renter: 'cy', lender: 'ben' }],
    [
      'POST /bookings',
      [
        { renter: 'ada', lender: 'ben' },
        { renter: 'cy', lender: 'ben' },
      ],
    ],
    ['PUT /bookings/new', { renter: 'cy', lender: 'ben' }],
    ['PUT /bookings/b4', { renter: 'cy', lender: 'ben' }],
    [
      'POST /transactions',
      { operations: [{ method: 'POST', path: '/bookings', body: { renter: 'cy', lender: 'ben' } }] },
    ],
  ])('%s with %j is none of the caller’s: 403 that says so, nothing changed', async (line, body) => {
    const before = await anyone('GET /bookings');
    const { status, text } = await ask(line, { body, as: ADA });
    expect([status, text]).toEqual([
      403,
      expect.stringContaining(
        'An item of bookings that you make is to be yours: give \\"renter\\" or \\"lender\\" the subject of your credentials.',
      ),
    ]);
    expect((await anyone('GET /bookings')).body).toEqual(before.body);
  });

  test('without the parties that the schema requires it is 422 that names them', async () => {
    expect(await ask('POST /bookings', { body: { renter: 'ada' }, as: ADA })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/lender' }] },
    });
  });

  test.each<[string, object, object?]>([
    ['PATCH /bookings/b1', { note: 'n', renter: 'zoe', lender: 'zoe' }],
    ['PATCH /bookings/b2', { note: 'n', lender: 'zoe' }],
    ['PUT /bookings/b1', { note: 'n', price: 5, renter: 'zoe', lender: 'zoe' }],
    ['PUT /bookings/b2', { note: 'n', price: 3 }],
    [
      'PATCH /bookings/b2',
      [
        { op: 'add', path: '/note', value: 'n' },
        { op: 'replace', path: '/lender', value: 'zoe' },
      ],
      { 'Content-Type': 'application/json-patch+json' },
    ],
  ])('%s with %j changes the rest and leaves both parties', async (line, body, headers = {}) => {
    const { renter, lender, price } = MIXED.find(({ id }) => line.endsWith(id))!;
    expect(await ask(line, { body, headers: headers as Record<string, string>, as: ADA })).toMatchObject({
      status: 200,
      body: { renter, lender, price, note: 'n' },
    });
  });

  test.each(['GET', 'PATCH', 'DELETE', 'PUT'])('%s of an item of others is 404', async (method) => {
    const body = method === 'PATCH' ? { note: 'n' } : method === 'PUT' ? { renter: 'ada', lender: 'ada' } : undefined;
    expect(await ask(`${method} /bookings/b4`, { ...(body && { body }), as: ADA })).toMatchObject({ status: 404 });
  });

  test('a role beside writes whom it likes', async () => {
    expect(await ask('POST /bookings', { body: { renter: 'x', lender: 'y' }, as: CLERK })).toMatchObject({
      status: 201,
    });
  });
});

describe('owners and the values of a function', () => {
  const through = (list: AccessRules<'renter' | 'lender'>): Client => {
    const resourcesThen = bookingsWith(list);
    return async (line, more) =>
      createClient({ resources: resourcesThen, config: RULES, described: false })(line, more);
  };
  const mixed = through([{ any: [{ owner: 'renter' }, open] }]);
  const pages = through(({ claims }) => ((claims['states'] ?? []) as string[]).map((state) => ({ state })));
  const strict = through({ all: [{ role: 'keeper' }, both, open] });

  beforeEach(async () =>
    seed([
      ...MIXED,
      { id: 'b6', renter: 'kit', lender: 'cy', state: 'closed' },
      { id: 'b7', renter: 'kit', lender: 'cy' },
    ]),
  );

  test('list what either gives, each by its best index', async () => {
    database.proxy.clear();
    expect(idsOf(await mixed('GET /bookings', { as: KEEPER }))).toEqual(['b7', 'b6', 'b3', 'b2', 'b1']);
    expect(queries().sort()).toEqual(['Query gsi1', 'Query gsi7']);
    expect((await mixed('GET /bookings', { headers: { Prefer: 'count=exact' }, as: KEEPER })).body.total).toBe(5);
    expect(idsOf(await mixed('GET /bookings', { as: ADA }))).toEqual(['b3', 'b1']);
  });

  test('of a function with several sets of values are merged; with none there is nothing', async () => {
    const states = (...names: string[]): As => ({ subject: 'sue', claims: { states: names } });
    expect(idsOf(await pages('GET /bookings', { as: states('open', 'closed') }))).toEqual([
      'b7',
      'b6',
      'b5',
      'b4',
      'b3',
      'b2',
      'b1',
    ]);
    expect(idsOf(await pages('GET /bookings', { as: states('closed') }))).toEqual(['b6', 'b5', 'b4']);
    expect(await pages('GET /bookings', { as: states() })).toMatchObject({ status: 403 });
  });

  test('of more sets of values than are served is a 500 whose log names the remedy', async () => {
    const logged: string[] = [];
    const spy = jest.spyOn(console, 'error').mockImplementation((line: string) => void logged.push(line));
    const many = Array.from({ length: 17 }, (_, index) => `s${index}`);
    expect(await pages('GET /bookings', { as: { subject: 'sue', claims: { states: many } } })).toMatchObject({
      status: 500,
    });
    spy.mockRestore();
    expect(logged.join()).toContain('comes to 17 sets of values for this caller: let its functions answer with fewer');
  });

  test('at once are what all of them include', async () => {
    expect(idsOf(await strict('GET /bookings', { as: KEEPER }))).toEqual(['b7']);
    expect(await strict('GET /bookings', { as: ADA })).toMatchObject({ status: 403 });
  });
});

describe('the owner `id` beside others', () => {
  const rule = { owner: ['id', 'guardian'] } as const;
  const people = defineResource({
    name: 'people',
    description: 'People and their guardians.',
    schema: { guardian: { type: String, maxLength: 200 }, name: { type: String, maxLength: 50 } },
    indexes: { byGuardian: { partition: 'guardian' } },
    access: { list: rule, read: rule, create: rule, patch: rule },
  });
  const guarded: Client = async (line, more) =>
    createClient({ resources: listResources(people), config: RULES })(line, more);

  test('lists one’s own item among them, wherever a page begins, and reads no other', async () => {
    for (const [id, guardian] of [
      ['aaa', 'ben'],
      ['ada', 'ada'],
      ['ben', 'ada'],
      ['cy', 'ada'],
    ] as const) {
      expect(await guarded(`PUT /people/${id}`, { body: { guardian }, as: { subject: guardian } })).toMatchObject({
        status: 201,
      });
    }
    database.proxy.clear();
    const seen: string[][] = [];
    for (let path: string | undefined = '/people?limit=1'; path !== undefined;) {
      const answer = await guarded(`GET ${path}`, { headers: { Prefer: 'count=exact' }, as: ADA });
      expect(answer.body.total).toBe(3);
      seen.push(idsOf(answer));
      path = answer.body.next;
    }
    expect(seen.flat()).toEqual(['cy', 'ben', 'ada']);
    expect(database.proxy.requests.every(({ output }) => Number(output?.['ScannedCount']) <= 3)).toBe(true);
    expect(idsOf(await guarded('GET /people?sort=id&limit=2', { as: BEN }))).toEqual(['aaa', 'ben']);
    expect(await guarded('POST /people', { body: { guardian: 'ada' }, as: ADA })).toMatchObject({ status: 201 });
    expect(await guarded('POST /people', { body: { guardian: 'ben' }, as: ADA })).toMatchObject({ status: 403 });
  });
});
