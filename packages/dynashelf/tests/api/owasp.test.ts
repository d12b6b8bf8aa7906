// OWASP API Security Top 10 (2023), https://owasp.org/API-Security/editions/2023/en/0x11-t10/: each risk, tried.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROUTES } from '../../src/serverless/routes';

import { defineResource, listResources } from '../../src/definition/define-resource';
import { describeApi } from '../../src/description/openapi';
import { resources } from '../library/src/resources/index';
import type { Send } from '../../src/store/client/send';
import { connect } from '#connect';
import { createClient } from '../../src/testing/client';
import type { As } from '../../src/testing/ask';
import { papersWith } from '../setup/papers';
import { ADA, BEN, EDITOR, RULES } from '../setup/rules';
import { useTable } from '../../src/testing/table';
import { thingResources } from '../setup/things';

useTable();

const ROOT = join(__dirname, '../..');
const OWN = { owner: 'owner' } as const;
const ask = createClient({
  resources: papersWith({
    list: OWN,
    read: OWN,
    create: OWN,
    replace: OWN,
    patch: OWN,
    delete: OWN,
    publish: { role: 'editor' },
  }),
  config: RULES,
  described: false,
});
const open = createClient({ resources: thingResources, described: false });

async function paperOf(as: As): Promise<string> {
  const { status, body } = await ask('POST /papers', { body: { title: 'Private' }, as });
  expect(status).toBe(201);
  return body.id as string;
}

describe('API1 broken object level authorization', () => {
  test('another’s item is 404 in every way that names it, as one that does not exist', async () => {
    const id = await paperOf(ADA);
    const lines: [string, object?][] = [
      [`GET /papers/${id}`],
      [`HEAD /papers/${id}`],
      [`DELETE /papers/${id}`],
      [`PATCH /papers/${id}`, { title: 'Mine' }],
      ['POST /transactions', { operations: [{ method: 'GET', path: `/papers/${id}` }] }],
      ['POST /transactions', { operations: [{ method: 'DELETE', path: `/papers/${id}` }] }],
    ];
    for (const [line, body] of lines) {
      const [theirs, none] = await Promise.all(
        [id, 'none'].map(async (name) =>
          ask(line.replace(id, name), {
            body: body && (JSON.parse(JSON.stringify(body).replace(id, name)) as object),
            as: BEN,
          }),
        ),
      );
      expect([line, theirs!.status]).toEqual([line, 404]);
      expect(theirs!.text.replaceAll(id, 'none').replace(/request-\d+/, '')).toBe(
        none!.text.replace(/request-\d+/, ''),
      );
    }
    expect((await ask(`GET /papers/${id}`, { as: ADA })).body).toMatchObject({ title: 'Private', version: 1 });
  });

  test('lists, filters, counts, batches of ids and another’s cursor show nothing of it', async () => {
    const ids = [await paperOf(ADA), await paperOf(ADA)];
    for (const query of ['', '?owner=ada', `?id[in]=${ids.join()}`, '?title[begins]=P']) {
      const { status, text } = await ask(`GET /papers${query}`, { as: BEN, headers: { Prefer: 'count=exact' } });
      expect([query, status, ids.some((id) => text.includes(id))]).toEqual([query, 200, false]);
    }
    const { body } = await ask('GET /papers?limit=1', { as: ADA });
    expect(body.next).toEqual(expect.any(String));
    expect((await ask(`GET ${String(body.next)}`, { as: BEN })).status).toBe(400);
  });
});

