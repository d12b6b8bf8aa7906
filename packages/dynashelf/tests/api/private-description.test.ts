// What the API says of itself to strangers: everything where the description is public, nothing where it is private.

import { describeFunction } from '../../src/lambda';
import { readConfig, type Config } from '../../src/config';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient, gatewayEvent } from '../../src/testing/client';
import type { As } from '../../src/testing/ask';
import { ADA, MACHINE, RULES } from '../setup/rules';
import { useTable } from '../../src/testing/table';

useTable();

const resources = listResources(
  defineResource({
    name: 'verdicts',
    description: 'Of the court.',
    schema: {
      title: { type: String },
      sentence: {
        type: String,
        enum: ['mild', 'severe'],
        default: 'mild',
        description: 'For its eyes.',
        readableBy: { role: 'judge' },
      },
      note: { type: String, readableBy: 'nobody', writableBy: 'nobody' },
    },
    access: { list: { role: 'judge' }, read: { role: 'judge' }, create: 'public' },
  }),
);

const PRIVATE: Partial<Config> = { ...RULES, description: 'private' };
const closed = createClient({ resources, config: PRIVATE });
const paths = ['/', '/openapi.json', '/docs', '/docs/rapidoc.js'];
const NAMES = /verdict|sentence|judge|severe|court|issuer\.example/i;

describe('a private description', () => {
  test.each(paths.flatMap((path) => [`GET ${path}`, `HEAD ${path}`, `GET ${path}?x=1`]))(
    'refuses %s to whoever sends no credentials, before it is read',
    async (line) => {
      const { status, headers, text } = await closed(line, { headers: { Accept: 'image/png' } });
      expect([status, headers['www-authenticate'], headers['cache-control'], headers['etag']]).toEqual([
        401,
        'Bearer',
        'no-store',
        undefined,
      ]);
      expect(text).not.toMatch(NAMES);
    },
  );

  test.each(paths)(
    'gives %s to every caller with good credentials, whatever the rules grant it, and to no cache that others use',
    async (path) => {
      for (const as of [ADA, MACHINE]) {
        const { status, headers } = await closed(`GET ${path}`, { as });
        expect([status, headers['vary']]).toEqual([200, expect.stringContaining('Authorization')]);
        expect(headers['cache-control']).toMatch(path === '/' ? /^no-cache$/ : /^private, max-age=\d+$/);
        expect((await closed(`HEAD ${path}`, { as })).status).toBe(200);
      }
    },
  );

  test('describes itself as being for callers with credentials, and the rest as before', async () => {
    const { body } = await closed('GET /openapi.json', { as: ADA });
    for (const path of paths) {
      expect(body.paths[path].get).toMatchObject({
        security: body.security,
        description: expect.stringMatching(/For every caller with good credentials\.$/) as string,
      });
      expect(Object.keys(body.paths[path].get.responses)).toEqual(expect.arrayContaining(['401', '403']));
    }
    expect(body.paths['/health'].get.security).toEqual([]);
  });

  test.each([
    ['an expired token', { subject: 'ada', expires: 1 }, 401],
    ['no subject', { subject: '', roles: ['judge'] }, 500],
  ] as [string, As, number][])('is not given for %s, whatever the gateway let through', async (_what, as, status) => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    for (const path of paths) {
      expect((await closed(`GET ${path}`, { as })).status).toBe(status);
    }
    logged.mockRestore();
  });

  test('is refused to everyone with 403 by a deployment that trusts no credentials', async () => {
    const nobodys = createClient({ resources, config: { ...PRIVATE, tokens: undefined, apiKeys: false } });
    for (const path of paths) {
      expect((await nobodys(`GET ${path}`, { as: ADA })).status).toBe(403);
    }
  });

  test('leaves health, preflights and refusals of methods to everyone', async () => {
    expect((await closed('GET /health')).status).toBe(200);
    for (const path of paths) {
      expect((await closed(`OPTIONS ${path}`)).status).toBe(204);
      expect((await closed(`POST ${path}`)).status).toBe(405);
    }
  });

  test('is not made up for by a refusal: no path that is not served names one that is, nor does a transaction', async () => {
    for (const line of ['GET /nothing', 'GET /docs/nothing', 'PUT /nothing/1', 'GET /verdicts/1/nothing/else']) {
      const { status, body } = await closed(line);
      expect(status).toBe(404);
      expect(`${body.detail}`).not.toMatch(NAMES);
    }
    const { status, text } = await closed('POST /transactions', {
      body: { operations: [{ method: 'DELETE', path: '/nothing/1' }] },
    });
    expect(status).toBe(404);
    expect(text).not.toMatch(NAMES);
  });

  test('is open where access is, on a developer’s machine', async () => {
    const local = createClient({ resources, config: { access: 'open', description: 'private' } });
    for (const path of paths) {
      expect((await local(`GET ${path}`)).status).toBe(200);
    }
  });

  test('is kept by the function itself, however it is called', async () => {
    const api = {
      resources,
      config: { ...readConfig(process.env), ...PRIVATE },
      send: () => Promise.reject(new Error('Nothing is to be read.')),
    };
    const event = gatewayEvent('GET /openapi.json', {
      headers: { Authorization: 'Bearer anything', 'x-api-key': 'anything' },
    });
    for (const authorizer of [null, {}, { principalId: 'ada' }, { claims: { sub: 'ada' } }]) {
      Object.assign(event.requestContext, { authorizer });
      expect((await describeFunction(api)(event)).statusCode).toBe(401);
    }
  });
});

describe('a public description tells strangers', () => {
  const open = createClient({ resources, config: RULES });

  test('the names of all that is served, also of what no rule lets them read', async () => {
    expect((await open('GET /')).text).toContain('verdicts');
    const { text } = await open('GET /openapi.json');
    for (const name of ['sentence', 'judge', 'severe', 'For its eyes.', 'https://issuer.example']) {
      expect(text).toContain(name);
    }
  });

  test('nothing of an attribute that nobody reads and nobody sets', async () => {
    expect((await open('GET /openapi.json')).text).not.toContain('"note"');
  });
});
