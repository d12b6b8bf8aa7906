// The conversion by Dynamoose's own models, chosen by the parameter `models` (docs/dynamoose.md). Each attribute goes
// through Dynamoose, or, where Dynamoose does not hold it (held.ts), through the compiled conversion.
import type { SchemaDefinition } from '../../values/attribute';
import type { JsonObject } from '../../values/json';
import { gatherFaults } from '../../problem';
import { isReadOnly, type SchemaNode } from '../../values/node';
import type { Prepared } from '../../values/prepare';
import type { StoredValue } from '../../values/stored';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import { toJson } from '../../values/decode';
import type { AttributeMap } from '../layout/value';
import * as compiled from './compiled';
import type { Attributes, Conversion } from './conversion';
import { isHeld, isMarshalled, isReadable, toDynamoose } from './held';
import { inOrder } from './order';
import { dynamooseModel, dynamooseSchema } from './schema';

/** What of a Dynamoose model converts; its types say less. */
interface Model {
  readonly Item: {
    new (
      item: object,
      settings?: object,
    ): {
      toDynamo(settings: object): Promise<AttributeMap>;
      conformToSchema(settings: object): Promise<object>;
    };
    objectToDynamo(values: object): AttributeMap;
    fromDynamo(record: AttributeMap): Record<string, StoredValue>;
  };
}

/** The models of some attributes. */
interface Models {
  /** The names of those that Dynamoose holds. */
  readonly held: ReadonlySet<string>;
  /** The model of all that are held. */
  readonly whole: Model;
  /** The model of one. */
  readonly of: (name: string) => Model;
}

/** What Dynamoose does to an item that it saves. */
const SAVING = {
  defaults: true,
  validate: true,
  required: true,
  enum: true,
  forceDefault: true,
  combine: true,
  saveUnknown: true,
  customTypesDynamo: true,
  updateTimestamps: true,
  modifiers: ['set'],
  mapAttributes: true,
};

/** What Dynamoose does to a record that it reads. */
const READING = {
  type: 'fromDynamo',
  customTypesDynamo: true,
  checkExpiredItem: true,
  saveUnknown: true,
  modifiers: ['get'],
  mapAttributes: true,
};

/** Dynamoose takes an item all of whose values look like stored ones for a record: these do not. */
const KEY = { [PARTITION_KEY]: 'the partition', [SORT_KEY]: 'the id' };

const known = new WeakMap<Attributes, Models>();

function modelsOf(attributes: Attributes): Models {
  let models = known.get(attributes);
  if (models === undefined) {
    const held = new Set([...attributes].filter(([name, node]) => isHeld(name, node)).map(([name]) => name));
    const single = new Map<string, Model>();
    models = {
      held,
      whole: makeModel(attributes, held),
      of(name) {
        const model = single.get(name) ?? makeModel(attributes, [name]);
        single.set(name, model);
        return model;
      },
    };
    known.set(attributes, models);
  }
  return models;
}

function makeModel(attributes: Attributes, names: Iterable<string>): Model {
  const schema = Object.fromEntries(
    [...names].map((name) => [name, attributes.get(name)!.keywords]),
  ) as SchemaDefinition;
  return dynamooseModel('conversion', 'none', dynamooseSchema(schema)) as unknown as Model;
}

/** A whole item, by the Dynamoose model. */
export const prepareItem: Conversion['prepareItem'] = async (attributes, body, skip = new Set()) =>
  prepare(
    attributes,
    body,
    [...attributes.keys()].filter((name) => !skip.has(name)),
  );

/** The changed attributes of an item, by the Dynamoose model. */
export const prepareChanges: Conversion['prepareChanges'] = async (attributes, body, changed) =>
  prepare(attributes, body, touched(attributes, changed));

/** Attributes that own code gives, by the Dynamoose model. */
export const prepareGiven: Conversion['prepareGiven'] = async (attributes, item, names) =>
  prepare(attributes, item, touched(attributes, names), true);

function touched(attributes: Attributes, names: ReadonlySet<string>): string[] {
  return [...attributes]
    .filter(([name, { keywords }]) => names.has(name) || keywords.forceDefault === true)
    .map(([name]) => name);
}

