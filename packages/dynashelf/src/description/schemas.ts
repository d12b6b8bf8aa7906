// The schemas of one collection: items, what clients write, patches, pages.
import type { Resource } from '../definition/resource';
import { itemSchema, mergePatchSchema, requestSchema } from '../values/json-schema';
import type { JsonSchema } from '../values/kind';
import { MOST_CREATED, MOST_LISTED } from '../definition/limits';
import { LONGEST_ID, ID_PATTERN } from '../values/id';
import { isHidden, isSeenDeleting, isSettable, annotate, settable, optionalForCaller, visible } from './attributes';
import { exampleItem, exampleWrite } from './examples';
import { partOf, schemaName, schemaOf, type Part } from './names';
import type { TrustedCredentials } from './trusted-credentials';

/** What the system keeps of every item. */
const SYSTEM_PROPERTIES = {
  id: {
    type: 'string',
    pattern: ID_PATTERN,
    minLength: 1,
    maxLength: LONGEST_ID,
    readOnly: true,
    description: 'Unique within the collection; UUIDv7 (RFC 9562) where the server made it.',
  },
  version: {
    type: 'integer',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    format: 'int64',
    readOnly: true,
    description: '1 on creation, one more with every write; the ETag.',
  },
  createdAt: { type: 'string', format: 'date-time', maxLength: 24, readOnly: true, description: 'RFC 3339, UTC.' },
  updatedAt: { type: 'string', format: 'date-time', maxLength: 24, readOnly: true, description: 'RFC 3339, UTC.' },
} as const;

/** Of an item that is deleted step by step with what refers to it. */
const DELETING = {
  type: 'boolean',
  const: true,
  readOnly: true,
  description:
    'Only while the item is being deleted: it cannot be changed or referred to. `DELETE` goes on with a deletion that broke off.',
};

/** The schemas of one collection. */
export function collectionSchemas(
  resource: Resource,
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  const item = wholeItem(resource, resources, trusted);
  // RFC 7396 §2: to remove what is not there changes nothing, so what else may be there is null. Generators take no
  // schema that says so.
  const { additionalProperties: _, ...merge } = ignoring(
    resource,
    resources,
    mergePatchSchema(settable(resource.attributes)),
    trusted,
  ) as JsonSchema;
  return {
    [schemaName(resource, 'Item')]: item,
    [schemaName(resource, 'Page')]: page(`A page of ${resource.name}.`, schemaOf(resource, 'Item')),
    [schemaName(resource, 'Input')]: written(resource, resources, trusted),
    [schemaName(resource, 'Change')]: {
      ...merge,
      description: `A change of an item of ${resource.name} (RFC 7396): what is absent stays, null removes.`,
    },
  };
}

/** What answers hold of one collection where a request asks for less, or sends several. */
export function collectionParts(resource: Resource, item: Part): Part {
  return {
    [schemaName(resource, 'Part')]: {
      type: 'object',
      description: `The attributes of an item of ${resource.name} that \`fields\` names, and its \`id\`.`,
      properties: item['properties'],
      required: ['id'],
      additionalProperties: false,
    },
    [schemaName(resource, 'PartPage')]: page(
      `A page of what \`fields\` names of ${resource.name}.`,
      partOf(resource, 'Part'),
    ),
    [schemaName(resource, 'Created')]: {
      type: 'object',
      description: `The items of ${resource.name} that one request made, in its order.`,
      properties: { items: { type: 'array', items: partOf(resource, 'Part'), minItems: 1, maxItems: MOST_CREATED } },
      required: ['items'],
      additionalProperties: false,
    },
  };
}

