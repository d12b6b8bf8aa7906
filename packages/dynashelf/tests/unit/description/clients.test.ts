// What generators of clients take, as rules for the description of any resource: each is what one of them failed at.
// `npm run test:clients` makes the clients and uses them.

import fc from 'fast-check';

import type { Resource } from '../../../src/definition/resource';
import { defineResource, listResources } from '../../../src/definition/define-resource';
import { describeApi, type OpenApi } from '../../../src/description/openapi';
import { resources } from '../../library/src/resources/index';
import { kinds } from '../../clients/kinds';
import { everything } from '../../setup/everything';
import { papersWith } from '../../setup/papers';
import { schemaPlans } from '../../setup/schemas';
import { runs } from '../../setup/runs';

type Part = Record<string, unknown>;
interface Operation extends Part {
  operationId: string;
  responses: Record<string, Part>;
  requestBody?: { content: Record<string, { schema?: Part }> };
}

/** Every object of a document with its place, but for examples, which are data, and what stands beside the schemas. */
function* partsOf(value: unknown, place = ''): Generator<[place: string, part: Part]> {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  if (!Array.isArray(value)) {
    yield [place, value as Part];
  }
  for (const [name, inner] of Object.entries(value)) {
    const isData = ['example', 'examples', 'default', 'enum', 'const'].includes(name) && !place.endsWith('/properties');
    if (!isData && !(name.startsWith('x-') && /^(\/components|.*\/content\/[^/]*~1[^/]*)$/.test(place))) {
      yield* partsOf(inner, `${place}/${name.replaceAll('/', '~1')}`);
    }
  }
}

function operationsOf({ paths }: OpenApi): [line: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => method !== 'parameters')
      .map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation as Operation]),
  );
}

function resolve(document: OpenApi, part: Part): Part {
  const reference = part['$ref'] as string | undefined;
  return reference === undefined
    ? part
    : (reference
        .slice(2)
        .split('/')
        .reduce<unknown>((inner, key) => (inner as Part)[key], document) as Part);
}

/** Each rule finds what breaks it. */
const RULES: Record<string, (document: OpenApi) => string[]> = {
  // openapi-generator python reads such a one as an expression of Perl, /pattern/modifiers.
  'no pattern begins with a slash': (document) =>
    [...partsOf(document)]
      .filter(([, { pattern }]) => typeof pattern === 'string' && pattern.startsWith('/'))
      .map(([place]) => place),

  // Go takes an integer without a format for 32 bits, and a number for 32 bits of a float.
  'every integer has a format, and every number is a double': (document) =>
    [...partsOf(document)]
      .filter(([, { type, format }]) => {
        const types = [type].flat();
        return (
          (types.includes('integer') && format !== 'int32' && format !== 'int64') ||
          (types.includes('number') && format !== 'double')
        );
      })
      .map(([place]) => place),

  // In Go, what makes a Book is a function NewBook.
  'no schema has the name of another with New before it': (document) =>
    Object.keys(document.components.schemas).filter(
      (name) => name.startsWith('New') && document.components.schemas[name.slice('New'.length)] !== undefined,
    ),

  // An inline schema becomes InlineObject13; one that narrows another is dropped by openapi-python-client.
  'every error is a named schema that is whole in itself': (document) =>
    operationsOf(document).flatMap(([line, { responses }]) =>
      Object.entries(responses)
        .filter(([status]) => status >= '400')
        .flatMap(([status, response]) => {
          const content = resolve(document, response)['content'] as Record<string, { schema: Part }>;
          return Object.entries(content)
            .filter(([type]) => type === 'application/problem+json')
            .flatMap(([, { schema }]) => {
              const named = resolve(document, schema) as { properties?: { status?: Part } };
              return /^#\/components\/schemas\/\w+Problem$/.test(String(schema['$ref'])) &&
                String(named.properties?.status?.['const']) === status
                ? []
                : [`${line} ${status}`];
            });
        }),
    ),
  'no schema is made of several by allOf, oneOf or not': (document) =>
    [...partsOf(document)]
      .filter(([, part]) =>
        ['allOf', 'oneOf', 'not'].some(
          (word) =>
            Array.isArray(part[word]) || (word === 'not' && typeof part[word] === 'object' && !('description' in part)),
        ),
      )
      .map(([place]) => place),

  // `ModelNull` in Java and TypeScript.
  'no schema is null alone': (document) =>
    [...partsOf(document)]
      .filter(([place, { type }]) => type === 'null' && !/\/anyOf\/\d+$/.test(place))
      .map(([place]) => place),
  'null as an alternative stands beside one object': (document) =>
    [...partsOf(document)]
      .filter(
        ([, { anyOf }]) =>
          Array.isArray(anyOf) && anyOf.some((one) => (one as Part)['type'] === 'null') && anyOf.length !== 2,
      )
      .map(([place]) => place),
  'what further members hold is true or false, no schema but of text': (document) =>
    [...partsOf(document)]
      .filter(
        ([place, { additionalProperties: more }]) =>
          typeof more === 'object' &&
          more !== null &&
          !place.endsWith('/properties') &&
          (more as Part)['type'] !== 'string',
      )
      .map(([place]) => place),

  // Of an array beside an object, typescript-fetch reads one as the other, and openapi-python-client asks isinstance of
  // a list of something.
  'no alternatives and no body is an array': (document) => [
    ...[...partsOf(document)]
      .filter(
        ([, { anyOf }]) =>
          Array.isArray(anyOf) && anyOf.some((one) => resolve(document, one as Part)['type'] === 'array'),
      )
      .map(([place]) => place),
    ...operationsOf(document).flatMap(([line, { responses, requestBody }]) =>
      [requestBody, ...Object.values(responses)]
        .flatMap((part) =>
          Object.values((resolve(document, part ?? {})['content'] ?? {}) as Record<string, { schema?: Part }>),
        )
        .filter(
          ({ schema }) =>
            schema !== undefined &&
            (resolve(document, schema)['type'] === 'array' ||
              (schema['anyOf'] !== undefined && !line.includes('{id}/'))),
        )
        .map(() => line),
    ),
  ],

  // Clients accept the types that are described, and nothing else.
  'a success without a body is refused by no Accept': (document) =>
    operationsOf(document)
      .filter(([, { responses }]) => {
        const successes = Object.keys(responses).filter((status) => status.startsWith('2'));
        return (
          successes.length > 0 &&
          successes.every((status) => resolve(document, responses[status]!)['content'] === undefined) &&
          '406' in responses
        );
      })
      .map(([line]) => line),

  // A null that nobody meant is sent for a name without a type.
  'the id of a body has a type': (document) =>
    Object.entries(document.components.schemas)
      .filter(
        ([name, { properties }]) =>
          /(Input|Change)$/.test(name) &&
          (properties as Part)['id'] !== undefined &&
          ((properties as Part)['id'] as Part)['type'] !== 'string',
      )
      .map(([name]) => name),
};

