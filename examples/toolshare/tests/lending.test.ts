// A tool from the shelf to the renter and back: bookings, states, both parties, reviews, ratings, messages.

import { createClient, useTable, useTokens } from 'dynashelf/testing';

useTable();
const tokens = useTokens();
const ask = createClient({ tokens });

const bearer = (subject: string, ...roles: string[]) => ({ token: tokens.sign({ subject, roles, expiresIn: 86_400 }) });
const [ADMIN, LENA, RITA, RON] = [bearer('ada', 'admin'), bearer('lena'), bearer('rita'), bearer('ron')];

beforeAll(async () => {
  for (const [id, as] of Object.entries({ ada: ADMIN, lena: LENA, rita: RITA, ron: RON })) {
    const body = { name: id, email: `${id}@example.org` };
    expect((await ask(`PUT /users/${id}`, { as, body })).status).toBe(201);
  }
});

async function aTool(more: object = {}): Promise<string> {
  return (await ask('POST /tools', { as: LENA, body: { title: 'Drill', price: 500, ...more } })).body.id;
}

let month = 0;
/** Days of a month that no other booking of this file has. */
function daysOf(...days: number[]): string[] {
  return days.map((day) => `${2100 + month}-01-${String(day).padStart(2, '0')}`);
}
beforeEach(() => {
  month += 1;
});

async function aBooking(tool: string, days = daysOf(1), as = RITA): Promise<string> {
  const { status, body } = await ask(`POST /tools/${tool}/book`, { as, body: { days } });
  expect(status).toBe(201);
  return body.id;
}

const act = async (booking: string, action: string, as = LENA, body: object = {}) =>
  ask(`POST /bookings/${booking}/${action}`, { as, body });

test('an e-mail address is its user’s to see, and the admin’s', async () => {
  expect((await ask('GET /users/rita', { as: RITA })).body.email).toBe('rita@example.org');
  expect((await ask('GET /users/rita', { as: ADMIN })).body.email).toBe('rita@example.org');
  expect((await ask('GET /users/rita', { as: RON })).body).not.toHaveProperty('email');
});

test('a booking costs the price of its days, and is of its two parties alone', async () => {
  const tool = await aTool();
  const { body: booking } = await ask(`POST /tools/${tool}/book`, { as: RITA, body: { days: daysOf(2, 1) } });
  expect(booking).toMatchObject({
    renter: 'rita',
    lender: 'lena',
    price: 1000,
    state: 'requested',
    days: daysOf(1, 2),
  });
  for (const as of [RITA, LENA, ADMIN]) {
    expect((await ask(`GET /bookings/${booking.id}`, { as })).status).toBe(200);
    expect((await ask('GET /bookings', { as })).body.items).toContainEqual(booking);
  }
  expect((await ask(`GET /bookings/${booking.id}`, { as: RON })).status).toBe(404);
  expect((await ask('GET /bookings', { as: RON })).body.items).toEqual([]);
  expect((await ask('POST /bookings', { as: RITA, body: booking })).status).toBe(403);
});

