// JSON Schema's own test suite (draft 2020-12), run through the validation of resources: every keyword that a resource
// file offers.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ATTRIBUTE_KEYWORDS } from '../../../src/definition/mistakes/resource';
import { FORMATS, type Attribute, type SchemaDefinition } from '../../../src/values/attribute';
import type { Json, JsonObject } from '../../../src/values/json';
import type { Kind, SchemaNode } from '../../../src/values/node';
import { prepareItem } from '../../../src/values/prepare';
import type { Resource } from '../../../src/definition/resource';
import { defineResource } from '../../../src/definition/define-resource';
import { areValidChanges, findFaults } from '../../../src/values/check';

interface Case {
  readonly description: string;
  readonly data: Json;
  readonly valid: boolean;
}
interface Group {
  readonly description: string;
  readonly schema: Schema;
  readonly tests: readonly Case[];
}
type Schema = { readonly [keyword: string]: unknown };

const SUITE = join(__dirname, '../../json-schema-test-suite');
const FILES = ['.', 'format', 'optional'].flatMap((folder) =>
  readdirSync(join(SUITE, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name)),
);

/** Why a resource file does not say some groups of the suite; each pattern is of file and group. */
const UNSAID: [reason: string, pattern: RegExp][] = [
  [
    'members are named one by one, not by patterns, schemas or other keywords',
    /^additionalProperties\.json: (?!additionalProperties being false with|additionalProperties are allowed)|^optional\/.*patternProperties|properties, patternProperties/,
  ],
  ['an enum is of one type, strings or numbers', /^enum\.json: (heterogeneous|enum with (false|true|\[))/],
  ['null is no value of an attribute: it removes in a merge patch', /null (type|instance|valued)/],
  ['an attribute has one type', /^type\.json: (multiple types|type as array|type: array)/],
  [
    'an array holds elements of one schema',
    /^items\.json: (prefixItems|items (with (boolean|heterogeneous)|does not look|and subitems))|^uniqueItems\.json: .*array of items/,
  ],
  ['an attribute has a type, not a schema that is true or false', /boolean schema/],
  [
    'names of attributes are letters, digits, hyphens and underscores, and none that every object has',
    /^(properties|required).*escaped characters|Javascript object property names/,
  ],
];

/**
 * What the suite takes and a resource does not: unknown members, and whole numbers that are not one apart; beside what
 * is of another type.
 */
const isStricter = (node: SchemaNode, value: Json): boolean =>
  hasUnknownMember(node, value) ||
  (node.keywords.integer === true && typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER);

const groups = FILES.flatMap((file) =>
  (JSON.parse(readFileSync(join(SUITE, file), 'utf8')) as Group[]).map((group) => ({
    ...group,
    name: `${file}: ${group.description}`,
    attribute: attributeFor(group.schema),
  })),
);

/** What a schema of the suite would be in a resource file; undefined where it has a word that no attribute has. */
function attributeFor(whole: Schema | boolean): Attribute | undefined {
  if (typeof whole === 'boolean') {
    return undefined;
  }
  const { $schema: _, ...schema } = whole;
  const { type, ...words } = schema as { type?: string };
  const kind = type ?? kindOf(words);
  const {
    items,
    properties,
    required = [],
    additionalProperties,
    ...rest
  } = words as {
    items?: Schema;
    properties?: Record<string, Schema>;
    required?: string[];
    additionalProperties?: unknown;
  };
  if (kind === undefined || !Object.keys(rest).every((word) => ATTRIBUTE_KEYWORDS.has(word))) {
    return undefined;
  }
  switch (kind) {
    case 'string':
      return { type: String, ...rest };
    case 'number':
      return { type: Number, ...rest };
    case 'integer':
      return { type: Number, integer: true, ...rest };
    case 'boolean':
      return { type: Boolean, ...rest };
    case 'array': {
      const element = items === undefined ? 'any' : attributeFor(items);
      return element && { type: Array, schema: element === 'any' ? element : [element], ...rest };
    }
    case 'object': {
      if (properties === undefined && additionalProperties === undefined && required.length === 0) {
        return { type: Object, schema: 'any', ...rest };
      }
      if (additionalProperties !== undefined && additionalProperties !== false) {
        return undefined;
      }
      const named = [...new Set([...Object.keys(properties ?? {}), ...required])];
      // What the suite says nothing of holds a number there.
      const members = named.map(
        (name) =>
          [
            name,
            Object.keys(properties?.[name] ?? {}).length === 0 && typeof properties?.[name] !== 'boolean'
              ? Number
              : attributeFor(properties![name]!),
          ] as const,
      );
      if (members.length === 0 || members.some(([, inner]) => inner === undefined)) {
        return undefined;
      }
      return {
        type: Object,
        schema: Object.fromEntries(
          members.map(([name, inner]) => [
            name,
            {
              ...(typeof inner === 'object' && 'type' in inner ? inner : { type: inner }),
              ...(required.includes(name) && { required: true }),
            },
          ]),
        ) as SchemaDefinition,
        ...rest,
      };
    }
    default:
      return undefined;
  }
}

/** The type that a keyword is about. */
function kindOf(words: Schema): string | undefined {
  const { enum: values } = words as { enum?: unknown[] };
  if (values !== undefined) {
    const types = new Set(values.map((value) => typeof value));
    return types.size === 1 ? [...types][0] : undefined;
  }
  const has = (...names: string[]): boolean => names.some((name) => name in words);
  return has('minLength', 'maxLength', 'pattern', 'format')
    ? 'string'
    : has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf')
      ? 'number'
      : has('items', 'minItems', 'maxItems', 'uniqueItems')
        ? 'array'
        : has('properties', 'required', 'additionalProperties')
          ? 'object'
          : undefined;
}

function resourceWith(attribute: Attribute): Resource {
  return defineResource({ name: 'things', description: 'Things.', schema: { x: attribute } });
}

/** Whether a resource can be made of a group of the suite. */
function isSaid({ attribute }: (typeof groups)[number]): boolean {
  try {
    return attribute !== undefined && resourceWith(attribute).attributes.size === 1;
  } catch {
    return false;
  }
}

function isOfKind(kind: Kind, value: Json): boolean {
  switch (kind) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'date':
      return typeof value === 'string';
    default:
      return typeof value === kind;
  }
}

