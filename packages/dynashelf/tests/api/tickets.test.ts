// Tickets for sockets, and that a socket has the rights of whoever asked for its ticket.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { useTable } from '../../src/testing/table';
import { useTokens } from '../../src/testing/tokens';
import { changing } from '../setup/changing';
import { notes } from '../setup/notes';
import { openSocketWorld } from '../setup/sockets';

useTable();
const clock = useClock();
const tokens = useTokens();
const config = { socketUrl: 'wss://live.example.com/dev' };
const ask = createClient({ resources: changing, config, tokens });
const world = openSocketWorld(changing);
const secrets = defineResource({
  name: 'secrets',
  description: 'What not everyone sees.',
  schema: { text: String },
  access: { list: 'authenticated' },
  changes: true,
});
const ada = { token: '' };
beforeAll(() => {
  ada.token = tokens.sign({ subject: 'ada', expiresIn: 600 });
});

test('a ticket is a URL that is good for a minute, and nothing keeps', async () => {
  clock.set('2026-01-31T12:00:00Z');
  const as = { token: tokens.sign({ subject: 'ada' }) };
  const { status, headers, body } = await ask('POST /tickets', { as });
  expect([status, headers['cache-control'], body]).toEqual([
    201,
    'no-store',
    {
      url: expect.stringMatching(/^wss:\/\/live\.example\.com\/dev\?ticket=[\w-]{43}$/) as string,
      expires: '2026-01-31T12:01:00.000Z',
    },
  ]);
});

test('it carries who asked for it, and until when its token is good', async () => {
  const { body } = await ask('POST /tickets', { as: ada, base: '/dev' });
  const socket = await world.connect(new URL(body.url as string).searchParams.get('ticket')!);
  if (typeof socket === 'number') {
    throw new Error(`refused with ${socket}`);
  }
  await socket.say({ action: 'subscribe', collection: 'memos', filter: { secret: 'x' } });
  expect(socket.messages).toMatchObject([{ problem: { status: 400, type: '/dev/docs#malformed-request' } }]);
  clock.advance({ seconds: 590 });
  await socket.say({ action: 'ping' });
  expect(socket.isOpen).toBe(true);
  clock.advance({ seconds: 11 });
  await socket.say({ action: 'ping' });
  expect([socket.messages.at(-1), socket.isOpen]).toEqual([{ action: 'expired' }, false]);
});

test('who has no token gets one where some changes are public', async () => {
  expect((await ask('POST /tickets')).status).toBe(201);
  const closed = createClient({ resources: listResources(secrets), config, tokens });
  const { status, headers } = await closed('POST /tickets');
  expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
});

test.each([
  ['a body', 'POST /tickets', { body: {} }, 400],
  ['a parameter', 'POST /tickets?x=1', {}, 400],
  ['another media type', 'POST /tickets', { headers: { Accept: 'text/html' } }, 406],
  ['another method', 'PUT /tickets', {}, 405],
  ['GET', 'GET /tickets', {}, 405],
  ['a path below', 'GET /tickets/1', {}, 404],
])('%s is refused', async (_name, line, more, status) => {
  expect((await ask(line, { as: ada, ...more })).status).toBe(status);
});

test('where there are no sockets, or no changes are told, the path is as any other that is not served', async () => {
  expect((await createClient({ resources: changing, tokens })('POST /tickets', { as: ada })).status).toBe(404);
  const others = createClient({ resources: listResources(notes), config, tokens });
  const [{ status, body }, other] = [
    await others('POST /tickets', { as: ada }),
    await others('POST /nothing', { as: ada }),
  ];
  expect([status, body.detail]).toEqual([404, other.body.detail]);
});
