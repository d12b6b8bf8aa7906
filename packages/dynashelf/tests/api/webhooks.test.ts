// Webhooks as items: what is taken and refused, who sees the secret, and when.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { webhooks } from '../../src/events/webhooks/webhooks';
import { nameKey } from '../../src/events/webhooks/secret';
import { readWebhookSettings } from '../../src/events/webhooks/settings';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { hooked, names } from '../setup/hooked';
import { RULES } from '../../src/testing/rules';
import { scanTable } from '../setup/scan';

useTable();
const clock = useClock();
const ask = createClient({ resources: hooked });
const byRules = createClient({ resources: hooked, config: RULES });

const URL = 'https://app.example.com/hooks';
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;

beforeEach(() => {
  names.clear();
  names.set('app.example.com', [{ address: '93.184.215.14', family: 4 }]);
});

interface Made {
  readonly id: string;
  readonly secret: string;
  readonly version: number;
  readonly url: string;
  readonly types: string[];
}

const make = async (more: object = {}): Promise<Made> => {
  const { status, body } = await ask('POST /webhooks', { body: { url: URL, types: ['notes.*'], ...more } });
  expect(status).toBe(201);
  return body as Made;
};

/** All that the table holds, as text. */
const everything = async (): Promise<string> => JSON.stringify(await scanTable(tableName()));

const ada = { subject: 'ada' };
const ben = { subject: 'ben' };
const admin = { subject: 'root', roles: ['admin'] };