describe('API2 broken authentication', () => {
  test('without good credentials nothing is served, and the answer says which are wanted', async () => {
    const { status, headers } = await ask('GET /papers');
    expect([status, headers['www-authenticate']]).toEqual([401, expect.stringContaining('Bearer')]);
  });

  test('what a client says of itself in headers, parameters and bodies makes it nobody', async () => {
    const id = await paperOf(ADA);
    const headers = {
      Authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.',
      'X-Amzn-Oidc-Identity': 'ada',
      'X-Forwarded-User': 'ada',
      Principalid: 'ada',
      subject: 'ada',
    };
    expect((await ask(`GET /papers/${id}`, { headers })).status).toBe(401);
    expect((await ask(`GET /papers/${id}`, { headers, as: BEN })).status).toBe(404);
  });

  test('a token that has ended since it was verified is refused', async () => {
    expect(
      (await ask('GET /papers', { as: { subject: 'ada', expires: Math.floor(Date.now() / 1000) - 1 } })).status,
    ).toBe(401);
  });

  test('a deployment that trusts no credentials serves no data', async () => {
    const closed = createClient({
      resources: thingResources,
      config: { access: 'rules', tokens: undefined, apiKeys: false },
      described: false,
    });
    for (const line of ['GET /things', 'GET /things/1', 'DELETE /things/1']) {
      expect([line, (await closed(line, { as: ADA })).status]).toEqual([line, 403]);
    }
  });
});

describe('API3 broken object property level authorization', () => {
  test('what a body may not set is not set: the owner, the system’s own, and what is another’s to write', async () => {
    const { body } = await ask('POST /papers', {
      as: ADA,
      body: { id: 'chosen', owner: 'ben', version: 99, createdAt: '2000-01-01T00:00:00.000Z', title: 'a', grade: 1 },
    });
    expect(body).toMatchObject({ owner: 'ada', version: 1 });
    expect(body.id).not.toBe('chosen');
    expect(body.createdAt).not.toBe('2000-01-01T00:00:00.000Z');
    expect(body.grade).toBeUndefined();
    await ask(`PATCH /papers/${body.id}`, { as: ADA, body: { owner: 'ben', grade: 1 } });
    expect((await ask(`GET /papers/${body.id}`, { as: ADA })).body).toMatchObject({ owner: 'ada' });
  });

  test('an attribute that the schema does not know is refused, not stored', async () => {
    expect((await ask('POST /papers', { as: ADA, body: { title: 'a', isAdmin: true } })).status).toBe(422);
  });

  test('what a caller may not read is in no answer, and cannot be asked or ordered by', async () => {
    const { body } = await ask('POST /papers', { as: ADA, body: { title: 'a', pin: '1234' } });
    expect(
      JSON.stringify([
        body,
        (await ask(`GET /papers/${body.id}`, { as: ADA })).body,
        (await ask('GET /papers', { as: ADA })).body,
      ]),
    ).not.toMatch(/"pin"|1234|"grade"/);
    for (const query of ['grade=1', 'grade[gte]=0', 'sort=grade', 'fields=grade', 'pin[begins]=1']) {
      expect([query, (await ask(`GET /papers?${query}`, { as: ADA })).status]).toEqual([query, 400]);
    }
  });
});

