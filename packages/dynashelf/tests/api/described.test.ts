// Requests made of the description, valid and invalid, for every operation: every answer is described, and none is 5xx.

import fc from 'fast-check';

import { listResources } from '../../src/definition/define-resource';
import type { Part } from '../../src/description/names';
import { trustedBy } from '../../src/description/trusted-credentials';
import { resources } from '../library/src/resources/index';
import { createClient } from '../../src/testing/client';
import type { Answer, Ask } from '../../src/testing/ask';
import { expectDescribed } from '../../src/testing/described';
import { describedOf } from '../../src/testing/description';
import { everything } from '../setup/everything';
import { papersWith } from '../setup/papers';
import { ADA, BEN, EDITOR, MACHINE, RULES } from '../setup/rules';
import { aBook } from '../setup/samples';
import { runs } from '../setup/runs';
import { useTable } from '../../src/testing/table';

useTable();

interface Parameter {
  name: string;
  in: string;
  schema: Part;
}
interface Operation {
  operationId: string;
  parameters?: Part[];
  requestBody?: { content: Record<string, { schema?: Part; 'x-alternatives'?: Part[] }> };
}
interface Generated {
  line: string;
  headers: Record<string, string>;
  body?: unknown;
}

const OF_FORMAT: Record<string, string> = {
  date: '2026-03-31',
  'date-time': '2026-03-31T12:00:00Z',
  email: 'a@example.org',
  uri: 'https://example.org/',
  'uri-reference': '/x',
  uuid: '01995f3a-1c00-7d1e-9b2a-6f0c3e5d7a91',
  'json-pointer': '/title',
  time: '12:00:00Z',
  duration: 'P1D',
  hostname: 'example.org',
  ipv4: '192.0.2.1',
  ipv6: '::1',
};
const TEXTS = fc.oneof(
  fc.constantFrom('a', '1', 'x'.repeat(200), 'not an id', '9780142437247', '"1"', '*', '', 'ü 😀', '/', 'QUJD'),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const ID = fc.constantFrom('a', 'b', 'absent', '%20', 'x'.repeat(128), 'x'.repeat(129), '..%2f', '__proto__');

/** Values that a schema allows, most of them. */
function valuesOf(document: Part, schema: Part, depth = 0): fc.Arbitrary<unknown> {
  const {
    $ref,
    anyOf,
    enum: values,
    type,
    items,
    properties,
    required = [],
  } = schema as {
    $ref?: string;
    anyOf?: Part[];
    enum?: unknown[];
    type?: string | string[];
    items?: Part;
    properties?: Record<string, Part>;
    required?: string[];
  };
  if ($ref !== undefined) {
    return valuesOf(
      document,
      $ref
        .slice(2)
        .split('/')
        .reduce<unknown>((inner, key) => (inner as Part)[key], document) as Part,
      depth,
    );
  }
  if (anyOf !== undefined) {
    return fc.oneof(...anyOf.map((one) => valuesOf(document, one, depth)));
  }
  if ('const' in schema) {
    return fc.constant(schema['const']);
  }
  if (values !== undefined) {
    return fc.constantFrom(...values);
  }
  switch (Array.isArray(type) ? type[0] : type) {
    case 'string':
      return schema['format'] !== undefined
        ? fc.constant(OF_FORMAT[schema['format'] as string] ?? 'x')
        : fc.oneof(...((schema['examples'] as unknown[] | undefined) ?? ['a']).map((one) => fc.constant(one)), TEXTS);
    case 'integer':
      return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.maxSafeInteger());
    case 'number':
      return fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constantFrom(-0, 1e-7, 2 ** 53));
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(items === undefined ? fc.jsonValue() : valuesOf(document, items, depth + 1), { maxLength: 3 });
    case 'object': {
      const members = Object.fromEntries(
        Object.entries(properties ?? {}).map(([name, inner]) => [name, valuesOf(document, inner, depth + 1)]),
      );
      return fc.record(members, { requiredKeys: required.filter((name) => name in members), noNullPrototype: true });
    }
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** Requests for one operation: most parts as described, some not. */
function requestsFor(document: Part, path: string, method: string, operation: Operation): fc.Arbitrary<Generated> {
  const parameters = (operation.parameters ?? []).map(
    (part) =>
      (part['$ref'] === undefined
        ? part
        : (document['components'] as Record<string, Part>)['parameters']![
            (part['$ref'] as string).slice('#/components/parameters/'.length) as never
          ]) as Parameter,
  );
  const valued = parameters.map((parameter) =>
    fc.tuple(
      fc.constant(parameter),
      fc.oneof(
        {
          weight: 3,
          arbitrary: valuesOf(document, parameter.schema).map((value) =>
            Array.isArray(value) ? value.join(',') : String(value),
          ),
        },
        { weight: 1, arbitrary: TEXTS },
      ),
    ),
  );
  const chosen =
    valued.length === 0
      ? fc.constant([])
      : fc.uniqueArray(fc.oneof(...valued), { maxLength: 3, selector: ([{ name }]) => name });
  const types = Object.entries(operation.requestBody?.content ?? {});
  const bodies =
    types.length === 0
      ? fc.constant(undefined)
      : fc.oneof(
          ...types
            .flatMap(([type, media]) =>
              [...(media.schema === undefined ? [] : [media.schema]), ...(media['x-alternatives'] ?? [])].map(
                (schema) => [type, schema] as const,
              ),
            )
            .map(([type, schema]) =>
              fc.tuple(
                fc.constant(type),
                fc.oneof(
                  { weight: 4, arbitrary: valuesOf(document, schema) },
                  { weight: 1, arbitrary: fc.jsonValue() },
                  { weight: 1, arbitrary: fc.constantFrom('{', '', '[]', 'null') },
                ),
              ),
            ),
        );
  return fc
    .tuple(ID, chosen, bodies, fc.constantFrom('application/json', '*/*', 'text/html'))
    .map(([id, pairs, body, accept]) => {
      const query = pairs
        .filter(([parameter]) => parameter.in === 'query')
        .map(([{ name }, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`);
      // What HTTP takes in a header.
      const headers = Object.fromEntries(
        pairs
          .filter(([parameter]) => parameter.in === 'header')
          .map(([{ name }, value]) => [name, value.replace(/[^\x20-\x7e]/g, '')]),
      );
      return {
        line: `${method.toUpperCase()} ${path.replace('{id}', id)}${query.length > 0 ? `?${query.join('&')}` : ''}`,
        headers: { Accept: accept, ...(body !== undefined && { 'Content-Type': body[0] }), ...headers },
        ...(body !== undefined && { body: body[1] }),
      };
    });
}

describe.each([
  ['the sample resources', resources],
  ['everything a resource file may say', listResources(everything)],
])('%s', (_, served) => {
  const ask = createClient({ resources: served });
  const { document } = describedOf(served);
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => method !== 'parameters')
      .map(([method, operation]) => [`${method.toUpperCase()} ${path}`, path, method, operation as Operation] as const),
  );

  beforeAll(async () => {
    if (!served.has('books')) {
      return;
    }
    await ask('PUT /books/a', { body: aBook({ copies: 1000 }) });
    await ask('PUT /members/a', { body: { name: 'A', email: 'a@example.org' } });
    await ask('PUT /loans/a', { body: { book: 'a', member: 'a', dueAt: '2026-03-31T12:00:00Z' } });
  });

  test.each(operations)('%s', async (_line, path, method, operation) => {
    await fc.assert(
      fc.asyncProperty(requestsFor(document, path, method, operation), async ({ line, ...more }) => {
        const { status } = await ask(line, more);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: runs(25) },
    );
  });
});

describe('papers by rules, whoever asks', () => {
  const owner = { owner: 'owner' } as const;
  const editor = { role: 'editor' } as const;
  const served = papersWith({
    list: [editor, owner],
    read: ({ subject }) => subject !== 'ben',
    create: 'authenticated',
    replace: owner,
    patch: [owner, editor],
    publish: 'public',
  });
  const ask = createClient({ resources: served, config: RULES });
  const { document } = describedOf(served, trustedBy({ access: 'rules', tokens: RULES.tokens, apiKeys: true }));
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => method !== 'parameters')
      .map(([method, operation]) => [`${method.toUpperCase()} ${path}`, path, method, operation as Operation] as const),
  );

  beforeAll(async () => {
    await ask('PUT /shelves/a', { body: {} });
    await ask('PUT /papers/a', { body: { title: 'A', owner: 'ada', shelf: 'a' }, as: ADA });
    await ask('PUT /remarks/a', { body: { text: 'Good', paper: 'a' } });
  });

  test.each(operations)('%s', async (_line, path, method, operation) => {
    await fc.assert(
      fc.asyncProperty(
        requestsFor(document, path, method, operation),
        fc.constantFrom(undefined, ADA, BEN, EDITOR, MACHINE),
        async ({ line, ...more }, as) => {
          const { status } = await ask(line, { ...more, as });
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: runs(40) },
    );
  });
});

describe('an exchange that is not described is noticed', () => {
  const headers = {
    'x-request-id': 'r',
    'cache-control': 'no-cache',
    vary: 'Accept',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    'referrer-policy': 'no-referrer',
    'server-timing': 'total;dur=1.0',
    'content-type': 'application/json',
  };
  const body = {
    id: 'a',
    title: 't',
    author: 'a',
    version: 1,
    createdAt: '2026-03-31T12:00:00.000Z',
    updatedAt: '2026-03-31T12:00:00.000Z',
  };
  const check = (line: string, changes: Partial<Answer> = {}, sent = {}): void => {
    const answer = { status: 200, headers, body, ...changes };
    expectDescribed(resources, line, sent, {
      ...answer,
      text: answer.body === undefined ? '' : JSON.stringify(answer.body),
    });
  };

  test('and one that is described passes', () => expect(() => check('GET /books/a')).not.toThrow());

  test('an answer to someone whom the description asks for credentials', () => {
    const { title, author, ...system } = body;
    const loan = { ...system, book: title, member: author, dueAt: '2026-03-31T12:00:00.000Z' };
    const exchange = (sent: Ask) => (): void =>
      expectDescribed(
        resources,
        'GET /loans/a',
        sent,
        { status: 200, headers, body: loan, text: JSON.stringify(loan) },
        { tokens: { issuer: undefined }, apiKeys: false },
      );
    expect(exchange({ as: ADA })).not.toThrow();
    expect(exchange({})).toThrow(/asks for other credentials/);
    expect(exchange({ as: MACHINE })).toThrow(/asks for other credentials/);
  });

  test.each<[string, string, Partial<Answer>, object, RegExp]>([
    ['a status', 'GET /books/a', { status: 418 }, {}, /status is not described/],
    ['a path', 'GET /boks/a', {}, {}, /nothing is described there/],
    ['a method', 'DELETE /books', {}, {}, /nothing is described there/],
    ['a header', 'GET /books/a', { headers: { ...headers, 'x-powered-by': 'y' } }, {}, /x-powered-by is not described/],
    [
      'a header that is not there',
      'GET /books/a',
      { headers: { ...headers, vary: undefined } },
      {},
      /the header vary is missing/,
    ],
    ['an attribute', 'GET /books/a', { body: { ...body, pk: 'books' } }, {}, /body is not as described/],
    ['an attribute’s type', 'GET /books/a', { body: { ...body, pages: 'many' } }, {}, /body is not as described/],
    [
      'an item without its version',
      'GET /books',
      { body: { items: [{ title: 't' }] } },
      {},
      /body is not as described/,
    ],
    [
      'a content type',
      'GET /books/a',
      { headers: { ...headers, 'content-type': 'text/plain' } },
      {},
      /content type "text\/plain"/,
    ],
    [
      'a problem of another status',
      'GET /books/a',
      {
        status: 404,
        headers: { ...headers, 'content-type': 'application/problem+json' },
        body: { type: '/docs#conflict', title: 'Conflict', status: 409, detail: 'd', instance: 'r' },
      },
      {},
      /body is not as described/,
    ],
    ['a parameter', 'GET /books/a?page=1', {}, {}, /"page" is not described/],
    ['a body', 'PUT /books/a', {}, { body: { title: 't' } }, /does not allow such a request/],
  ])('%s', (_, line, changes, sent, message) => {
    expect(() => check(line, changes, sent)).toThrow(message);
  });
});
