// The shape of a resource: what of its file clients and stored items depend on, as plain JSON. It is kept in the table,
// so that a later one is compared with what the items were written under.
import type { LoadedActions } from '../action';
import type { Resource } from '../resource';
import type { JsonObject } from '../../values/json';
import { aggregateOf, isReadOnly, type SchemaNode } from '../../values/node';

/** What of an attribute is compared. */
export interface AttributeShape {
  readonly kind: SchemaNode['kind'];
  /** How a date is stored. */
  readonly storage?: SchemaNode['storage'];
  readonly isRequired: boolean;
  readonly isReadOnly: boolean;
  readonly hasDefault: boolean;
  readonly isComputed: boolean;
  /** The keywords of JSON Schema that bound its values, `enum` among them. */
  readonly bounds: JsonObject;
  readonly references?: string;
  /** What it counts or sums, as a text. */
  readonly aggregate?: string;
  readonly properties?: AttributeShapes;
  readonly element?: AttributeShape;
}

/** Attributes by name. */
export type AttributeShapes = { readonly [name: string]: AttributeShape };

/** What of an action is compared. */
export interface ActionShape {
  readonly isSafe: boolean;
  readonly input: AttributeShapes;
}

/** What of a resource is compared. */
export interface ResourceShape {
  readonly attributes: AttributeShapes;
  /** Each index as a text of what it goes by. */
  readonly indexes: { readonly [name: string]: string };
  /** Groups of attributes that are unique, each as a text. */
  readonly unique: readonly string[];
  readonly trees: readonly string[];
  readonly relations: { readonly [name: string]: string };
  readonly actions: { readonly [name: string]: ActionShape };
  readonly collectionActions: { readonly [name: string]: ActionShape };
  /** The steps from state to state, `→ state` of a new item. */
  readonly steps: readonly string[];
  readonly shards: number;
  readonly mustHavePreconditions: boolean;
  readonly hasChanges: boolean;
}

/** Shapes by collection. */
export type Shapes = { readonly [collection: string]: ResourceShape };

const BOUNDS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'integer',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minItems',
  'maxItems',
  'uniqueItems',
  'enum',
] as const;

/** The shape of a resource. */
export function shapeOf(resource: Resource): ResourceShape {
  const { attributes, indexes, unique, trees, relations, states, computed } = resource;
  const alone = [...attributes].filter(([, { keywords }]) => keywords.unique === true).map(([name]) => [name]);
  return {
    attributes: attributesOf(attributes, new Set(Object.keys(computed))),
    indexes: Object.fromEntries(
      Object.entries(indexes).map(([name, { partition = '', sort = [], transactional = false }]) => [
        name,
        `${partition} ${[sort].flat().join()}${transactional ? ' transactional' : ''}`,
      ]),
    ),
    unique: [...alone, ...unique].map((parts) => [...parts].sort().join()).sort(),
    trees: [...trees].sort(),
    relations: Object.fromEntries(
      Object.entries(relations).map(([name, { collection, attribute }]) => [name, `${collection} ${attribute}`]),
    ),
    actions: actionsOf(resource.actions),
    collectionActions: actionsOf(resource.collectionActions),
    steps:
      states === undefined
        ? []
        : [
            ...states.initial.map((state) => `→ ${state}`),
            ...[...states.from].flatMap(([from, to]) => to.map((state) => `${from} → ${state}`)),
          ].sort(),
    shards: resource.shards,
    mustHavePreconditions: resource.preconditions === 'required',
    hasChanges: resource.changes !== undefined,
  };
}

/** The shapes of all resources. */
export function shapesOf(resources: ReadonlyMap<string, Resource>): Shapes {
  return Object.fromEntries([...resources].map(([name, resource]) => [name, shapeOf(resource)]));
}

function attributesOf(nodes: ReadonlyMap<string, SchemaNode>, computed: ReadonlySet<string>): AttributeShapes {
  return Object.fromEntries([...nodes].map(([name, node]) => [name, attributeOf(node, computed.has(name))]));
}

function attributeOf(node: SchemaNode, isComputed: boolean): AttributeShape {
  const { kind, keywords, storage, properties, element } = node;
  const aggregate = aggregateOf(node);
  return {
    kind,
    ...(kind === 'date' && { storage }),
    isRequired: keywords.required === true,
    isReadOnly: isReadOnly(node),
    hasDefault: keywords.default !== undefined,
    isComputed,
    bounds: Object.fromEntries(
      BOUNDS.flatMap((name) => (keywords[name] === undefined ? [] : [[name, keywords[name] as never]])),
    ),
    ...(keywords.references !== undefined && { references: keywords.references }),
    ...(aggregate !== undefined && {
      aggregate: [
        aggregate.of === undefined ? 'counts' : `sums ${aggregate.of} of`,
        aggregate.collection,
        aggregate.attribute,
      ].join(' '),
    }),
    ...(properties.size > 0 && { properties: attributesOf(properties, new Set()) }),
    ...(element !== undefined && { element: attributeOf(element, false) }),
  };
}

function actionsOf(actions: LoadedActions): ResourceShape['actions'] {
  return Object.fromEntries(
    Object.entries(actions).map(([name, { safe, body, query }]) => [
      name,
      { isSafe: safe, input: attributesOf(safe ? query : body, new Set()) },
    ]),
  );
}
