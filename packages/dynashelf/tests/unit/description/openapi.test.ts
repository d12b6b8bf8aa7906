// The description itself: that linters take it, that its examples are valid, and that it stays the same.

import { execFileSync } from 'node:child_process';

import { Spectral } from '@stoplight/spectral-core';
import owasp from '@stoplight/spectral-owasp-ruleset';
import { oas } from '@stoplight/spectral-rulesets';

import { listResources } from '../../../src/definition/define-resource';
import { typeNames } from '../../../src/description/type-names';
import { describeApi } from '../../../src/description/openapi';
import { ordersOf } from '../../../src/description/parameters';
import { resources } from '../../library/src/resources/index';
import { planList } from '../../../src/store/query/planner';
import { describedOf, faultOf } from '../../../src/testing/description';
import { everything } from '../../setup/everything';
import { notes } from '../../setup/notes';
import { appInfo } from '../../../src/local/app';

const text = JSON.stringify(describeApi(resources, '', undefined, appInfo()));
const guardedText = JSON.stringify(
  describeApi(resources, '', { tokens: { issuer: 'https://issuer.example' }, apiKeys: false }, appInfo()),
);
const keyedText = JSON.stringify(
  describeApi(resources, '', { tokens: { issuer: 'https://issuer.example' }, apiKeys: true }, appInfo()),
);
const everyWord = listResources(everything);
/** Of one collection, for linters that take seconds: it differs from one with credentials in what says of those. */
const openText = JSON.stringify(describeApi(listResources(notes), '', undefined, appInfo()));

describe('linters', () => {
  /** Rules that do not go with this API, each with the reason. */
  const EXCEPTIONS: Record<string, string> = {
    'info-contact': 'who answers for the API is not known to its resource files',
    'license-url': 'the licence is named by its SPDX identifier, which OpenAPI 3.1 allows instead of a URL',
    'openapi-tags-alphabetical': 'collections stand in the order in which they are listed',
    'owasp:api9:2023-inventory-access': 'the audience of a server is not known to its resource files',
    'owasp:api4:2023-rate-limit':
      'API Gateway limits by usage plans and tells no counts in headers; 429 has Retry-After',
    'owasp:api4:2023-array-limit':
      'lists of faults, and arrays whose resource file gives no limit, end with the 1 MiB of a body',
    'owasp:api4:2023-integer-limit': 'what a resource file does not limit is limited by IEEE 754 alone',
    'owasp:api4:2023-string-limit':
      'strings whose resource file gives no limit, and sentences for people, end with the 1 MiB of a body',
    'owasp:api4:2023-string-restricted': 'free text has no pattern',
    'owasp:api8:2023-define-cors-origin': 'the rule takes a property named "headers" for the headers of a response',
  };

  /** Those of an API that asks nobody for credentials. */
  const OPEN_EXCEPTIONS: Record<string, string> = {
    'owasp:api2:2023-read-restricted': 'on a developer’s machine access is open',
    'owasp:api2:2023-write-restricted': 'on a developer’s machine access is open',
    'owasp:api8:2023-define-error-responses-401': 'on a developer’s machine access is open',
  };

  /** Those of one that does, for what it says of itself, and nothing else. */
  const GUARDED_EXCEPTIONS: Record<string, string> = {
    'owasp:api2:2023-read-restricted': 'what the API says of itself is for everyone',
    'owasp:api8:2023-define-error-responses-401': 'what the API says of itself is for everyone',
  };
  const OF_ITSELF = ['/', '/health', '/openapi.json', '/docs', '/docs/rapidoc.js'];

  test.each([
    ['that is open', openText, { ...EXCEPTIONS, ...OPEN_EXCEPTIONS }],
    ['that trusts tokens and API keys', keyedText, EXCEPTIONS],
  ])(
    'Spectral’s OpenAPI and OWASP rule sets find nothing in an API %s but what is excepted, and every exception is needed',
    async (_, source, exceptions) => {
      const spectral = new Spectral();
      spectral.setRuleset({
        extends: [
          [oas, 'all'],
          [owasp, 'all'],
        ],
      } as unknown as Parameters<typeof spectral.setRuleset>[0]);
      const found = (await spectral.run(source)).filter(
        ({ code, path }) =>
          source === openText ||
          GUARDED_EXCEPTIONS[code] === undefined ||
          !OF_ITSELF.includes(String(path[1])) ||
          path[0] !== 'paths',
      );
      expect(
        found
          .filter(({ code }) => exceptions[code] === undefined)
          .map(({ code, path, message }) => `${code} ${path.join('/')} ${message}`),
      ).toEqual([]);
      expect(Object.keys(exceptions).filter((rule) => !found.some(({ code }) => code === rule))).toEqual([]);
    },
  );

  test('Redocly’s recommended rules find nothing in an API that is open, that trusts tokens, or API keys too', () => {
    // An ES module, which jest does not load.
    const program = `import { createConfig, lintFromString } from '@redocly/openapi-core';
      import { readFileSync } from 'node:fs';
      const config = await createConfig({ extends: ['recommended'] });
      for (const [name, source] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
        const found = await lintFromString({ source, absoluteRef: '/openapi.json', config });
        for (const { ruleId, message, location } of found) console.log([name, ruleId, location[0]?.pointer, message].join(' '));
      }`;
    const found = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      input: JSON.stringify({ open: text, guarded: guardedText, keyed: keyedText }),
      encoding: 'utf8',
    });
    expect(found).toBe('');
  });
});