describe('API4 unrestricted resource consumption', () => {
  test('no page, batch, array or transaction is larger than its limit', async () => {
    expect((await open('GET /things?limit=101')).status).toBe(400);
    expect(
      (await open(`GET /things?id[in]=${Array.from({ length: 101 }, (_, index) => `a${index}`).join()}`)).status,
    ).toBe(400);
    expect((await open('POST /things', { body: Array.from({ length: 101 }, () => ({ title: 'a' })) })).status).toBe(
      413,
    );
    expect(
      (
        await open('POST /transactions', {
          body: { operations: Array.from({ length: 101 }, () => ({ method: 'GET', path: '/things/1' })) },
        })
      ).status,
    ).toBe(413);
  });

  test('a list reads a bounded number of pages, whatever its filter leaves out, and never scans', async () => {
    const sent: string[] = [];
    const send: Send = async (operation, input) => {
      sent.push(operation);
      return connect()(operation, input);
    };
    for (let index = 0; index < 5; index++) {
      await open('POST /things', { body: Array.from({ length: 10 }, () => ({ title: 'a'.repeat(50_000) })) });
    }
    const counted = createClient({ resources: thingResources, send, config: { readLimit: 2 }, described: false });
    const { status, body } = await counted('GET /things?title=none&limit=100');
    expect([status, body.items]).toEqual([200, []]);
    expect(sent.length).toBeLessThanOrEqual(2);
    expect(new Set(sent)).toEqual(new Set(['Query']));
  });

  test('an answer is never more than Lambda can send: a page ends, and a transaction is refused before it writes', async () => {
    const title = 'a'.repeat(390_000);
    const paths = Array.from({ length: 15 }, (_, index) => `/things/large-${index}`);
    for (const path of paths) {
      expect((await open(`PUT ${path}`, { body: { title } })).status).toBe(201);
    }
    const page = await open('GET /things?limit=100');
    expect(Buffer.byteLength(page.text)).toBeLessThan(6_000_000);
    expect(page.body.next).toEqual(expect.any(String));
    const written = await open('POST /transactions', {
      body: { operations: paths.map((path) => ({ method: 'PATCH', path, body: { group: 'g' } })) },
    });
    expect([written.status, written.body.detail]).toEqual([413, expect.stringContaining('4 MB')]);
    expect((await open(`GET ${paths[0]!}`)).body.version).toBe(1);
    // Each control character is one byte as it is stored, and seven as Lambda sends it.
    const controls = Array.from({ length: 4 }, (_, index) => `/things/controls-${index}`);
    for (const path of controls) {
      expect((await open(`PUT ${path}`, { body: { title: '\u0001'.repeat(170_000) } })).status).toBe(201);
    }
    const shown = await open('POST /transactions', {
      body: { operations: controls.map((path) => ({ method: 'PATCH', path, body: { group: 'g' } })) },
    });
    expect([shown.status, shown.body.detail]).toEqual([413, expect.stringContaining('return=minimal')]);
    expect((await open(`GET ${controls[0]!}`)).body.version).toBe(1);
  });

  // What bodies cost: tests/api/hardening-cost.test.ts. How long patterns take: tests/unit/local/patterns.test.ts.
});

describe('API5 broken function level authorization', () => {
  test('an operation or action of another role is 403, and 401 for nobody', async () => {
    const id = await paperOf(ADA);
    expect((await ask(`POST /papers/${id}/publish`, { as: ADA, body: {} })).status).toBe(403);
    expect((await ask(`POST /papers/${id}/publish`, { body: {} })).status).toBe(401);
    // Who may publish it may not read it: done, and not shown.
    expect(await ask(`POST /papers/${id}/publish`, { as: EDITOR, body: {} })).toMatchObject({ status: 204, text: '' });
    expect((await ask(`GET /papers/${id}`, { as: ADA })).body).toMatchObject({ state: 'published', version: 2 });
  });

  test('what is not declared is refused, by whatever method, path or spelling', async () => {
    const closed = createClient({ resources: papersWith({ read: 'public' }), config: RULES, described: false });
    await closed('GET /papers/1', { as: EDITOR });
    for (const line of [
      'GET /papers',
      'POST /papers',
      'PUT /papers/1',
      'PATCH /papers/1',
      'DELETE /papers/1',
      'POST /papers/1/publish',
    ]) {
      expect([line, (await closed(line, { as: EDITOR, body: { title: 'a' } })).status]).toEqual([line, 403]);
    }
    for (const line of [
      'GET /Papers',
      'GET /papers/',
      'GET /papers//',
      'POST /papers/1/Publish',
      'GET /papers;a=b',
      'GET /papers%2F1',
    ]) {
      expect([line, (await closed(line, { as: EDITOR, body: {} })).status]).toEqual([line, 404]);
    }
  });

  test('a header does not change the method', async () => {
    const id = await paperOf(ADA);
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      await ask(`GET /papers/${id}`, { as: ADA, headers: { [name]: 'DELETE' } });
    }
    expect((await ask(`GET /papers/${id}`, { as: ADA })).status).toBe(200);
  });
});