test('of many who want one day one gets it', async () => {
  const tool = await aTool();
  const answers = await Promise.all(
    Array.from({ length: 8 }, async (_, number) =>
      ask(`POST /tools/${tool}/book`, { as: number % 2 === 0 ? RITA : RON, body: { days: daysOf(10 + number, 9) } }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
  expect((await ask(`GET /tools/${tool}/bookings`, { as: LENA })).body.items).toHaveLength(1);
});

test('a booking that is given up leaves its days to others, once it has', async () => {
  const tool = await aTool();
  const first = await aBooking(tool, daysOf(1, 2));
  const { status, body } = await ask(`POST /tools/${tool}/book`, { as: RON, body: { days: daysOf(2, 3) } });
  expect([status, body.type]).toEqual([409, '/docs#conflict']);
  expect((await act(first, 'cancel', RITA)).body).toMatchObject({ state: 'cancelled' });
  await aBooking(tool, daysOf(2, 3), RON);
});

test('what some days cost is for everyone to ask', async () => {
  const { status, body, headers } = await ask(`GET /tools/${await aTool()}/quote?days=3`);
  expect([status, body]).toEqual([200, { price: 1500 }]);
  expect(headers['etag']).toBeDefined();
});

test('days that are over, and the own tool, are not booked', async () => {
  const tool = await aTool();
  expect((await ask(`POST /tools/${tool}/book`, { as: RITA, body: { days: ['2020-01-01'] } })).status).toBe(409);
  expect((await ask(`POST /tools/${tool}/book`, { as: LENA, body: { days: daysOf(1) } })).status).toBe(409);
  expect((await ask(`POST /tools/${tool}/book`, { body: { days: daysOf(1) } })).status).toBe(401);
});

test('a booking goes from state to state, each step by whoever may', async () => {
  const booking = await aBooking(await aTool());
  expect((await act(booking, 'accept', RITA)).status).toBe(403);
  expect((await act(booking, 'accept', RON)).status).toBe(404);
  expect((await act(booking, 'takeBack')).status).toBe(409);
  expect((await act(booking, 'accept')).body.state).toBe('accepted');
  expect((await act(booking, 'decline')).status).toBe(409);
  expect((await act(booking, 'pay', RITA, { payment: 'p' })).status).toBe(403);
});

test('of accept and cancel at once the later one finds what the earlier one left', async () => {
  const booking = await aBooking(await aTool());
  const answers = await Promise.all([act(booking, 'accept'), act(booking, 'decline'), act(booking, 'cancel', RITA)]);
  const { state } = (await ask(`GET /bookings/${booking}`, { as: RITA })).body;
  const done = answers.filter(({ status }) => status === 200).map(({ body }) => body.state);
  expect([['accepted'], ['declined'], ['cancelled'], ['accepted', 'cancelled']]).toContainEqual(done);
  expect(done).toContain(state);
});

test('a tool that is back is reviewed once, by its renter, and its rating is the average', async () => {
  const tool = await aTool();
  for (const [as, stars] of [
    [RITA, 5],
    [RON, 2],
  ] as const) {
    const booking = await aBooking(tool, daysOf(stars), as);
    expect((await act(booking, 'review', as, { stars })).status).toBe(409);
    await returned(booking);
    expect((await act(booking, 'review', LENA, { stars: 5 })).status).toBe(403);
    const answers = await Promise.all(Array.from({ length: 4 }, async () => act(booking, 'review', as, { stars })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  }
  expect((await ask(`GET /tools/${tool}`)).body).toMatchObject({ reviews: 2, stars: 7, rating: 3.5 });
  const [review] = (await ask(`GET /tools/${tool}/reviews`)).body.items;
  expect(review).not.toHaveProperty('booking');
  expect((await ask(`DELETE /reviews/${review.id}`, { as: ADMIN })).status).toBe(204);
  expect((await ask(`GET /tools/${tool}`)).body).toMatchObject({ reviews: 1, stars: 5, rating: 5 });
});

/** Goes all the way; the payment is the webhook's, whose test is beside. */
async function returned(booking: string): Promise<void> {
  await act(booking, 'accept');
  const open = createClient();
  await open(`POST /bookings/${booking}/pay`, { body: { payment: `paid-${booking}` } });
  await act(booking, 'handOver');
  expect((await act(booking, 'takeBack')).body.state).toBe('returned');
}

test('the parties of a booking write to each other, and nobody else reads it', async () => {
  const booking = await aBooking(await aTool());
  const { body: question } = await act(booking, 'write', RITA, { text: 'Where?' });
  const { body: answer } = await act(booking, 'write', LENA, { text: 'Here.' });
  expect([question, answer]).toMatchObject([
    { from: 'rita', to: 'lena' },
    { from: 'lena', to: 'rita' },
  ]);
  for (const as of [RITA, LENA]) {
    expect((await ask(`GET /bookings/${booking}/messages`, { as })).body.items).toEqual([answer, question]);
  }
  expect((await ask(`GET /bookings/${booking}/messages`, { as: RON })).status).toBe(404);
  expect((await act(booking, 'write', RON, { text: 'And I?' })).status).toBe(404);
});

test('a favourite is one of its user, however often it is added', async () => {
  const tool = await aTool();
  const answers = await Promise.all(
    Array.from({ length: 4 }, async () => ask('POST /favourites', { as: RITA, body: { tool } })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  expect((await ask('POST /favourites', { as: RON, body: { tool } })).status).toBe(201);
  expect((await ask('GET /favourites', { as: RITA })).body.items).toMatchObject([{ user: 'rita', tool }]);
});

test('tools are found by category and price, dearest last', async () => {
  const { body: category } = await ask('POST /categories', { as: ADMIN, body: { name: 'Saws' } });
  for (const price of [300, 100, 200]) {
    await aTool({ category: category.id, price, tags: ['saw'] });
  }
  const { items } = (await ask(`GET /tools?category=${category.id}&sort=price&price[lte]=200`)).body;
  expect(items.map(({ price }: { price: number }) => price)).toEqual([100, 200]);
  expect((await ask(`GET /categories/${category.id}`)).body.tools).toBe(3);
  expect((await ask('POST /categories', { as: LENA, body: { name: 'Mine' } })).status).toBe(403);
  expect((await ask(`DELETE /categories/${category.id}`, { as: ADMIN })).status).toBe(409);
});

test('a category is no part of itself, however many are moved at once', async () => {
  const make = async (parent?: string): Promise<string> =>
    (await ask('POST /categories', { as: ADMIN, body: { name: 'Of a tree', ...(parent && { parent }) } })).body.id;
  const [top, one, other] = [await make(), await make(), await make()] as [string, string, string];
  const move = async (id: string, parent: string) => ask(`PATCH /categories/${id}`, { as: ADMIN, body: { parent } });
  expect((await move(one, top)).status).toBe(200);
  expect((await move(top, one)).status).toBe(409);
  expect((await move(top, top)).status).toBe(409);
  const answers = await Promise.all([move(one, other), move(other, one)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test('a tool is changed by its owner, and by the admin', async () => {
  const tool = await aTool();
  expect((await ask(`PATCH /tools/${tool}`, { as: RITA, body: { price: 1 } })).status).toBe(403);
  expect((await ask(`PATCH /tools/${tool}`, { as: LENA, body: { price: 1 } })).body.price).toBe(1);
  expect((await ask(`PATCH /tools/${tool}`, { as: ADMIN, body: { title: 'Better drill' } })).status).toBe(200);
});
