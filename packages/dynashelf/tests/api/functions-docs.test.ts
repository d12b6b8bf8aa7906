// The examples of docs/functions.md do what the page says.

import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';

import * as face from '../../src/index';
import * as lambda from '../../src/lambda';
import type { FunctionHandler } from '../../src/functions/defined';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { deliverMessages } from '../../src/testing/functions';
import { useTable } from '../../src/testing/table';
import { APP } from '../setup/places';
import { CLIENTS } from '../setup/race';
import { RULES } from '../../src/testing/rules';
import { bookingAccepted, toolshed } from '../setup/toolshed';

useTable();
const clock = useClock();

const page = readFileSync(join(APP, 'docs/functions.md'), 'utf8');

const MODULES: Record<string, unknown> = {
  dynashelf: face,
  'dynashelf/lambda': lambda,
  '../resources/index': { resources: toolshed },
  '../messages': { bookingAccepted },
};

/** The packages of the examples are for development alone; a clone that was installed before has none of them yet. */
function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The handlers that the examples export, by the names of their files. */
const functions = Object.fromEntries(
  [...page.matchAll(/```ts\n(\/\/ src\/functions\/(\w+)\.ts\n[^]*?)```/g)].flatMap(([, code = '', name = '']) => {
    if (![...code.matchAll(/from '([a-z]+)'/g)].every(([, id = '']) => id in MODULES || isInstalled(id))) {
      return [];
    }
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023, esModuleInterop: true },
    });
    const exported = {} as { handler: FunctionHandler };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is the page's own
    new Function('exports', 'require', outputText)(exported, (id: string) => MODULES[id] ?? jest.requireActual(id));
    return [[name, exported.handler]];
  }),
);

const ask = createClient({ resources: toolshed, functions, config: RULES });
const open = createClient({ resources: toolshed, functions });

const given = async (): Promise<{ tool: string; booking: string }> => {
  const tool = (await open('POST /tools', { body: { name: 'Drill', owner: 'ada', price: 4 } })).body.id as string;
  const booking = (await open('POST /bookings', { body: { tool, renter: 'ben' } })).body.id as string;
  return { tool, booking };
};

test('quote says what it costs, to callers who are known', async () => {
  const { tool } = await given();
  expect((await ask('POST /quotes', { body: { tool, days: 3 }, as: { subject: 'ben' } })).body).toEqual({ price: 12 });
  expect((await ask('POST /quotes', { body: { tool } })).status).toBe(401);
  expect((await ask('POST /quotes', { body: { tool, days: 31 }, as: { subject: 'ben' } })).body.errors).toMatchObject([
    { pointer: '#/days' },
  ]);
});

test('report counts the bookings of an owner’s tools', async () => {
  const { tool } = await given();
  await open('POST /bookings', { body: { tool, renter: 'cem' } });
  const owner = 'ada';
  const year = new Date().getUTCFullYear();
  const before = (await ask(`GET /reports/${year}/${owner}`, { as: { subject: 'ben' } })).body.bookings as number;
  await open('POST /bookings', { body: { tool, renter: 'dan' } });
  expect((await ask(`GET /reports/${year}/${owner}`, { as: { subject: 'ben' } })).body).toEqual({
    bookings: before + 1,
  });
  expect((await ask(`GET /reports/${year - 1}/${owner}`, { as: { subject: 'ben' } })).body).toEqual({ bookings: 0 });
  expect((await ask('GET /reports/1999/ada', { as: { subject: 'ben' } })).status).toBe(400);
});

test('expire ends the bookings that nobody has paid for a day, and no others', async () => {
  const old = await given();
  const paid = await given();
  await open(`POST /bookings/${paid.booking}/pay`, { body: { payment: 'p-1' } });
  clock.advance({ hours: 25 });
  const young = await given();
  await functions['expire']!({ time: new Date().toISOString() });
  const states = await Promise.all(
    [old, paid, young].map(async ({ booking }) => (await open(`GET /bookings/${booking}`)).body.state as string),
  );
  expect(states).toEqual(['expired', 'paid', 'requested']);
});

test('mail tells the renter, in a file that a mail program opens, under the key of the message', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mail-'));
  process.env['MAIL_FOLDER'] = folder;
  const { booking } = await given();
  await open(`POST /bookings/${booking}/accept`, { body: { note: 'Grüße\r\nBcc: x@example.org' } });
  expect(await deliverMessages(functions)).toMatchObject({ delivered: 1 });
  const [file] = readdirSync(folder);
  const [head = '', body = ''] = readFileSync(join(folder, file!), 'utf8').split('\r\n\r\n');
  // RFC 2047 §6.2: blanks between encoded words are none of the text.
  const words = [...head.matchAll(/=\?UTF-8\?B\?([^?]+)\?=/g)].map(([, word = '']) => Buffer.from(word, 'base64'));
  expect(Buffer.concat(words).toString()).toBe('You may have: Drill');
  expect(head).toContain('To: ben@example.org\r\n');
  expect(head).toContain(`Message-ID: <${file!.replace('.eml', '')}@example.org>`);
  expect(head).not.toContain('Bcc');
  expect(Buffer.from(body, 'base64').toString()).toContain('Note: Grüße');
  rmSync(folder, { recursive: true });
});

