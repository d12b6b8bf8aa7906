// The schemas of one collection: items, what clients write, patches, pages.
import type { Resource } from '../definition/resource';
import { itemSchema, mergePatchSchema, requestSchema, type JsonSchema } from '../definition/json-schema';
import { MOST_CREATED, MOST_LISTED } from '../definition/limits';
import { ID_PATTERN } from '../definition/relation';
import { isHidden, isSettable, remarked, settable, spared, visible } from './attributes';
import { exampleItem, exampleWrite } from './examples';
import { refer, schemaName, schemaOf, type Part } from './names';
import type { Trusted } from './trusted';

/** What the system keeps of every item. */
export const SYSTEM_PROPERTIES = {
  id: { type: 'string', pattern: ID_PATTERN, minLength: 1, maxLength: 128, readOnly: true, description: 'Unique within the collection; UUIDv7 (RFC 9562) where the server made it.' },
  version: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, format: 'int64', readOnly: true, description: '1 on creation, one more with every write; the ETag.' },
  createdAt: { type: 'string', format: 'date-time', maxLength: 24, readOnly: true, description: 'RFC 3339, UTC.' },
  updatedAt: { type: 'string', format: 'date-time', maxLength: 24, readOnly: true, description: 'RFC 3339, UTC.' },
} as const;

/** The schemas section of one collection. */
export function collectionSchemas(resource: Resource, resources: ReadonlyMap<string, Resource>, trusted: Trusted | undefined): Part {
  const item = wholeItem(resource, resources, trusted);
  const shown = { anyOf: [schemaOf(resource, 'Item'), schemaOf(resource, 'Part')] };
  return {
    [schemaName(resource, 'Item')]: item,
    [schemaName(resource, 'Part')]: {
      type: 'object',
      description: `The attributes of an item of ${resource.name} that \`fields\` names, and its \`id\`.`,
      properties: item['properties'],
      required: ['id'],
      additionalProperties: false,
    },
    [schemaName(resource, 'Page')]: {
      type: 'object',
      description: `A page of ${resource.name}.`,
      properties: {
        items: { type: 'array', items: shown, maxItems: MOST_LISTED },
        next: { type: 'string', format: 'uri-reference', maxLength: 10_000, description: 'Where the next page is, to resolve against the URL of the request; absent on the last page.' },
        total: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, format: 'int64', description: 'How many items the whole list has, where `Prefer: count=exact` asked for it and it could be counted.' },
      },
      required: ['items'],
      additionalProperties: false,
    },
    [schemaName(resource, 'Created')]: {
      type: 'object',
      description: `The items of ${resource.name} that one request made, in its order.`,
      properties: { items: { type: 'array', items: shown, minItems: 1, maxItems: MOST_CREATED } },
      required: ['items'],
      additionalProperties: false,
    },
    [schemaName(resource, 'Write')]: written(resource, trusted),
    [schemaName(resource, 'MergePatch')]: {
      ...ignoring(resource, mergePatchSchema(settable(resource.attributes)), trusted),
      // RFC 7396 §2: to remove what is not there changes nothing.
      additionalProperties: { type: 'null' },
      description: `A change of an item of ${resource.name} (RFC 7396): what is absent stays, null removes.`,
    },
  };
}

/** The body of an action. */
export function bodySchema(attributes: Resource['attributes']): JsonSchema {
  return requestSchema(attributes);
}

function wholeItem(resource: Resource, resources: ReadonlyMap<string, Resource>, trusted: Trusted | undefined): Part {
  const { attributes } = visible(resource);
  const { properties = {}, required = [], ...schema } = itemSchema(attributes);
  const shown = Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, { ...property, ...(!isSettable(attributes.get(name)!) && { readOnly: true }) }]));
  const references = [...attributes].flatMap(([name, { words }]) => {
    const referred = words.references === undefined ? undefined : resources.get(words.references);
    return referred === undefined ? [] : [[name, { anyOf: [schemaOf(referred, 'Item'), { type: 'null' }] }] as const];
  });
  const { id, ...system } = SYSTEM_PROPERTIES;
  const example = exampleItem(resource);
  return {
    ...schema,
    description: `An item of ${resource.name}. ${resource.description}`,
    properties: {
      id,
      ...remarked(resource, shown, trusted),
      ...system,
      ...(references.length > 0 && {
        expand: { type: 'object', readOnly: true, description: 'What the item refers to, as far as the parameter `expand` names it; null for what is not there.', properties: Object.fromEntries(references), additionalProperties: false },
      }),
    },
    required: ['id', ...required.filter((name) => !isHidden(attributes.get(name)!, trusted)), 'version', 'createdAt', 'updatedAt'],
    ...(example !== undefined && { examples: [example] }),
  };
}