describe('API6 unrestricted access to sensitive business flows', () => {
  test('the last copy is lent once, however many ask at once', async () => {
    const library = createClient({ resources, described: false });
    await library('PUT /books/rare', { body: { title: 'Rare', author: 'A', copies: 1 } });
    await library('PUT /members/m', { body: { name: 'M', email: 'm@example.org' } });
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => library('POST /books/rare/checkout', { body: { member: 'm' } })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
  });

  // Quotas are API Gateway's, by usage plan: tests/unit/package.test.ts reads them.
});

describe('API7 server side request forgery', () => {
  test('an address in an attribute, a header or a parameter is a text: nothing is fetched', async () => {
    const fetched = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('Nothing may be fetched.'));
    const link = 'http://169.254.169.254/latest/meta-data/';
    const headers = {
      Origin: link,
      Referer: link,
      Host: '169.254.169.254',
      'X-Forwarded-Host': '169.254.169.254',
      Forwarded: 'host=169.254.169.254',
    };
    const { status, body, text } = await open('POST /things', { headers, body: { title: link, link } });
    expect(status).toBe(201);
    expect(body.link).toBe(link);
    const { headers: answered } = await open(`GET /things?title=${encodeURIComponent(link)}&limit=1`, { headers });
    expect(JSON.stringify({ ...answered, link: undefined })).not.toContain('169.254');
    expect(text).toContain(link);
    expect(fetched).not.toHaveBeenCalled();
    fetched.mockRestore();
  });

  test('only what speaks with AWS, with the issuer that the configuration names, and with webhooks at public addresses opens connections', () => {
    const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    // It is the reader's browser that runs the script of the page.
    const ofThePage = join('description', 'page-changes.ts');
    const opening = files
      .filter((file) => file !== ofThePage)
      .filter((file) =>
        /\bfetch\(|from '(?:node:)?(?:https?|net|tls|dns|dgram|http2|child_process)'|createRemoteJWKSet/.test(
          // What looks at the text of an address opens nothing.
          readFileSync(join(ROOT, 'src', file), 'utf8').replace("import { isIPv4, isIPv6 } from 'node:net';", ''),
        ),
      );
    expect(
      opening.filter(
        (file) =>
          !/^(store\/|functions\/invoke\.ts$|events\/(signed-post|socket-gateway|webhooks\/(post|public-address|target))\.ts$|authentication\/issuer-answer\.ts$|local\/|testing\/)/.test(
            file.replaceAll('\\', '/'),
          ),
      ),
    ).toEqual([]);
  });
});

describe('API8 security misconfiguration', () => {
  test('an error shows nothing of the inside', async () => {
    const broken = createClient({
      resources: listResources(
        defineResource({
          name: 'broken',
          description: 'Broken.',
          schema: {
            text: {
              type: String,
              default: () => {
                throw new Error('secret inside');
              },
            },
          },
        }),
      ),
      described: false,
    });
    const spy = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const { status, text } = await broken('POST /broken', { body: {} });
    spy.mockRestore();
    expect(status).toBe(500);
    expect(text).not.toMatch(/secret inside|\.ts|at |Error:/);
  });

  test('an origin that is not configured is told nothing, also on errors', async () => {
    const strict = createClient({
      resources: thingResources,
      config: { corsOrigins: ['https://app.example'] },
      described: false,
    });
    for (const line of ['GET /things', 'GET /nothing', 'POST /things', 'OPTIONS /things']) {
      for (const origin of [
        'https://evil.example',
        'null',
        'https://app.example.evil.example',
        'http://app.example',
        'https://APP.example.',
      ]) {
        const { headers } = await strict(line, { headers: { Origin: origin } });
        expect(headers['access-control-allow-origin']).toBeUndefined();
        expect(headers['access-control-allow-credentials']).toBeUndefined();
        expect(headers['vary']).toContain('Origin');
      }
      expect(
        (await strict(line, { headers: { Origin: 'https://app.example' } })).headers['access-control-allow-origin'],
      ).toBe('https://app.example');
    }
  });

  test('deployed, every answer wants HTTPS for a year', async () => {
    const deployed = createClient({ resources: thingResources, config: { deployed: true }, described: false });
    for (const line of ['GET /things', 'GET /nothing', 'GET /docs']) {
      expect((await deployed(line)).headers['strict-transport-security']).toBe('max-age=31536000');
    }
  });

  test.each(['TRACE', 'CONNECT', 'PROPFIND', 'DEBUG'])('%s is not taken', async (method) => {
    expect((await open(`${method} /things`)).status).toBe(405);
  });
});

