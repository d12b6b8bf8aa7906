// Limits that the description declares are those at which the API begins to refuse, for every parameter and header.

import {
  LONGEST_URL,
  MOST_BODY_BYTES,
  MOST_FILTERS,
  MOST_PARAMETERS,
  MOST_TAGS,
  MOST_VALUES,
} from '../../src/definition/limits';
import { listResources } from '../../src/definition/define-resource';
import type { Part } from '../../src/description/names';
import { MOST_FAULTS } from '../../src/problem';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { describedOf } from '../../src/testing/description';
import { everything } from '../setup/everything';
import { useTable } from '../../src/testing/table';
import { thingResources, things } from '../setup/things';

useTable();
const served = listResources(everything, things);
const ask = createClient({ resources: served, described: false });
const { document } = describedOf(served);

interface Parameter {
  name: string;
  in: 'query' | 'header' | 'path';
  schema: Part;
}
interface Limit {
  readonly word: string;
  readonly within: string;
  readonly beyond: string;
}

const PLACES = ['GET /everything', 'GET /everything/{id}', 'PUT /everything/{id}', 'POST /everything'];

/** Every parameter of some operations with each operation that takes it. */
const parameters = PLACES.flatMap((line) => {
  const [method = '', path = ''] = line.split(' ');
  const item = document.paths[path]!;
  const operation = item[method.toLowerCase()] as { parameters?: Part[] };
  return [...((item['parameters'] as Part[] | undefined) ?? []), ...(operation.parameters ?? [])].map((part) => {
    const parameter = (part['$ref'] === undefined
      ? part
      : document.components.parameters[
          (part['$ref'] as string).slice('#/components/parameters/'.length)
        ]) as unknown as Parameter;
    return [`${line} ${parameter.name}`, line, parameter] as const;
  });
});

/** A text of a length that the parameter takes otherwise. */
function textOf({ name }: Parameter, length: number): string {
  return /^If-(None-)?Match$/.test(name) && length > 1 ? `"${'x'.repeat(length - 2)}"` : 'x'.repeat(length);
}

/** Values on each limit of a parameter's schema, and one beyond. */
function limitsOf(parameter: Parameter): Limit[] {
  const { minLength, maxLength, minItems, maxItems, minimum, maximum, items } = parameter.schema as {
    minLength?: number;
    maxLength?: number;
    minItems?: number;
    maxItems?: number;
    minimum?: number;
    maximum?: number;
    items?: Part;
  };
  const list = (length: number): string => Array.from({ length }, (_, index) => element(items!, index)).join(',');
  return [
    ...(minLength !== undefined && minLength > 0
      ? [
          {
            word: 'minLength',
            within: parameter.name.startsWith('If-') ? '*' : textOf(parameter, minLength),
            beyond: '',
          },
        ]
      : []),
    ...(maxLength !== undefined
      ? [{ word: 'maxLength', within: textOf(parameter, maxLength), beyond: textOf(parameter, maxLength + 1) }]
      : []),
    // A list of none cannot be written in a query.
    ...(minItems === 1 || minItems === undefined
      ? []
      : [{ word: 'minItems', within: list(minItems), beyond: list(minItems - 1) }]),
    ...(maxItems !== undefined ? [{ word: 'maxItems', within: list(maxItems), beyond: list(maxItems + 1) }] : []),
    ...(minimum !== undefined ? [{ word: 'minimum', within: String(minimum), beyond: String(minimum - 1) }] : []),
    ...(maximum !== undefined ? [{ word: 'maximum', within: String(maximum), beyond: String(maximum + 1) }] : []),
  ];
}

/** Values that are distinct, as many as are wanted. */
function element({ type, format, contentEncoding }: Part, index: number): string {
  return type === 'integer' || type === 'number'
    ? String(index)
    : type === 'boolean'
      ? index % 2 === 0
        ? 'true'
        : 'false'
      : format === 'date-time'
        ? new Date(index * 1000).toISOString()
        : contentEncoding === 'base64'
          ? Buffer.from(`a${index}`).toString('base64')
          : `a${index}`;
}

async function send(line: string, parameter: Parameter, value: string): Promise<Answer> {
  const [method = '', path = ''] = line.split(' ');
  const id = parameter.in === 'path' ? value : 'a';
  const query = parameter.in === 'query' ? `?${encodeURIComponent(parameter.name)}=${encodeURIComponent(value)}` : '';
  return ask(`${method} ${path.replace('{id}', id)}${query}`, {
    headers: parameter.in === 'header' ? { [parameter.name]: value } : {},
    ...(method !== 'GET' && { body: { needed: 'x' } }),
  });
}

/** Whether an answer refuses the request because of the parameter. */
function isRefused({ status, body }: Answer, { name }: Parameter): boolean {
  const errors = (body as { errors?: { parameter?: string; header?: string }[] } | undefined)?.errors ?? [];
  return (
    (status === 400 || status === 422) && errors.some(({ parameter, header }) => parameter === name || header === name)
  );
}

const limited = parameters.flatMap(([title, line, parameter]) =>
  limitsOf(parameter)
    // An id that no item can have is 404 to GET; and there are no more booleans than two.
    .filter(
      () =>
        !(parameter.in === 'path' && line.startsWith('GET')) &&
        (parameter.schema['items'] as Part | undefined)?.['type'] !== 'boolean',
    )
    .map((limit) => [`${title} ${limit.word}`, line, parameter, limit] as const),
);