describe('examples', () => {
  test.each([
    ['the sample resources', resources],
    ['everything a resource file may say', everyWord],
  ])('of %s are valid', (_, served) => {
    const described = describedOf(served);
    let count = 0;
    const wrong: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) {
        return;
      }
      const part = value as Record<string, unknown>;
      const schema = (part['schema'] ?? value) as Record<string, unknown>;
      const examples = [
        ...('example' in part && 'schema' in part ? [part['example']] : []),
        ...(Array.isArray(part['examples']) ? (part['examples'] as unknown[]) : []),
      ];
      for (const example of examples) {
        const fault = faultOf(described, schema, example);
        count += 1;
        if (fault !== undefined) {
          wrong.push(`${path}: ${fault}`);
        }
      }
      for (const [name, inner] of Object.entries(part)) {
        if (name !== 'example' && name !== 'examples') {
          visit(inner, `${path}/${name}`);
        }
      }
    };
    visit(described.document, '');
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(10);
  });

  test('every body of the sample API has one', () => {
    const { schemas } = describeApi(resources).components;
    expect(
      [...resources.values()]
        .map(typeNames)
        .flatMap(({ Item, Input }) => [Item, Input])
        .filter((name) => schemas[name]?.['examples'] === undefined),
    ).toEqual([]);
  });
});

test('the same resources always have the same description', () => {
  expect(JSON.stringify(describeApi(resources, '', undefined, appInfo()))).toBe(text);
});

test('every reference leads to a component, and every operation has a name of its own', () => {
  const described = describedOf(everyWord).document;
  const whole = JSON.stringify(described);
  for (const [, section = '', name = ''] of whole.matchAll(/"\$ref":"#\/components\/([\w-]+)\/([^"]+)"/g)) {
    expect(described.components[section as 'schemas']).toHaveProperty([name]);
  }
  const names = [...text.matchAll(/"operationId":"([^"]+)"/g)].map(([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('every order that the description names is served', () => {
  for (const resource of [...resources.values(), everything]) {
    for (const { sort, partition } of ordersOf(resource)) {
      const attributes = sort
        .split(',')
        .map((name) => name.replace(/^-/, ''))
        .filter((name) => name !== 'id');
      const filters = partition === undefined ? [] : [{ path: [partition], operator: 'eq', values: ['x'] } as const];
      expect([sort, planList(resource, filters, { attributes, descending: sort.startsWith('-') })]).toEqual([
        sort,
        expect.anything(),
      ]);
    }
  }
});

test('an attribute is deprecated where its file says so, in items and filters', () => {
  const { schemas, parameters } = describeApi(everyWord).components;
  expect((schemas['Everything']!['properties'] as Record<string, unknown>)['titled']).toMatchObject({
    deprecated: true,
    title: 'Titled',
    description: 'What it means.',
    examples: ['one'],
  });
  expect(parameters['Everything.titled..begins']).toMatchObject({ name: 'titled[begins]', deprecated: true });
});

test('what get shows is not held to the type that is stored', () => {
  const properties = describeApi(everyWord).components.schemas['Everything']!['properties'] as Record<string, unknown>;
  expect(properties['day']).toEqual({});
});