describe('the secret', () => {
  test('is in the answer to the request that makes the webhook, and in no other', async () => {
    const { id, secret } = await make();
    expect(secret).toMatch(SECRET);
    const others = [
      await ask(`GET /webhooks/${id}`),
      await ask('GET /webhooks'),
      await ask(`GET /webhooks?id[in]=${id}`),
      await ask(`PATCH /webhooks/${id}`, { body: { description: 'x' } }),
      await ask(`PUT /webhooks/${id}`, { body: { url: URL, types: ['notes.created'] } }),
      await ask(`PATCH /webhooks/${id}`, { headers: { 'If-Match': '"0"' }, body: { description: 'x' } }),
      await ask('POST /transactions', {
        body: { operations: [{ method: 'PATCH', path: `/webhooks/${id}`, body: { description: 'y' } }] },
      }),
    ];
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 412, 200]);
    for (const { text } of others) {
      expect(text).not.toContain('whsec_');
      expect(text).not.toContain(secret.slice(6));
    }
  });

  test('is not in the table, nor what only the engine is to know in an answer', async () => {
    const { id, secret } = await make();
    expect(await everything()).not.toContain(secret.slice(6));
    expect(Object.keys((await ask(`GET /webhooks/${id}`)).body as object).sort()).toEqual([
      'createdAt',
      'enabled',
      'id',
      'order',
      'secretVersion',
      'types',
      'updatedAt',
      'url',
      'version',
    ]);
  });

  test('is another for each webhook, be it made of the id of one that was deleted', async () => {
    const secrets = new Set<unknown>([(await make()).secret, (await make()).secret]);
    for (let time = 0; time < 2; time++) {
      const { status, body } = await ask('PUT /webhooks/mine', { body: { url: URL, types: ['*'] } });
      expect(status).toBe(201);
      secrets.add(body.secret);
      expect((await ask('DELETE /webhooks/mine')).status).toBe(204);
      clock.advance({ seconds: 1 });
    }
    expect(secrets.size).toBe(4);
  });

  test('is shown of each webhook of an array, and of one made in a transaction', async () => {
    const body = { url: URL, types: ['notes.*'] };
    const several = await ask('POST /webhooks', { body: [body, body] });
    expect(several.body.items.map((item: { secret: string }) => SECRET.test(item.secret))).toEqual([true, true]);
    const within = await ask('POST /transactions', {
      body: { operations: [{ method: 'POST', path: '/webhooks', body }] },
    });
    expect(within.body.results[0].body.secret).toMatch(SECRET);
  });

  test('cannot be chosen, nor the rights', async () => {
    const { id, secret } = await make({
      secret: `whsec_${'A'.repeat(43)}=`,
      secretVersion: 7,
      owner: 'ada',
      goneAt: '2026-01-01T00:00:00Z',
    });
    expect(secret).not.toContain('AAAA');
    expect((await ask(`GET /webhooks/${id}`)).body).toMatchObject({ secretVersion: 1 });
  });

  test('is made anew by rotation, which only those may ask for whom a rule lets', async () => {
    const { status, body } = await byRules('POST /webhooks', { as: ada, body: { url: URL, types: ['notes.*'] } });
    expect([status, body.owner]).toEqual([201, 'ada']);
    for (const as of [ben, admin, undefined]) {
      expect((await byRules(`POST /webhooks/${body.id}/rotate`, { as })).status).not.toBe(200);
    }
    const rotated = await byRules(`POST /webhooks/${body.id}/rotate`, { as: ada });
    expect(rotated.status).toBe(200);
    expect(rotated.body).toEqual({
      secret: expect.stringMatching(SECRET) as string,
      previousUntil: expect.any(String) as string,
    });
    expect(rotated.body.secret).not.toBe(body.secret);
    expect((await byRules(`GET /webhooks/${body.id}`, { as: ada })).body).toMatchObject({ secretVersion: 2 });
    expect(await everything()).not.toContain((rotated.body.secret as string).slice(6));
  });

  test('of many who rotate at once each is another', async () => {
    const { id } = await make();
    const answers = await Promise.all(Array.from({ length: 8 }, async () => ask(`POST /webhooks/${id}/rotate`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(new Set(answers.map(({ body }) => body.secret as string)).size).toBe(8);
    expect((await ask(`GET /webhooks/${id}`)).body.secretVersion).toBe(9);
  });
});

describe('a URL', () => {
  test.each([
    ['http://app.example.com/', 'not an https URL'],
    ['https://127.0.0.2:99999/', 'no URL'],
    ['https://10.0.0.1/', 'not public'],
    ['https://169.254.169.254/', 'not public'],
    ['https://0xa9fea9fe/', 'not public'],
    ['https://[::ffff:10.0.0.1]/', 'not public'],
    ['https://user:pass@app.example.com/', 'credentials'],
    ['https://app.example.com:25/', 'port 25'],
    ['https://inner.example.com/', 'not public'],
    ['nonsense', 'no URL'],
  ])('%s is refused: %s', async (url, reason) => {
    names.set('inner.example.com', [
      { address: '93.184.215.14', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ]);
    const { id, version } = await make();
    for (const { status, body } of [
      await ask('POST /webhooks', { body: { url, types: ['notes.*'] } }),
      await ask(`PATCH /webhooks/${id}`, { body: { url } }),
      await ask(`PUT /webhooks/${id}`, { body: { url, types: ['notes.*'] } }),
      await ask('PUT /webhooks/new-one', { body: { url, types: ['notes.*'] } }),
    ]) {
      expect([status, body.errors]).toEqual([
        422,
        [{ pointer: '#/url', detail: expect.stringContaining(reason) as string }],
      ]);
    }
    expect((await ask(`GET /webhooks/${id}`)).body).toMatchObject({ url: URL, version });
  });

  test('whose name does not resolve now is taken', async () => {
    expect((await make({ url: 'https://new.example.com/' })).url).toBe('https://new.example.com/');
  });

  test('that stays as it is is not asked for again', async () => {
    const { id } = await make();
    names.set('app.example.com', [{ address: '10.0.0.1', family: 4 }]);
    expect((await ask(`PATCH /webhooks/${id}`, { body: { description: 'x' } })).status).toBe(200);
  });
});

describe('types', () => {
  test.each([[['*']], [['notes.*']], [['notes.created', 'letters.deleted']], [['notes.expired']]])(
    '%j are taken',
    async (types) => {
      expect((await make({ types })).types).toEqual(types);
    },
  );

  test.each([
    [['papers.*'], '#/types/0', 'There are no changes of "papers"'],
    [['notes.*', 'note.created'], '#/types/1', 'Did you mean "notes"?'],
    [['notes'], '#/types/0', undefined],
    [['notes.changed'], '#/types/0', undefined],
    [['webhooks.*'], '#/types/0', 'There are no changes of "webhooks"'],
    [['*.created'], '#/types/0', undefined],
    [[], '#/types', undefined],
  ])('%j are not', async (types, pointer, detail) => {
    const { status, body } = await ask('POST /webhooks', { body: { url: URL, types } });
    expect([status, body.errors[0].pointer]).toEqual([422, pointer]);
    expect(body.errors[0].detail).toContain(detail ?? '');
  });
});

describe('by the rules', () => {
  test('a webhook belongs to who made it, and is nobody else’s to see or change', async () => {
    const made = await byRules('POST /webhooks', { as: ada, body: { url: URL, types: ['notes.*'] } });
    const { id } = made.body;
    expect((await byRules('GET /webhooks', { as: ada })).body.items.map((item: { id: string }) => item.id)).toContain(
      id,
    );
    expect((await byRules('GET /webhooks', { as: ben })).body.items).toEqual([]);
    for (const [line, body] of [
      [`GET /webhooks/${id}`],
      [`PATCH /webhooks/${id}`, { url: 'https://1.1.1.1/' }],
      [`DELETE /webhooks/${id}`],
      [`POST /webhooks/${id}/test`],
      [`GET /webhooks/${id}/deliveries`],
    ] as [string, object?][]) {
      expect((await byRules(line, { as: ben, ...(body && { body }) })).status).toBe(404);
    }
    expect((await byRules('POST /webhooks', { body: { url: URL, types: ['notes.*'] } })).status).toBe(401);
  });

  test('deliveries are those of the caller’s own webhooks', async () => {
    const {
      body: { id },
    } = await byRules('POST /webhooks', { as: ada, body: { url: URL, types: ['notes.*'] } });
    const tested = await byRules(`POST /webhooks/${id}/test`, { as: ada });
    expect(tested).toMatchObject({
      status: 201,
      body: { webhook: id, owner: 'ada', type: 'webhooks.test', status: 'pending', attempts: 0 },
    });
    expect(tested.headers['location']).toBe(`/webhook-deliveries/${tested.body.id}`);
    const ids = async (line: string, as: object): Promise<string[]> =>
      ((await byRules(line, { as: as as typeof ada })).body.items as { id: string }[]).map((item) => item.id);
    expect(await ids(`/webhooks/${id}/deliveries`.replace(/^/, 'GET '), ada)).toEqual([tested.body.id]);
    expect(await ids('GET /webhook-deliveries', ada)).toContain(tested.body.id);
    expect(await ids('GET /webhook-deliveries', ben)).toEqual([]);
    expect(await ids(`GET /webhooks/${id}/deliveries`, admin)).toEqual([tested.body.id]);
    for (const [line, body] of [
      ['POST /webhook-deliveries', {}],
      [`PATCH /webhook-deliveries/${tested.body.id}`, {}],
      [`DELETE /webhook-deliveries/${tested.body.id}`],
    ] as [string, object?][]) {
      expect((await byRules(line, { as: ada, ...(body && { body }) })).status).toBe(403);
    }
  });

  test('whose sight the bodies have is who named the URL, as their roles last were', async () => {
    const rights = async (id: string): Promise<unknown> => {
      const record = (await scanTable(tableName())).find(({ pk, sk }) => pk?.S === 'webhooks' && sk?.S === id);
      return JSON.parse(record!['rights']!.S!);
    };
    const {
      body: { id },
    } = await byRules('POST /webhooks', {
      as: { ...ada, roles: ['editor'], claims: { org: 'x', exp: 1, jti: 'z' } },
      body: { url: URL, types: ['notes.*'] },
    });
    expect(await rights(id)).toMatchObject({ kind: 'token', subject: 'ada', roles: ['editor'], claims: { org: 'x' } });
    // Another's change of anything else leaves them.
    await byRules(`PATCH /webhooks/${id}`, { as: admin, body: { enabled: false } });
    expect(await rights(id)).toMatchObject({ subject: 'ada', roles: ['editor'] });
    // The same caller's brings them up to date.
    await byRules(`PATCH /webhooks/${id}`, { as: ada, body: { enabled: true } });
    expect(await rights(id)).toMatchObject({ subject: 'ada', roles: [] });
    // Whoever names another URL gets no more than they see.
    await byRules(`PATCH /webhooks/${id}`, { as: admin, body: { url: 'https://1.1.1.1/' } });
    expect(await rights(id)).toMatchObject({ subject: 'root', roles: ['admin'] });
    expect((await byRules(`GET /webhooks/${id}`, { as: ada })).body.owner).toBe('ada');
    await byRules(`PATCH /webhooks/${id}`, { as: ada, body: { url: 'https://8.8.8.8/' } });
    expect(await rights(id)).toMatchObject({ subject: 'ada', roles: [] });
  });
});

test('a disabled webhook is not tested', async () => {
  const { id } = await make({ enabled: false });
  expect((await ask(`POST /webhooks/${id}/test`)).status).toBe(409);
});

describe('mistakes are sentences when the files are loaded', () => {
  const plain = defineResource({ name: 'plain', description: 'Plain.', schema: { text: String } });

  test('webhooks without anything they could be told of', () => {
    expect(() => listResources(plain, ...webhooks())).toThrow(
      'no resource whose changes they could be told of: write changes: true',
    );
  });

  test('access to what there is not', () => {
    expect(() => webhooks({ access: { rotat: 'public' } as never })).toThrow(
      /^src\/resources\/index\.ts: webhooks: access speaks of "rotat".*Did you mean "rotate"\?/,
    );
    expect(() => webhooks({ access: { read: { owner: 'ownr' } as never } })).toThrow('names the owner "ownr"');
  });
});

describe('the environment', () => {
  const LOCAL = { AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost' };

  test('says of which keys secrets are made, and which ports are taken', () => {
    expect(readWebhookSettings({ WEBHOOK_KEY: 'the key of this year, the key of last year' })).toEqual({
      keys: ['the key of this year', 'the key of last year'],
      rules: { ports: [443, 8443], isLocalAllowed: false },
    });
    expect(
      readWebhookSettings({ WEBHOOK_KEY: 'a key of sixteen characters', WEBHOOK_PORTS: '443, 9000' }).rules.ports,
    ).toEqual([443, 9000]);
    expect(
      readWebhookSettings({ ...LOCAL, WEBHOOK_KEY: 'a key of sixteen characters', WEBHOOK_TARGETS: 'local' }).rules
        .isLocalAllowed,
    ).toBe(true);
  });

  test.each([
    [{}, 'WEBHOOK_KEY is not set'],
    [{ WEBHOOK_KEY: 'short' }, 'WEBHOOK_KEY holds a secret shorter'],
    [{ WEBHOOK_KEY: '{{resolve:ssm:/a/b/webhook-key}}' }, 'WEBHOOK_KEY holds a reference'],
    [{ WEBHOOK_KEY: 'a key of sixteen characters', WEBHOOK_PORTS: '443;22' }, 'WEBHOOK_PORTS is "443;22"'],
    [{ WEBHOOK_KEY: 'a key of sixteen characters', WEBHOOK_PORTS: '70000' }, 'WEBHOOK_PORTS is "70000"'],
    [{ WEBHOOK_KEY: 'a key of sixteen characters', WEBHOOK_TARGETS: 'any' }, 'WEBHOOK_TARGETS is "any"'],
    [{ WEBHOOK_KEY: 'a key of sixteen characters', WEBHOOK_TARGETS: 'local' }, "for a developer's machine alone"],
  ])('%j is a mistake: %s', (environment, said) => {
    expect(() => readWebhookSettings(environment)).toThrow(said);
  });

  test('names a key without telling it', () => {
    expect(nameKey('a key of sixteen characters')).toHaveLength(8);
  });
});