function hasUnknownMember({ properties, element, kind, keywords }: SchemaNode, value: Json): boolean {
  if (typeof value !== 'object' || value === null || keywords.schema === 'any') {
    return false;
  }
  if (Array.isArray(value)) {
    return kind === 'array' && element !== undefined && value.some((inner) => hasUnknownMember(element, inner));
  }
  return (
    kind === 'object' &&
    Object.entries(value).some(
      ([name, inner]) => !properties.has(name) || hasUnknownMember(properties.get(name)!, inner),
    )
  );
}

/** Whether a resource takes a value, and that it takes the same as a change. */
async function isTaken({ name, attributes }: Resource, value: Json): Promise<boolean> {
  const body: JsonObject = { x: value };
  const faults = findFaults({ name, attributes }, body);
  const { faults: further } = await prepareItem(attributes, body, faults.attributes);
  expect([value, areValidChanges({ attributes }, body)]).toEqual([value, value === null || faults.count === 0]);
  return faults.count + further.count === 0;
}

const said = groups.filter(isSaid);

test.each(said.map((group) => [group.name, group] as const))('%s', async (_, { attribute, schema, tests }) => {
  const resource = resourceWith(attribute!);
  const node = resource.attributes.get('x')!;
  for (const { description, data, valid } of tests) {
    // An attribute takes its type alone, so what keywords pass over is refused.
    const isExpected = valid && !isStricter(node, data) && (isOfKind(node.kind, data) || schema['type'] !== undefined);
    expect([description, await isTaken(resource, data)]).toEqual([description, isExpected]);
  }
});

test('a Date takes what a date-time is, without leap seconds, which no clock of a table keeps', async () => {
  const resource = resourceWith(Date);
  for (const { data, valid } of groups.find(({ name }) => name.startsWith('format/date-time'))!.tests) {
    expect([data, await isTaken(resource, data)]).toEqual([
      data,
      valid && typeof data === 'string' && !data.includes(':60'),
    ]);
  }
});

test('every group that no resource file can say has its reason, and every reason is needed', () => {
  const unsaid = groups.filter((group) => !isSaid(group)).map(({ name }) => name);
  expect(unsaid.filter((name) => !UNSAID.some(([, pattern]) => pattern.test(name)))).toEqual([]);
  expect(said.map(({ name }) => name).filter((name) => UNSAID.some(([, pattern]) => pattern.test(name)))).toEqual([]);
  expect(UNSAID.filter(([, pattern]) => !unsaid.some((name) => pattern.test(name)))).toEqual([]);
});

test('every keyword and format that a resource file offers is in the suite', () => {
  const tried = JSON.stringify(said.map(({ schema }) => schema));
  const ours = [
    'required',
    'schema',
    'type',
    'integer',
    'default',
    'forceDefault',
    'validate',
    'get',
    'set',
    'readOnly',
    'references',
    'onDelete',
    'acyclic',
    'unique',
    'counts',
    'sums',
    'readableBy',
    'writableBy',
    'title',
    'description',
    'examples',
    'deprecated',
  ];
  expect([...ATTRIBUTE_KEYWORDS.keys()].filter((word) => !ours.includes(word) && !tried.includes(`"${word}"`))).toEqual(
    [],
  );
  for (const word of [
    '"required"',
    '"properties"',
    '"items"',
    '"type":"integer"',
    ...FORMATS.map((format) => `"format":"${format}"`),
  ]) {
    expect(tried).toContain(word);
  }
});