describe('API9 improper inventory management', () => {
  const routes = Object.values(ROUTES).flat();
  const described = Object.entries(describeApi(resources, '').paths).flatMap(([path, item]) =>
    Object.keys(item as object)
      .filter((name) => /^(get|put|post|patch|delete|head)$/.test(name))
      .map((method) => ({ method, path })),
  );

  /** The template of a route that a described path is served by. */
  function templateOf(path: string): string {
    const [first, ...rest] = path.split('/').slice(1);
    return resources.has(first!) ? ['', '{collection}', '{id}', '{member}'].slice(0, rest.length + 2).join('/') : path;
  }

  test('every operation of the description has a route, and every route but HEAD and ANY is described', () => {
    const served = routes
      .filter(({ method }) => !['any', 'head', 'options'].includes(method))
      .map(({ method, path }) => `${method} ${path}`);
    const told = new Set(described.map(({ method, path }) => `${method} ${templateOf(path)}`));
    expect([...told].filter((route) => !served.includes(route) && !route.startsWith('head '))).toEqual([]);
    // The script of the docs page is a part of that page; no resource here has actions of its collection.
    const untold = ['get /docs/rapidoc.js', 'post /{collection}/{id}'];
    expect(served.filter((route) => !told.has(route) && !untold.includes(route))).toEqual([]);
  });

  test('POST under a collection that has no actions of its own is 405', async () => {
    const { status, headers } = await open('POST /things/quote', { body: {} });
    expect([status, headers['allow']]).toEqual([405, 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS']);
  });

  test('no version, stage or debug path is served beside', async () => {
    for (const path of [
      '/v1/things',
      '/api/things',
      '/dev/things',
      '/debug',
      '/metrics',
      '/admin',
      '/.env',
      '/swagger.json',
      '/graphql',
      '/actuator',
      '/things.json',
      '/status',
    ]) {
      expect([path, (await open(`GET ${path}`)).status]).toEqual([path, 404]);
    }
  });
});

describe('API10 unsafe consumption of APIs', () => {
  test('what the database answers is read, never run or shown as it is: an error of it is no text of an answer', async () => {
    const spy = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const failing =
      (name: string): Send =>
      () =>
        Promise.reject(
          Object.assign(new Error(`<script>${name}</script> table/pk`), { name, $metadata: { httpStatusCode: 400 } }),
        );
    for (const name of [
      'ValidationException',
      'AccessDeniedException',
      'ThrottlingException',
      'InternalServerError',
      '__proto__',
    ]) {
      const { status, text } = await createClient({ resources: thingResources, send: failing(name), described: false })(
        'GET /things/1',
      );
      expect(status).toBeGreaterThanOrEqual(429);
      expect(text).not.toMatch(/script|table\/pk|Exception/);
    }
    spy.mockRestore();
  });

  test('a record that somebody else stored, of other types, is shown as it is, and is no 500', async () => {
    const record = {
      pk: { S: 'things' },
      sk: { S: '1' },
      title: { N: '7' },
      list: { S: 'x' },
      at: { S: 'never' },
      set: { M: { __proto__x: { S: 'a' } } },
      any: { L: [] },
      version: { N: '1' },
      createdAt: { S: '2026-01-01T00:00:00.000Z' },
      updatedAt: { S: '2026-01-01T00:00:00.000Z' },
    };
    const send = (async () => ({ Item: record })) as unknown as Send;
    expect((await createClient({ resources: thingResources, send, described: false })('GET /things/1')).status).toBe(
      200,
    );
  });
});