const token = { tokens: { issuer: 'https://issuer.example' }, apiKeys: true };
const documents: [name: string, document: OpenApi][] = [
  ['the sample resources', describeApi(resources)],
  ['the sample resources with credentials', describeApi(resources, '/prod', token)],
  ['everything a resource file may say', describeApi(listResources(everything))],
  ['every kind of attribute', describeApi(listResources(kinds))],
  ['papers by rules', describeApi(papersWith({ read: 'public', create: 'authenticated' }), '', token)],
];

describe.each(documents)('%s', (_, document) => {
  test.each(Object.entries(RULES))('%s', (_rule, find) =>
    expect(find(JSON.parse(JSON.stringify(document)) as OpenApi)).toEqual([]),
  );

  test('every reference to what stands beside the schemas leads there', () => {
    const found = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/x-parts\/([^"]+)"/g)].map(
      ([, name]) => name!,
    );
    expect(found.length).toBeGreaterThan(3);
    for (const name of found) {
      expect(document.components['x-parts']).toHaveProperty([name]);
    }
  });
});

test('the rules hold of the description of any resource', () => {
  fc.assert(
    fc.property(schemaPlans, (plan) => {
      let resource: Resource;
      try {
        resource = defineResource({ name: 'any', description: 'Any.', schema: plan.make() });
      } catch {
        return;
      }
      const document = JSON.parse(JSON.stringify(describeApi(listResources(resource)))) as OpenApi;
      for (const [rule, find] of Object.entries(RULES)) {
        expect([rule, find(document)]).toEqual([rule, []]);
      }
    }),
    { numRuns: runs(60) },
  );
});

test('the names of operations and problems stay: they are the names of methods and types of clients', () => {
  const { components } = describeApi(resources);
  expect(
    operationsOf(describeApi(resources))
      .map(([, { operationId }]) => operationId)
      .filter((name) => /^(books|transactions|service)/.test(name)),
  ).toEqual([
    'books.list',
    'books.create',
    'books.read',
    'books.replace',
    'books.patch',
    'books.remove',
    'books.related.loans',
    'books.act.checkout',
    'service.read',
    'service.description',
    'service.docs',
    'service.renderer',
    'service.health',
    'transactions.carryOut',
  ]);
  expect(
    Object.keys(components.schemas)
      .filter((name) => name.endsWith('Problem'))
      .sort(),
  ).toEqual(
    expect.arrayContaining([
      'BookPreconditionFailedProblem',
      'ConflictProblem',
      'InvalidProblem',
      'MalformedRequestProblem',
      'NotFoundProblem',
      'PreconditionFailedProblem',
      'ThrottledProblem',
      'UnavailableProblem',
    ]),
  );
});

test('each rule finds what it is for', () => {
  const broken = (schema: Part): OpenApi => ({
    ...(JSON.parse(JSON.stringify(documents[0]![1])) as OpenApi),
    paths: {
      '/x': {
        get: {
          operationId: 'x',
          responses: {
            200: { content: { 'application/json': { schema } } },
            409: { content: { 'application/problem+json': { schema: { type: 'object' } } } },
          },
        },
      },
    },
  });
  const found = (schema: Part): string[] =>
    Object.entries(RULES)
      .filter(([, find]) => find(broken(schema)).length > 0)
      .map(([rule]) => rule);
  const always = 'every error is a named schema that is whole in itself';
  expect(found({})).toEqual([always]);
  expect(found({ type: 'string', pattern: '/x$' })).toContain('no pattern begins with a slash');
  expect(found({ type: ['integer', 'null'] })).toContain('every integer has a format, and every number is a double');
  expect(found({ type: 'object', additionalProperties: { type: 'null' } })).toEqual(
    expect.arrayContaining([
      'no schema is null alone',
      'what further members hold is true or false, no schema but of text',
    ]),
  );
  expect(found({ anyOf: [{ type: 'object' }, { type: 'array' }] })).toContain(
    'no alternatives and no body is an array',
  );
  const named = { components: { ...documents[0]![1].components, schemas: { Book: {}, NewBook: {} } } };
  expect(RULES['no schema has the name of another with New before it']!({ ...documents[0]![1], ...named })).toEqual([
    'NewBook',
  ]);
  expect(found({ allOf: [{ type: 'object' }] })).toContain('no schema is made of several by allOf, oneOf or not');
});
