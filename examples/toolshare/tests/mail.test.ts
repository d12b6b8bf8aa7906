// Mails by SES: what is sent to it, and what follows where it refuses, against a server that speaks as SES does.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { createClient, deliverMessages, useClock, useTable } from 'dynashelf/testing';

interface Sent {
  method: string | undefined;
  path: string | undefined;
  authorization: string | undefined;
  body: { Destination: { ToAddresses: string[] }; Content: { Raw: { Data: string } } };
}

const sent: Sent[] = [];
let isRefusing = false;
let server: Server;

/** SendEmail of SES: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
async function receive(request: IncomingMessage): Promise<[status: number, body: object]> {
  const { method, url: path, headers } = request;
  sent.push({
    method,
    path,
    authorization: headers.authorization,
    body: JSON.parse(await text(request)) as Sent['body'],
  });
  return isRefusing
    ? [400, { __type: 'MessageRejected', message: 'Email address is not verified.' }]
    : [200, { MessageId: `m-${sent.length}` }];
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void receive(request).then(([status, body]) => {
      response.writeHead(status, {
        'Content-Type': 'application/json',
        ...(status !== 200 && { 'x-amzn-ErrorType': 'MessageRejected' }),
      });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ENDPOINT_URL_SESV2'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['MAIL_FROM'] = 'tools@example.org';
});
afterAll(async () => {
  delete process.env['MAIL_FROM'];
  delete process.env['AWS_ENDPOINT_URL_SESV2'];
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  sent.length = 0;
  isRefusing = false;
});

useTable();
const clock = useClock();
const open = createClient();

let day = 0;
/** A booking of Rita's that Lena accepts: of that Rita hears. */
async function anAcceptedBooking(): Promise<string> {
  for (const [id, name] of Object.entries({ lena: 'Lena', rita: 'Rita' })) {
    await open(`PUT /users/${id}`, { body: { name, email: `${id}@example.org` } });
  }
  await open('PUT /tools/drill', { body: { owner: 'lena', title: 'Drill with Ümlaut', price: 500 } });
  const days = [new Date(Date.UTC(2100, 0, ++day)).toISOString().slice(0, 10)];
  const body = { tool: 'drill', renter: 'rita', lender: 'lena', days, price: 500 };
  const { id } = (await open('POST /bookings', { body })).body as { id: string };
  await open(`POST /bookings/${id}/accept`);
  return id;
}

test('a mail goes to SES as it is to arrive, signed, one for each message', async () => {
  const booking = await anAcceptedBooking();
  const { delivered, failed } = await deliverMessages();
  expect({ delivered, failed }).toEqual({ delivered: sent.length, failed: 0 });
  expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual(sent.map(() => 'POST /v2/email/outbound-emails'));
  expect(sent[0]!.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=.*\/ses\/aws4_request/);
  const accepted = sent.find(({ body }) => mailOf(body).text.includes('accepted'))!;
  expect(accepted.body.Destination).toEqual({ ToAddresses: [expect.stringMatching(/^(?:lena|rita)@example.org$/)] });
  const { head, text: said } = mailOf(accepted.body);
  expect(head).toContain('From: tools@example.org\r\n');
  expect(head).toContain('Subject: =?UTF-8?B?');
  expect(head).toMatch(/Message-ID: <[\w-]+@example.org>/);
  expect(said).toContain(`The booking ${booking} of "Drill with Ümlaut" is now accepted.`);
});

afterEach(() => jest.restoreAllMocks());

test('what SES refuses is sent again a minute later, under the same Message-ID', async () => {
  await anAcceptedBooking();
  isRefusing = true;
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const first = await deliverMessages();
  expect(first.failed).toBeGreaterThan(0);
  expect(first.delivered).toBe(0);
  isRefusing = false;
  const refused = sent.splice(0).map(({ body }) => idOf(body));
  expect((await deliverMessages()).delivered).toBe(0);
  clock.advance({ seconds: 61 });
  expect((await deliverMessages()).delivered).toBe(refused.length);
  expect(sent.map(({ body }) => idOf(body)).sort()).toEqual(refused.sort());
});

function mailOf({ Content }: Sent['body']): { head: string; text: string } {
  const [head = '', coded = ''] = Buffer.from(Content.Raw.Data, 'base64').toString('utf8').split('\r\n\r\n');
  return { head, text: Buffer.from(coded, 'base64').toString('utf8') };
}

function idOf(body: Sent['body']): string | undefined {
  return /Message-ID: (.*)/.exec(mailOf(body).head)?.[1];
}
