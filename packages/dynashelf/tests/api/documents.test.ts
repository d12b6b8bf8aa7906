// The description, its page and the renderer as they are served: types, caching, links, and who is led where.

import { readFileSync } from 'node:fs';

import { resources } from '../library/src/resources/index';
import { PROBLEM_TYPES } from '../../src/problem';
import { describeApi } from '../../src/description/openapi';
import { trustedBy } from '../../src/description/trusted-credentials';
import { createClient } from '../../src/testing/client';
import { RULES } from '../setup/rules';
import { useTable } from '../../src/testing/table';
import { appInfo } from '../../src/local/app';

useTable();
const ask = createClient({ resources });

test.each([
  ['/openapi.json', 'application/json', 'public, max-age=60'],
  ['/docs', 'text/html; charset=utf-8', 'public, max-age=60'],
  ['/docs/rapidoc.js', 'text/javascript; charset=utf-8', 'public, max-age=604800'],
])('%s has a strong tag, may be kept, and is not sent again to who has it', async (path, type, cache) => {
  const { status, headers, text } = await ask(`GET ${path}`);
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, type, cache]);
  expect(headers['etag']).toMatch(/^"[\w-]{22}"$/);
  expect(text.length).toBeLessThan(6_000_000);
  expect(await ask(`HEAD ${path}`)).toMatchObject({ status: 200, text: '', headers: { etag: headers['etag'] } });
  expect(await ask(`GET ${path}`, { headers: { 'If-None-Match': headers['etag']! } })).toMatchObject({
    status: 304,
    text: '',
  });
  expect((await ask(`GET ${path}?x=1`)).status).toBe(400);
  expect((await ask(`GET ${path}`, { headers: { Accept: 'image/png' } })).status).toBe(406);
  expect((await ask(`POST ${path}`)).headers['allow']).toBe('GET, HEAD, OPTIONS');
});

test('the description is the one of the resources, with the base of the request as its server', async () => {
  expect((await ask('GET /openapi.json')).body).toEqual(
    JSON.parse(JSON.stringify(describeApi(resources, '', undefined, appInfo()))),
  );
  const { body, headers } = await ask('GET /openapi.json', { base: '/prod' });
  expect(body).toEqual(JSON.parse(JSON.stringify(describeApi(resources, '/prod', undefined, appInfo()))));
  expect(body.servers).toEqual([{ url: '/prod' }]);
  expect(headers['etag']).not.toBe((await ask('GET /openapi.json')).headers['etag']);
});

test('where access goes by rules, the description says which credentials are trusted, and the page has a place for them', async () => {
  const guarded = createClient({ resources, config: RULES });
  const { body } = await guarded('GET /openapi.json');
  expect(body).toEqual(
    JSON.parse(
      JSON.stringify(
        describeApi(resources, '', trustedBy({ access: 'rules', tokens: RULES.tokens, apiKeys: true }), appInfo()),
      ),
    ),
  );
  expect(Object.keys(body.components.securitySchemes)).toEqual(['token', 'apiKey']);
  expect((await guarded('GET /docs')).text).toContain('allow-authentication="true"');
  expect((await ask('GET /docs')).text).toContain('allow-authentication="false"');
});

test('the renderer is the package’s file, which names no other host to load from', async () => {
  const { text } = await ask('GET /docs/rapidoc.js');
  expect(text).toBe(readFileSync(require.resolve('rapidoc/dist/rapidoc-min.js'), 'utf8'));
});

describe('the docs page', () => {
  test('has a section for every problem type, where a problem’s type leads', async () => {
    const { text } = await ask('GET /docs');
    for (const type of PROBLEM_TYPES) {
      expect(text).toContain(`id="${type}"`);
    }
  });

  test('loads the script and the description of this API and nothing else', async () => {
    const { text, headers } = await ask('GET /docs', { base: '/prod' });
    expect([...text.matchAll(/(?:src|href|spec-url)="([^#"]*)"/g)].map(([, target]) => target)).toEqual(
      expect.arrayContaining(['data:,', '/prod/docs/rapidoc.js', '/prod/openapi.json']),
    );
    expect(text).not.toMatch(/https?:\/\//);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/,
    );
    expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/);
  });

  test('holds no markup of a base path that somebody made up', async () => {
    const { text } = await ask('GET /docs', { base: '/"><script>alert(1)</script>' });
    expect(text).not.toContain('<script>alert');
  });
});

describe('the root', () => {
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

  test('leads a browser to the docs', async () => {
    const { status, headers } = await ask('GET /', { headers: { Accept: browser }, base: '/prod' });
    expect([status, headers['location'], headers['vary']]).toEqual([303, '/prod/docs', 'Accept, Accept-Encoding']);
  });

  test.each(['application/json', '*/*', 'text/html;q=0.5, application/json', ''])(
    'gives the service document to Accept: %s',
    async (accept) => {
      expect(await ask('GET /', { headers: { Accept: accept } })).toMatchObject({
        status: 200,
        body: { name: appInfo().name },
      });
    },
  );

  test('refuses what is neither', async () => {
    expect((await ask('GET /', { headers: { Accept: 'image/png' } })).status).toBe(406);
  });
});