function page(description: string, item: Part): Part {
  return {
    type: 'object',
    description,
    properties: {
      items: { type: 'array', items: item, maxItems: MOST_LISTED },
      next: {
        type: 'string',
        format: 'uri-reference',
        description: 'Where the next page is, to resolve against the URL of the request; absent on the last page.',
      },
      total: {
        type: 'integer',
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        format: 'int64',
        description:
          'How many items the whole list has, where `Prefer: count=exact` asked for it and it could be counted.',
      },
    },
    required: ['items'],
    additionalProperties: false,
  };
}

/** The body of an action. */
export function bodySchema(attributes: Resource['attributes']): JsonSchema {
  return requestSchema(attributes);
}

function wholeItem(
  resource: Resource,
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  const { attributes } = visible(resource);
  const { properties = {}, required = [], ...schema } = itemSchema(attributes);
  const shown = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      { ...property, ...(!isSettable(attributes.get(name)!) && { readOnly: true }) },
    ]),
  );
  const references = [...attributes].flatMap(([name, { keywords }]) => {
    const referred = keywords.references === undefined ? undefined : resources.get(keywords.references);
    return referred === undefined ? [] : [[name, { anyOf: [schemaOf(referred, 'Item'), { type: 'null' }] }] as const];
  });
  const { id, ...system } = SYSTEM_PROPERTIES;
  const example = exampleItem(resource);
  return {
    ...schema,
    description: `An item of ${resource.name}. ${resource.description}`,
    properties: {
      id,
      ...annotate(resource, shown, trusted),
      ...system,
      ...(isSeenDeleting(resource, resources) && { deleting: DELETING }),
      ...(references.length > 0 && {
        expand: {
          type: 'object',
          readOnly: true,
          description:
            'What the item refers to, as far as the parameter `expand` names it; null for what is not there.',
          properties: Object.fromEntries(references),
          additionalProperties: false,
        },
      }),
    },
    required: [
      'id',
      ...required.filter((name) => !isHidden(attributes.get(name)!, trusted)),
      'version',
      'createdAt',
      'updatedAt',
    ],
    ...(example !== undefined && { examples: [example] }),
  };
}

function written(
  resource: Resource,
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  const example = exampleWrite(resource.attributes);
  return {
    ...ignoring(
      resource,
      resources,
      requireLess(requestSchema(settable(resource.attributes)), optionalForCaller(resource, trusted)),
      trusted,
    ),
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
function ignoring(
  resource: Resource,
  resources: ReadonlyMap<string, Resource>,
  schema: JsonSchema,
  trusted: TrustedCredentials | undefined,
): Part {
  const readOnly = [...visible(resource).attributes].filter(([, node]) => !isSettable(node)).map(([name]) => name);
  const ignored = { readOnly: true, description: 'Ignored in a request.' };
  return {
    ...schema,
    properties: {
      // Of a type, so that no client sends a null of its own.
      id: {
        type: 'string',
        readOnly: true,
        description: 'Ignored by POST; of PUT and PATCH the one of the path, if it is there.',
      },
      ...annotate(resource, schema.properties ?? {}, trusted),
      ...Object.fromEntries(
        [
          ...readOnly,
          'version',
          'createdAt',
          'updatedAt',
          ...(isSeenDeleting(resource, resources) ? ['deleting'] : []),
        ].map((name) => [name, ignored]),
      ),
    },
  };
}

/** What bodies of all collections can hold besides. */
export function sharedParts(): Part {
  const path = { type: 'string', format: 'json-pointer', description: 'A JSON Pointer (RFC 6901).' };
  const operation = (ops: string[], members: Part): Part => ({
    type: 'object',
    properties: { op: { type: 'string', enum: ops }, path, ...members },
    required: ['op', 'path', ...Object.keys(members)],
  });
  return {
    JsonPatch: {
      type: 'array',
      description: 'A JSON Patch (RFC 6902): operations that are carried out in order, all or none.',
      items: {
        anyOf: [
          operation(['add', 'replace', 'test'], { value: {} }),
          operation(['remove'], {}),
          operation(['move', 'copy'], { from: path }),
        ],
      },
    },
  };
}
