// References and relations: what holds at load, in one file and across several.

import type { AttributeDefinition, SchemaDefinition } from '../../../src/values/attribute';
import { requestSchema } from '../../../src/values/json-schema';
import type { Resource } from '../../../src/definition/resource';
import { defineResource, listResources } from '../../../src/definition/define-resource';

const WRITER = { type: String, references: 'writers' } as const;

interface More {
  readonly indexes?: object;
  readonly relations?: object;
  readonly actions?: () => object;
}

function define(name: string, schema: SchemaDefinition, more: More = {}): Resource {
  return defineResource({ name, description: 'For a test.', schema, ...more } as Parameters<typeof defineResource>[0]);
}

function writers(relations: object): Resource {
  return define('writers', { name: { type: String, maxLength: 50 } }, { relations });
}

function poems(
  writer: SchemaDefinition[string] = WRITER,
  indexes: object = { byWriter: { partition: 'writer' } },
): Resource {
  return define('poems', { writer }, { indexes });
}

const POEMS = { poems: { collection: 'poems', attribute: 'writer' } };

test('a relation whose attribute refers back, with an index without sort, is served', () => {
  const resources = listResources(writers(POEMS), poems());
  expect(resources.get('writers')!.relations).toEqual(POEMS);
});

test('a reference without a relation, and one to its own collection, is served', () => {
  expect(() => listResources(writers({}), poems())).not.toThrow();
  expect(() => listResources(define('people', { boss: { type: String, references: 'people' } }))).not.toThrow();
});

test('a reference is an id in the JSON Schema, and short enough for a key', () => {
  expect(requestSchema(poems().attributes).properties).toEqual({
    writer: { type: 'string', pattern: '^[A-Za-z0-9._~-]{1,128}$' },
  });
});

test.each<[string, () => unknown, string[]]>([
  [
    'a reference to a collection that is not served',
    () => listResources(poems({ type: String, references: 'writer' }), writers({})),
    [
      'src/resources/poems.ts: attribute "writer" references "writer", which src/resources/index.ts does not list: list it there, or correct the name. Did you mean "writers"?',
    ],
  ],
  [
    'a relation to a collection that is not served',
    () => listResources(writers({ poems: { collection: 'poem', attribute: 'writer' } }), poems()),
    [
      'src/resources/writers.ts: relation "poems" lists the collection "poem", which src/resources/index.ts does not list: list it there, or correct the name. Did you mean "poems"?',
    ],
  ],
  [
    'a relation by an attribute that is not declared',
    () => listResources(writers({ poems: { collection: 'poems', attribute: 'writers' } }), poems()),
    [
      'src/resources/writers.ts: relation "poems" goes by the attribute "writers", which poems does not declare: correct the name. Did you mean "writer"?',
    ],
  ],
  [
    'a relation by an attribute that refers to nothing',
    () => listResources(writers(POEMS), poems({ type: String, maxLength: 128 })),
    [
      'src/resources/poems.ts: attribute "writer" does not refer to writers, whose relation "poems" goes by it: add references: \'writers\' there, or correct the relation in src/resources/writers.ts',
    ],
  ],
  [
    'a relation by an attribute that refers elsewhere',
    () => listResources(writers(POEMS), poems({ type: String, references: 'poems' })),
    ['src/resources/poems.ts: attribute "writer" does not refer to writers'],
  ],
  [
    'a relation that no index serves',
    () => listResources(writers(POEMS), poems(WRITER, {})),
    [
      'src/resources/poems.ts: no index serves the relation "poems" of writers: add { partition: \'writer\' }, without sort, to its indexes, or remove the relation in src/resources/writers.ts',
    ],
  ],
  [
    'a relation whose only index has another order',
    () =>
      listResources(
        writers(POEMS),
        define(
          'poems',
          { writer: WRITER, title: { type: String, maxLength: 50 } },
          { indexes: { byWriter: { partition: 'writer', sort: 'title' } } },
        ),
      ),
    ['no index serves the relation "poems" of writers'],
  ],
  [
    'several mistakes in several files',
    () => listResources(writers({ a: { collection: 'x', attribute: 'y' } }), poems({ type: String, references: 'z' })),
    ['src/resources/writers.ts: relation "a"', 'src/resources/poems.ts: attribute "writer" references "z"'],
  ],
  [
    'a reference that is no String',
    () => define('poems', { writer: { type: Number, references: 'writers' } as AttributeDefinition }),
    ['src/resources/poems.ts: attribute "writer" has "references", which goes with string and not with number'],
  ],
  [
    'a reference to what is no name',
    () => define('poems', { writer: { type: String, references: 7 } as unknown as AttributeDefinition }),
    ['src/resources/poems.ts: attribute "writer" references something that is no name'],
  ],
  [
    'a reference inside an object',
    () => define('poems', { by: { type: Object, schema: { writer: WRITER } } }),
    ['src/resources/poems.ts: attribute "by.writer" is inside another, where references cannot be kept true'],
  ],
  [
    'a reference inside an array',
    () => define('poems', { by: { type: Array, schema: [WRITER] } }),
    ['src/resources/poems.ts: attribute "by[]" is inside another, where references cannot be kept true'],
  ],
  [
    'a reference with a pattern of its own',
    () => define('poems', { writer: { ...WRITER, pattern: '^w' } }),
    ['src/resources/poems.ts: attribute "writer" has "pattern" beside references'],
  ],
  [
    'a reference that is shown otherwise',
    () => define('poems', { writer: { ...WRITER, get: (id: string) => id.toUpperCase() } }),
    ['src/resources/poems.ts: attribute "writer" has "get" beside references'],
  ],
  [
    'a relation with a name that is no path segment',
    () => writers({ 'all poems': { collection: 'poems', attribute: 'writer' } }),
    ['src/resources/writers.ts: relation "all poems" cannot be a path segment'],
  ],
  [
    'a relation without its attribute',
    () => writers({ poems: { collection: 'poems' } }),
    [
      'src/resources/writers.ts: relation "poems" does not say whose items it lists: write { collection: …, attribute: … }',
    ],
  ],
  [
    'a relation with a further word',
    () => writers({ poems: { collection: 'poems', attribute: 'writer', sort: 'title' } }),
    ['src/resources/writers.ts: relation "poems" does not say whose items it lists'],
  ],
  [
    'a relation with an action’s name',
    () =>
      define(
        'writers',
        { name: String },
        {
          relations: POEMS,
          actions: () => ({ poems: { description: 'Does something.', body: {}, run: async () => undefined } }),
        },
      ),
    [
      'src/resources/writers.ts: relation "poems" has the name of an action, and both would be served at /writers/{id}/poems: give one of them another name',
    ],
  ],
])('%s is refused with the file and the remedy', (_mistake, load, sentences) => {
  const message = messageOf(load);
  for (const sentence of sentences) {
    expect(message).toContain(sentence);
  }
  expect(message.split('\n').every((line) => /^src\/resources\/[a-z]+\.ts: /.test(line))).toBe(true);
});

function messageOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('Nothing was refused.');
}
