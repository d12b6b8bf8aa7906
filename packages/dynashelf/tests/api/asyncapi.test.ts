// What the API says of changes: /asyncapi.json, the links to it, and the section of the docs page.

import { createHash } from 'node:crypto';

import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';
import { resources } from '../library/src/resources/index';
import { changing } from '../setup/changing';

useTable();
const config = { socketUrl: 'wss://live.example.com' };
const ask = createClient({ resources: changing, config });
const silent = createClient({ resources: changing });
const plain = createClient({ resources: new Map([...resources].filter(([, { changes }]) => changes === undefined)) });

test('the description is served, cached by its tag, and led to from / and /openapi.json', async () => {
  const answer = await ask('GET /asyncapi.json');
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
  expect(answer.body).toMatchObject({ asyncapi: '3.0.0', channels: { socket: { address: null } } });
  const tag = answer.headers['etag']!;
  expect((await ask('GET /asyncapi.json', { headers: { 'If-None-Match': tag } })).status).toBe(304);
  const root = await ask('GET /');
  expect((root.body as { links: unknown }).links).toContainEqual({
    rel: 'service-desc',
    href: '/asyncapi.json',
    type: 'application/vnd.aai.asyncapi+json;version=3.0.0',
  });
  expect((await ask('GET /openapi.json')).body).toHaveProperty(['paths', '/asyncapi.json', 'get']);
  expect((await ask('POST /asyncapi.json')).status).toBe(405);
});

test('where changes go into the feed alone there is nothing to describe, and no link', async () => {
  const answer = await silent('GET /asyncapi.json');
  expect([answer.status, answer.body]).toEqual([404, expect.objectContaining({ title: 'Not found' })]);
  expect(JSON.stringify((await silent('GET /')).body)).not.toContain('asyncapi');
});

test('an app that keeps no changes has neither, and no link', async () => {
  expect((await plain('GET /asyncapi.json')).status).toBe(404);
  expect(JSON.stringify((await plain('GET /')).body)).not.toContain('asyncapi');
  expect((await plain('GET /openapi.json')).body).not.toHaveProperty(['paths', '/asyncapi.json']);
  const page = await plain('GET /docs', { headers: { Accept: 'text/html' } });
  expect(page.text).not.toContain('id="changes"');
  expect(page.headers['content-security-policy']).not.toContain('sha256');
});

test('the docs page has a section of changes, whose script alone the policy lets run', async () => {
  const { text, headers } = await ask('GET /docs', { headers: { Accept: 'text/html' } });
  const [, section = ''] = /(<section id="changes"[\s\S]*?<\/section>)/.exec(text) ?? [];
  expect(section).toContain('<option>memos</option><option>remarks</option>');
  const [, script = ''] = /<script type="module">([\s\S]*?)<\/script>/.exec(section) ?? [];
  const hash = createHash('sha256').update(script).digest('base64');
  expect(headers['content-security-policy']).toContain(`script-src 'self' 'sha256-${hash}';`);
});