test.each(limited)('%s', async (_, line, parameter, { within, beyond }) => {
  // A path without its last segment is another.
  const asked = parameter.in === 'path' && beyond === '' ? [within] : [within, beyond];
  const refused = await Promise.all(
    asked.map(async (value) => isRefused(await send(line, parameter, value), parameter)),
  );
  expect(refused).toEqual([false, true].slice(0, asked.length));
});

test('there are limits to try of every kind', () => {
  expect(new Set(limited.map(([, , , { word }]) => word))).toEqual(
    new Set(['minLength', 'maxLength', 'maxItems', 'minimum', 'maximum']),
  );
  expect(limited.length).toBeGreaterThan(60);
});

describe('limits that no schema can say are said in words, and are those at which the API begins to refuse', () => {
  const about = JSON.stringify(document.info);
  const list = (document.paths['/things']!['get'] as { description: string }).description;
  const status = async (line: string, sent = {}): Promise<number> => (await ask(line, sent)).status;

  test('the length of a path with its query', async () => {
    expect(about).toContain(`at most ${LONGEST_URL} characters`);
    const path = (length: number): string => `/things?title=${'x'.repeat(length - '/things?title='.length)}`;
    expect([await status(`GET ${path(LONGEST_URL)}`), await status(`GET ${path(LONGEST_URL + 1)}`)]).toEqual([
      200, 400,
    ]);
  });

  test('the number of parameters', async () => {
    expect(about).toContain(`${MOST_PARAMETERS} parameters`);
    const answers = await Promise.all(
      [MOST_PARAMETERS, MOST_PARAMETERS + 1].map(async (count) =>
        ask(`GET /things?${Array.from({ length: count }, (_, index) => `a${index}=1`).join('&')}`),
      ),
    );
    expect(answers.map(({ body }) => /too long/.test((body as { detail: string }).detail))).toEqual([false, true]);
  });

  test('the size of a body', async () => {
    expect(about).toContain(`a body ${MOST_BODY_BYTES} bytes`);
    const body = (length: number): string => `{}${' '.repeat(length - 2)}`;
    expect([
      await status('POST /things', { body: body(MOST_BODY_BYTES) }),
      await status('POST /things', { body: body(MOST_BODY_BYTES + 1) }),
    ]).toEqual([422, 413]);
  });

  test('the filters of a list and their values', async () => {
    expect(list).toContain(`${MOST_FILTERS} filters`);
    const names = Object.values(document.components.parameters)
      .filter(({ name, schema }) => /\[exists\]$/.test(String(name)) && (schema as Part)['type'] === 'boolean')
      .map(({ name }) => String(name));
    const inEverything = [...new Set(names)].filter((name) => everything.attributes.has(name.split(/[.[]/)[0]!));
    const filters = (count: number): string =>
      inEverything
        .slice(0, count)
        .map((name) => `${encodeURIComponent(name)}=false`)
        .join('&');
    expect([
      await status(`GET /everything?${filters(MOST_FILTERS)}`),
      await status(`GET /everything?${filters(MOST_FILTERS + 1)}`),
    ]).toEqual([200, 400]);
    const values = (name: string, count: number): string =>
      `${name}[in]=${Array.from({ length: count }, (_, index) => `a${index}`).join()}`;
    const three = ['title', 'group', 'code'].map((name) => values(name, MOST_VALUES)).join('&');
    expect([await status(`GET /things?${three}`), await status(`GET /things?${three}&link=x`)]).toEqual([200, 400]);
  });

  test('the entity tags of a header', async () => {
    expect(document.components.parameters['If-Match']!['description']).toContain(`${MOST_TAGS} at most`);
    const tags = (count: number): string => Array.from({ length: count }, () => '"1"').join();
    expect([
      await status('GET /things', { headers: { 'If-None-Match': tags(MOST_TAGS) } }),
      await status('GET /things', { headers: { 'If-None-Match': tags(MOST_TAGS + 1) } }),
    ]).toEqual([200, 400]);
  });

  test('the length of a path inside a transaction', async () => {
    const { maxLength } = (
      ((document.components.schemas['Transaction']!['properties'] as Part)['operations'] as Part)['items'] as {
        properties: { path: { maxLength: number } };
      }
    ).properties.path;
    const inside = async (length: number): Promise<boolean> => {
      const { body } = await ask('POST /transactions', {
        body: { operations: [{ method: 'GET', path: `/things/${'x'.repeat(length - '/things/'.length)}` }] },
      });
      return /too long/.test(JSON.stringify(body));
    };
    expect([await inside(maxLength), await inside(maxLength + 1)]).toEqual([false, true]);
  });

  test('the faults that a problem names', async () => {
    const { body } = await ask('POST /things', {
      body: Object.fromEntries(Array.from({ length: MOST_FAULTS + 5 }, (_, index) => [`unknown${index}`, 1])),
    });
    expect((body as { errors: unknown[] }).errors).toHaveLength(
      ((document.components.schemas['InvalidProblem']!['properties'] as Part)['errors'] as { maxItems: number })
        .maxItems,
    );
  });
});

test('a whole number has the limits that are declared, and a fraction is refused of it', async () => {
  const own = createClient({ resources: thingResources, described: false });
  for (const [value, wanted] of [
    ['1.5', 400],
    [String(2 ** 53), 400],
    [String(2 ** 53 - 1), 200],
    ['-1', 200],
  ] as const) {
    expect([value, (await own(`GET /things?version=${value}`)).status]).toEqual([value, wanted]);
  }
});