test('the message of the page is the one that the tests send', () => {
  const [, code = ''] = /```ts\n\/\/ src\/messages\.ts\n([^]*?)```/.exec(page) ?? [];
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const exported = {} as { bookingAccepted: typeof bookingAccepted };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is the page's own
  new Function('exports', 'require', outputText)(exported, (id: string) => MODULES[id]);
  expect(exported.bookingAccepted).toEqual(bookingAccepted);
});

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const ifInstalled = (name: string): typeof describe => {
  if (isInstalled(name)) {
    return describe;
  }
  console.warn(`The package ${name} is not installed, so its example is not tried: npm ci.`);
  return describe.skip;
};

/** What differs between the two examples: how their senders sign. */
interface Sender {
  readonly path: string;
  readonly event: (booking: string, payment: string) => object;
  readonly sign: (id: string, at: Date, body: string) => Record<string, string>;
}

function webhooks({ path, event, sign }: Sender): void {
  const line = `POST ${path}`;
  const send = async (
    booking: string,
    id: string,
    more: { at?: Date; body?: string; headers?: object } = {},
  ): Promise<number> => {
    const body = JSON.stringify({ ...event(booking, `${path} ${id}`), id });
    const headers = { ...sign(id, more.at ?? new Date(), body), ...more.headers };
    return (await ask(line, { body: more.body ?? body, headers })).status;
  };
  const versionOf = async (booking: string): Promise<number> =>
    (await open(`GET /bookings/${booking}`)).body.version as number;

  test('a payment that is signed is noted; what is not, or not so, is refused and changes nothing', async () => {
    const { booking } = await given();
    expect(
      await send(booking, 'one', { headers: { 'webhook-signature': 'v1,AAAA', 'stripe-signature': 't=1,v1=00' } }),
    ).toBe(403);
    expect(await send(booking, 'one', { headers: { 'webhook-signature': '', 'stripe-signature': '' } })).toBe(403);
    expect(
      await send(booking, 'one', { body: JSON.stringify({ ...event(booking, `${path} one`), id: 'one', more: 1 }) }),
    ).toBe(403);
    expect(await versionOf(booking)).toBe(1);
    expect(await send(booking, 'one')).toBe(204);
    expect((await open(`GET /bookings/${booking}`)).body).toMatchObject({
      state: 'paid',
      payment: `${path} one`,
      version: 2,
    });
  });

  test('a copy has no effect, at once, and no longer than five minutes later is it even read', async () => {
    const { booking } = await given();
    const at = new Date();
    expect(await send(booking, 'two', { at })).toBe(204);
    expect(await send(booking, 'two', { at })).toBe(204);
    expect(await versionOf(booking)).toBe(2);
    clock.advance({ minutes: 6 });
    expect(await send(booking, 'two', { at })).toBe(403);
    // Sent again by the sender, signed anew.
    expect(await send(booking, 'two')).toBe(204);
    expect(await versionOf(booking)).toBe(2);
  });

  test('of many at once one has an effect; the others are told to come again, or see that it is done', async () => {
    const { booking } = await given();
    const statuses = await Promise.all(Array.from({ length: CLIENTS }, async () => send(booking, 'three')));
    expect(statuses.filter((status) => ![204, 409].includes(status))).toEqual([]);
    expect(statuses).toContain(204);
    expect(await versionOf(booking)).toBe(2);
    expect(await send(booking, 'three')).toBe(204);
  });
}

ifInstalled('standardwebhooks')('Standard Webhooks, by their own library', () => {
  process.env['WEBHOOK_SECRET'] = SECRET;
  webhooks({
    path: '/payments/webhook',
    event: (booking, payment) => ({ type: 'payment.succeeded', data: { booking, payment } }),
    sign(id, at, body) {
      const { Webhook } = jest.requireActual<{
        Webhook: new (secret: string) => { sign(id: string, at: Date, body: string): string };
      }>('standardwebhooks');
      return {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(SECRET).sign(id, at, body),
      };
    },
  });
});

ifInstalled('stripe')('Stripe’s signatures, by its own library', () => {
  process.env['STRIPE_SECRET'] = SECRET;
  webhooks({
    path: '/stripe/webhook',
    event: (booking, payment) => ({
      object: 'event',
      type: 'payment_intent.succeeded',
      data: { object: { id: payment, metadata: { booking } } },
    }),
    // https://docs.stripe.com/webhooks/signature
    sign(_id, at, body) {
      const time = Math.floor(at.getTime() / 1000);
      return {
        'stripe-signature': `t=${time},v1=${createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex')}`,
      };
    },
  });
});