function written(resource: Resource, trusted: Trusted | undefined): Part {
  const example = exampleWrite(resource.attributes);
  return {
    ...ignoring(resource, requireLess(requestSchema(settable(resource.attributes)), spared(resource, trusted)), trusted),
    description: `What POST and PUT take of an item of ${resource.name}. ${resource.description}`,
    ...(example !== undefined && { examples: [example] }),
  };
}

function requireLess(schema: JsonSchema, spare: ReadonlySet<string>): JsonSchema {
  const { required, ...rest } = schema;
  const left = required?.filter((name) => !spare.has(name)) ?? [];
  return left.length > 0 ? { ...schema, required: left } : rest;
}

/** With what a request may hold in vain, so that what GET returned can be sent back. */
function ignoring(resource: Resource, schema: JsonSchema, trusted: Trusted | undefined): Part {
  const readOnly = [...visible(resource).attributes].filter(([, node]) => !isSettable(node)).map(([name]) => name);
  const ignored = { readOnly: true, description: 'Ignored in a request.' };
  return {
    ...schema,
    properties: {
      id: { readOnly: true, description: 'Ignored by POST; of PUT and PATCH the one of the path, if it is there.' },
      ...remarked(resource, schema.properties ?? {}, trusted),
      ...Object.fromEntries([...readOnly, 'version', 'createdAt', 'updatedAt'].map((name) => [name, ignored])),
    },
  };
}

/** The schemas that all collections share. */
export function sharedSchemas(): Part {
  const pointer = { type: 'string', maxLength: 10_000 };
  const path = { ...pointer, format: 'json-pointer', description: 'A JSON Pointer (RFC 6901).' };
  const operation = (ops: string[], members: Part): Part => ({
    type: 'object',
    properties: { op: { type: 'string', enum: ops }, path, ...members },
    required: ['op', 'path', ...Object.keys(members)],
  });
  return {
    JsonPatch: {
      type: 'array',
      description: 'A JSON Patch (RFC 6902): operations that are carried out in order, all or none.',
      items: { anyOf: [operation(['add', 'replace', 'test'], { value: {} }), operation(['remove'], {}), operation(['move', 'copy'], { from: path })] },
    },
    Problem: {
      type: 'object',
      description: 'A problem document (RFC 9457).',
      properties: {
        type: { type: 'string', format: 'uri-reference', maxLength: 2000, description: 'The kind of problem: a link to its section of the docs.' },
        title: { type: 'string', maxLength: 100, description: 'The kind of problem, in words.' },
        status: { type: 'integer', minimum: 400, maximum: 599, format: 'int32', description: 'The status of the answer.' },
        detail: { type: 'string', description: 'What to do, for a person.' },
        instance: { type: 'string', maxLength: 128, description: 'The id of the request, as in `X-Request-Id`.' },
        errors: { type: 'array', items: refer('schemas', 'Fault'), minItems: 1, description: 'Every fault found.' },
        current: { type: 'object', additionalProperties: true, description: 'The item as it is now, where a precondition failed.' },
      },
      required: ['type', 'title', 'status', 'detail', 'instance'],
      additionalProperties: false,
    },
    Fault: {
      type: 'object',
      description: 'One thing wrong with a request: what to do about it, and one of `pointer`, `parameter` and `header` for its place.',
      properties: {
        detail: { type: 'string' },
        pointer: { type: 'string', pattern: '^#(?:/|$)', description: 'In the body, a JSON Pointer as a URI fragment (RFC 6901 §6).' },
        parameter: { type: 'string', description: 'A parameter of the query or the path.' },
        header: { type: 'string', description: 'A header of the request.' },
      },
      required: ['detail'],
      additionalProperties: false,
    },
  };
}
