// What happens beside the API: payments that a provider reports, bookings that expire, the export.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Webhook } from 'standardwebhooks';

import {
  callFunction,
  createClient,
  deliverMessages,
  useClock,
  useTable,
  useTokens,
  type Answer,
} from 'dynashelf/testing';
import { handler as expire } from '../src/functions/expire';

const SECRET = randomBytes(24).toString('base64');
process.env['WEBHOOK_SECRET'] = SECRET;
const mailFolder = mkdtempSync(join(tmpdir(), 'mail-'));
process.env['MAIL_FOLDER'] = mailFolder;
afterAll(() => rmSync(mailFolder, { recursive: true }));

useTable();
const clock = useClock();
const tokens = useTokens();
const ask = createClient({ tokens });
// Without rules: what stands around the cases.
const open = createClient();

const LENA = { token: tokens.sign({ subject: 'lena' }) };
const ADMIN = { token: tokens.sign({ subject: 'ada', roles: ['admin'] }) };

let tool: string;
beforeAll(async () => {
  for (const id of ['lena', 'rita']) {
    await open(`PUT /users/${id}`, { body: { name: id, email: `${id}@example.org` } });
  }
  tool = (await ask('POST /tools', { as: LENA, body: { title: 'Drill', price: 500 } })).body.id;
});

let day = 0;
async function aBooking(...actions: string[]): Promise<string> {
  const as = { token: tokens.sign({ subject: 'rita' }) };
  const days = [new Date(Date.UTC(2100, 0, ++day)).toISOString().slice(0, 10)];
  const id: string = (await ask(`POST /tools/${tool}/book`, { as, body: { days } })).body.id;
  for (const action of actions) {
    expect((await open(`POST /bookings/${id}/${action}`)).status).toBe(200);
  }
  return id;
}

const stateOf = async (booking: string): Promise<string> => (await open(`GET /bookings/${booking}`)).body.state;

/** Sends what the provider sends. */
async function report(
  booking: string,
  { id = `msg_${day}`, secret = SECRET }: { id?: string; secret?: string } = {},
): Promise<Answer> {
  const body = JSON.stringify({ type: 'payment.succeeded', data: { booking, payment: id } });
  const now = new Date();
  return ask('POST /payments/webhook', {
    body,
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, now, body),
    },
  });
}

test('a payment that the provider reports and signs is noted, once however often it comes', async () => {
  const booking = await aBooking('accept');
  const answers = await Promise.all([report(booking), report(booking), report(booking)]);
  expect(answers.some(({ status }) => status === 204)).toBe(true);
  expect((await report(booking)).status).toBe(204);
  expect((await open(`GET /bookings/${booking}`)).body).toMatchObject({ state: 'paid', version: 3 });
});

test('what the provider has not signed is refused, and changes nothing', async () => {
  const booking = await aBooking('accept');
  const other = randomBytes(24).toString('base64');
  expect((await report(booking, { secret: other })).status).toBe(403);
  expect(await stateOf(booking)).toBe('accepted');
});

test('what is not to be paid is not', async () => {
  expect((await report(await aBooking())).status).toBe(409);
});

test('the night ends what nobody has answered for two days, or paid for one, and nothing else', async () => {
  const [requested, accepted] = [await aBooking(), await aBooking('accept')];
  const paid = await aBooking('accept');
  expect((await report(paid)).status).toBe(204);
  const states = async (): Promise<string[]> => Promise.all([requested, accepted, paid].map(stateOf));

  clock.advance({ hours: 23 });
  await callFunction(expire);
  expect(await states()).toEqual(['requested', 'accepted', 'paid']);
  clock.advance({ hours: 2 });
  await callFunction(expire);
  expect(await states()).toEqual(['requested', 'expired', 'paid']);
  clock.advance({ days: 1 });
  await Promise.all([callFunction(expire), callFunction(expire)]);
  expect(await states()).toEqual(['expired', 'expired', 'paid']);
});

test('whoever is the other party hears of each step by mail, and the admin sees who took it', async () => {
  await deliverMessages();
  for (const file of readdirSync(mailFolder)) {
    rmSync(join(mailFolder, file));
  }
  const booking = await aBooking();
  expect((await ask(`POST /bookings/${booking}/accept`, { as: LENA })).status).toBe(200);
  expect((await ask(`POST /bookings/${booking}/decline`, { as: LENA })).status).toBe(409);
  expect(readdirSync(mailFolder)).toEqual([]);
  await deliverMessages();
  await deliverMessages();
  const mails = readdirSync(mailFolder).map((file) => readFileSync(join(mailFolder, file), 'utf8'));
  const told = mails.map((mail) => {
    const [head = '', text = ''] = mail.split('\r\n\r\n');
    return [/^To: (.*)$/m.exec(head)?.[1], Buffer.from(text, 'base64').toString().trim()];
  });
  expect(told.sort()).toEqual([
    ['lena@example.org', `The booking ${booking} of "Drill" is now requested.`],
    ['rita@example.org', `The booking ${booking} of "Drill" is now accepted.`],
  ]);
  const { items } = (await ask(`GET /bookings/${booking}/steps`, { as: ADMIN })).body;
  expect(items).toMatchObject([
    { state: 'accepted', by: 'lena' },
    { state: 'requested', by: 'rita' },
  ]);
  expect((await ask(`GET /bookings/${booking}/steps`, { as: LENA })).status).toBe(403);
});

test('the export is for admins: a line for each booking', async () => {
  expect((await ask('GET /exports/bookings')).status).toBe(401);
  expect((await ask('GET /exports/bookings', { as: LENA })).status).toBe(403);
  const booking = await aBooking();
  const { status, headers, text } = await ask('GET /exports/bookings?state=requested', { as: ADMIN });
  expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
  const lines = text.split('\r\n');
  expect(lines[0]).toBe('id,tool,renter,lender,state,price,createdAt');
  expect(lines[1]).toMatch(new RegExp(`^${booking},${tool},rita,lena,requested,500,2`));
});