async function prepare(
  attributes: Attributes,
  body: JsonObject,
  names: readonly string[],
  takesReadOnly = false,
): Promise<Prepared> {
  const models = modelsOf(attributes);
  const taken: Record<string, unknown> = {};
  const byDynamoose = names.filter((name) => {
    const node = attributes.get(name)!;
    if (!models.held.has(name)) {
      return false;
    }
    if (!Object.hasOwn(body, name) || (isReadOnly(node) && !takesReadOnly)) {
      return true;
    }
    taken[name] = toDynamoose(node, body[name]!);
    return taken[name] !== undefined;
  });
  const isWhole = byDynamoose.length === models.held.size;
  const parts = isWhole ? [byDynamoose] : byDynamoose.map((name) => [name]);
  const others = names.filter((name) => !byDynamoose.includes(name));
  try {
    const made = await Promise.all([
      ...parts.map(async (part) => saved(isWhole ? models.whole : models.of(part[0]!), taken, part)),
      compiledOf(attributes, body, others, takesReadOnly),
    ]);
    if (made.every(({ faults }) => faults.count === 0)) {
      const all = Object.fromEntries(made.flatMap(({ values }) => Object.entries(values)));
      const present = names.filter((name) => all[name] !== undefined);
      return { values: Object.fromEntries(present.map((name) => [name, all[name]!])), faults: gatherFaults() };
    }
  } catch {
    // Dynamoose throws at the first fault, with a sentence.
  }
  // Every fault is found here, with its place and in order. What a function of the resource file throws is thrown
  // again.
  return compiledOf(attributes, body, names, takesReadOnly);
}

/** @throws what Dynamoose throws, and where it made what DynamoDB does not hold */
async function saved({ Item }: Model, taken: Record<string, unknown>, names: readonly string[]): Promise<Prepared> {
  if (names.length === 0) {
    return { values: {}, faults: gatherFaults() };
  }
  const given = Object.fromEntries(
    names.filter((name) => taken[name] !== undefined).map((name) => [name, taken[name]]),
  );
  const stored = await new Item({ ...KEY, ...given }).toDynamo(SAVING);
  const { [PARTITION_KEY]: _partition, [SORT_KEY]: _id, ...values } = Item.fromDynamo(stored);
  if (!isMarshalled(values)) {
    throw new Error('A number is beyond what DynamoDB holds.');
  }
  return { values, faults: gatherFaults() };
}

async function compiledOf(
  attributes: Attributes,
  body: JsonObject,
  names: readonly string[],
  takesReadOnly: boolean,
): Promise<Prepared> {
  const own = new Map(names.map((name) => [name, attributes.get(name)!]));
  return takesReadOnly ? compiled.prepareGiven(own, body, new Set(names)) : compiled.prepareItem(own, body);
}

/** Prepared values as Dynamoose marshals them. */
export const encode: Conversion['encode'] = (values) => {
  const record: AttributeMap = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) {
      const one = { [name]: value };
      Object.assign(record, isMarshalled(value) ? marshaller().objectToDynamo(one) : compiled.encode(one));
    }
  }
  return record;
};

let anyModel: Model | undefined;

/** What marshals is the same of every model. */
function marshaller(): Model['Item'] {
  anyModel ??= makeModel(new Map(), []);
  return anyModel.Item;
}

/** The same of each of some records. */
export const decodeAll: Conversion['decodeAll'] = async (attributes, records, begin = () => ({})) =>
  Promise.all(records.map(async (record) => decode(attributes, record, begin(record))));

/** The declared attributes of a record, by the Dynamoose model. */
export const decode: Conversion['decode'] = async (attributes, record, item = {}) => {
  const models = modelsOf(attributes);
  const readable: AttributeMap = {};
  const others = new Map<string, SchemaNode>();
  for (const [name, node] of attributes) {
    const stored = record[name];
    if (stored === undefined) {
      continue;
    }
    if (models.held.has(name) && isReadable(node, stored)) {
      readable[name] = inOrder(node, stored);
    } else {
      others.set(name, node);
    }
  }
  const read = await hydrated(models.whole, readable);
  const rest = await compiled.decode(others, record);
  for (const name of attributes.keys()) {
    const value = others.has(name) ? rest[name] : toJson(read[name]);
    if (value !== undefined) {
      item[name] = value;
    }
  }
  return item;
};

async function hydrated({ Item }: Model, record: AttributeMap): Promise<Record<string, unknown>> {
  const item = new Item({ ...KEY, ...Item.fromDynamo(record) }, { type: 'fromDynamo' });
  return { ...(await item.conformToSchema(READING)) };
}
