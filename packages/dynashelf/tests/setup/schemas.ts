// Random schemas and items of them, for tests that hold two implementations against each other.

import * as fc from 'fast-check';

import type { Attribute, AttributeDefinition, SchemaDefinition } from '../../src/values/attribute';
import type { Json, JsonObject } from '../../src/values/json';

/** An attribute that can be made as often as needed, so that nobody works on another's default. */
export interface AttributePlan {
  make(): Attribute;
  /** Values that its JSON Schema takes. */
  readonly json: fc.Arbitrary<Json>;
  /** A JSON value as JavaScript's: dates as Date, sets as Set, binaries as Buffer. */
  feed(json: Json): unknown;
  readonly readOnly?: boolean;
}

/** The attributes of an item or of an object inside one. */
export interface SchemaPlan {
  make(): SchemaDefinition;
  readonly json: fc.Arbitrary<JsonObject>;
  feed(json: JsonObject): Record<string, unknown>;
}

/** Which words may still be said inside an attribute. */
interface Rules {
  readonly depth: number;
  readonly set: boolean;
  readonly get: boolean;
  readonly default: boolean;
  /** A top-level attribute, member of an object, element of an array or element of a set. */
  readonly role: 'attribute' | 'member' | 'element' | 'set element';
}

type Maker = (() => unknown) | undefined;
type Words = Partial<Record<keyof AttributeDefinition, Maker>>;

/** No name begins with another: Dynamoose does not look into an attribute whose name begins with a set's. */
const NAMES = ['a', 'b', 'c-1', 'D_2', 'type', 'schema', 'value', 'name', 'title'];

/** Schemas of one to five attributes, of every type and word of Dynamoose. */
export const schemaPlans: fc.Arbitrary<SchemaPlan> = schemas({
  depth: 3,
  set: true,
  get: true,
  default: true,
  role: 'attribute',
});

function schemas(rules: Rules): fc.Arbitrary<SchemaPlan> {
  return fc
    .dictionary(fc.constantFrom(...NAMES), attributes(rules), { minKeys: 1, maxKeys: 5, noNullPrototype: true })
    .map((plans) => ({
      make: () => Object.fromEntries(Object.entries(plans).map(([name, plan]) => [name, plan.make()])),
      json: fc.record(Object.fromEntries(Object.entries(plans).map(([name, plan]) => [name, plan.json])), {
        requiredKeys: [],
        noNullPrototype: true,
      }) as fc.Arbitrary<JsonObject>,
      feed: (json) =>
        Object.fromEntries(
          Object.entries(json)
            .filter(([name]) => plans[name]!.readOnly !== true)
            .map(([name, value]) => [name, plans[name]!.feed(value)]),
        ),
    }));
}

function attributes(rules: Rules): fc.Arbitrary<AttributePlan> {
  if (rules.role === 'set element') {
    return fc.oneof(strings(rules), numbers(rules), binaries(rules));
  }
  const scalars = [strings(rules), numbers(rules), booleans(rules), dates(rules), binaries(rules), sets(rules)];
  if (rules.role !== 'element') {
    // Dynamoose loses what is inside the second of such elements, and those after it.
    scalars.push(frees(rules));
  }
  return rules.depth === 0 ? fc.oneof(...scalars) : fc.oneof(...scalars, objects(rules), arrays(rules));
}

/** Words chosen at random from pools; each is as often left out. */
function words(
  rules: Rules,
  pools: Partial<Record<'set' | 'get' | 'validate' | 'enum' | 'default', readonly unknown[]>>,
): fc.Arbitrary<Words> {
  const pick = (word: keyof typeof pools, allowed: boolean): fc.Arbitrary<Maker> =>
    allowed && pools[word] !== undefined && pools[word].length > 0
      ? fc
          .option(fc.constantFrom(...pools[word]), { nil: undefined, freq: 2 })
          .map((chosen) => (chosen === undefined ? undefined : () => chosen))
      : fc.constant(undefined);
  const named = rules.role === 'attribute' || rules.role === 'member';
  const called = rules.role !== 'set element';
  return fc
    .record({
      set: pick('set', called && rules.set),
      get: pick('get', called && rules.get),
      validate: pick('validate', called),
      enum: pick('enum', called),
      // A default is made anew for each schema: Dynamoose writes into it.
      default: pick('default', named && rules.default).map((make) => make && (make() as () => unknown)),
      required: named ? fc.constantFrom(undefined, undefined, () => true) : fc.constant(undefined),
    })
    .chain((chosen) =>
      rules.role !== 'attribute'
        ? fc.constant(chosen)
        : fc
            .record({
              readOnly: fc.constantFrom(
                undefined,
                undefined,
                undefined,
                chosen.required === undefined ? () => true : undefined,
              ),
              forceDefault: fc.constantFrom(undefined, chosen.default === undefined ? undefined : () => true),
            })
            .map((more) => ({ ...chosen, ...more })),
    );
}

function plan(
  type: () => object,
  chosen: Words,
  json: fc.Arbitrary<Json>,
  feed: (json: Json) => unknown = (value) => value,
): AttributePlan {
  return {
    make: () =>
      ({
        ...type(),
        ...Object.fromEntries(
          Object.entries(chosen).flatMap(([word, make]) => (make === undefined ? [] : [[word, make()]])),
        ),
      }) as unknown as Attribute,
    json,
    feed,
    readOnly: chosen.readOnly !== undefined || chosen.forceDefault !== undefined,
  };
}

/** A default as a value, a function and an async function. */
function defaults(...make: (() => unknown)[]): (() => unknown)[] {
  return make.flatMap((one) => [one, () => one, () => async () => one()]);
}

const text = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'abc', 'A', 'B', ' abc '),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const number = fc.oneof(
  fc.integer({ min: -3, max: 5 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => (Math.abs(value) < 1e-100 ? 0 : value)),
);
const bytes = fc.uint8Array({ maxLength: 4 }).map((array) => Buffer.from(array).toString('base64'));

function strings(rules: Rules): fc.Arbitrary<AttributePlan> {
  return words(rules, {
    set: [
      (value: string) => value.toLowerCase(),
      async (value: string) => value.trim(),
      (value: string) => (value === '' ? undefined : value),
    ],
    get: [
      (value: string) => `${value}!`,
      async (value: string) => value.length,
      (value: string) => (value === 'a' ? undefined : { is: value }),
    ],
    validate: [
      /^[a-z]*$/i,
      (value: string) => value.length < 5,
      async (value: string) => value !== 'b',
      (value: string) => {
        if (value === 'abc') {
          throw new Error('not abc');
        }
        return true;
      },
    ],
    enum: [
      ['a', 'b'],
      ['abc', ''],
    ],
    default: defaults(
      () => 'a',
      () => 'abc',
      () => undefined,
    ),
  }).map((chosen) =>
    plan(
      () => ({ type: String }),
      chosen,
      chosen.enum === undefined || chosen.set !== undefined ? text : fc.oneof(text, fc.constantFrom('a', 'abc')),
    ),
  );
}

function numbers(rules: Rules): fc.Arbitrary<AttributePlan> {
  return words(rules, {
    set: [(value: number) => Math.round(value), async (value: number) => value / 2],
    get: [(value: number) => value + 1, async (value: number) => `${value}`, () => NaN],
    validate: [(value: number) => value >= 0, async (value: number) => value < 1e5],
    enum: [[1, 2, 3], [0]],
    default: defaults(
      () => 1,
      () => 2.5,
    ),
  }).map((chosen) => plan(() => ({ type: Number }), chosen, number));
}

function booleans(rules: Rules): fc.Arbitrary<AttributePlan> {
  return words(rules, {
    set: [(value: boolean) => !value],
    get: [(value: boolean) => (value ? 'yes' : 'no')],
    validate: [(value: boolean) => value],
    default: defaults(
      () => true,
      () => false,
    ),
  }).map((chosen) => plan(() => ({ type: Boolean }), chosen, fc.boolean()));
}

function dates(rules: Rules): fc.Arbitrary<AttributePlan> {
  const storages = fc.constantFrom(
    () => Date,
    () => ({ value: Date, settings: { storage: 'milliseconds' } }),
    () => ({ value: Date, settings: { storage: 'seconds' } }),
    () => ({ value: Date, settings: { storage: 'iso' } }),
  );
  const json = fc
    .record({
      date: fc.date({
        min: new Date('0100-01-01T00:00:00Z'),
        max: new Date('2200-01-01T00:00:00Z'),
        noInvalidDate: true,
      }),
      form: fc.constantFrom('plain', 'lower', 'space', 'zone'),
    })
    .map(({ date, form }) =>
      form === 'lower'
        ? date.toISOString().toLowerCase()
        : form === 'space'
          ? date.toISOString().replace('T', ' ')
          : form === 'zone'
            ? date.toISOString().replace('Z', '-03:30')
            : date.toISOString(),
    );
  return fc
    .tuple(
      storages,
      words(rules, {
        set: [
          (value: number | string) => (typeof value === 'number' ? value + 1 : `${value.slice(0, 11)}00:00:00.000Z`),
        ],
        get: [
          (value: Date) => value.getUTCFullYear(),
          async (value: Date) => new Date(value.getTime() + 1),
          () => new Date(NaN),
        ],
        validate: [(value: number | string) => (typeof value === 'string' ? value > '2000' : value > 0)],
        default: defaults(
          () => new Date(0),
          () => new Date(1234567891234),
        ),
      }),
    )
    .map(([type, chosen]) =>
      plan(
        () => ({ type: type() }),
        chosen,
        json,
        (value) => new Date((value as string).toUpperCase().replace(' ', 'T')),
      ),
    );
}

function binaries(rules: Rules): fc.Arbitrary<AttributePlan> {
  return words(rules, {
    set: [(value: Buffer) => Buffer.concat([value, value])],
    get: [
      (value: Buffer) => value.length,
      (value: Buffer) => value.toString('hex'),
      async (value: Buffer) => Buffer.from(value).reverse(),
    ],
    validate: [(value: Buffer) => Buffer.isBuffer(value) && value.length < 3],
    default: defaults(() => Buffer.from('x')),
  }).map((chosen) =>
    plan(
      () => ({ type: Buffer }),
      chosen,
      bytes,
      (value) => Buffer.from(value as string, 'base64'),
    ),
  );
}

function sets(rules: Rules): fc.Arbitrary<AttributePlan> {
  return attributes({ ...rules, role: 'set element' }).chain((element) =>
    words(rules, {
      set: [
        (value: Set<unknown>) => new Set([...value].slice(0, 2)),
        (value: Set<unknown>) => new Set([...value].slice(1)),
      ],
      get: [(value: Set<unknown>) => value.size, (value: Set<unknown>) => ([...value].length > 1 ? value : undefined)],
      validate: [(value: Set<unknown>) => value instanceof Set && value.size < 3],
      default:
        typeOf(element.make()) === String
          ? defaults(
              () => new Set(['x', 'y']),
              () => ['x'],
            )
          : [],
    }).map((chosen) =>
      plan(
        () => ({ type: Set, schema: [element.make()] }),
        chosen,
        fc.uniqueArray(element.json, { minLength: 1, maxLength: 3 }),
        (value) => new Set((value as Json[]).map((inner) => element.feed(inner))),
      ),
    ),
  );
}

/** Objects and arrays of any JSON. */
function frees(rules: Rules): fc.Arbitrary<AttributePlan> {
  const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
  // Dynamoose takes a dot in a name for a path, and leaves the names that every object has alone.
  const name = fc.constantFrom('x', 'y', 'S', 'type', 'a b', 'ü');
  const element = fc.oneof(
    json.filter(isFed),
    fc.dictionary(name, json.filter(isFed), { maxKeys: 3, noNullPrototype: true }),
  );
  return fc.oneof(
    words(rules, {
      set: [(value: object) => ({ ...value, zz: 1 })],
      get: [(value: object) => Object.keys(value).length],
      default: defaults(() => ({ x: [1, null, 'y'] })),
    }).map((chosen) =>
      plan(
        () => ({ type: Object, schema: 'any' }),
        chosen,
        fc.dictionary(name, element, { maxKeys: 3, noNullPrototype: true }),
      ),
    ),
    words(rules, {
      set: [(value: Json[]) => value.slice(1), (value: Json[]) => [...value, undefined]],
      get: [(value: Json[]) => value.length],
      default: defaults(() => [1, 'x', { y: true }]),
    }).map((chosen) => plan(() => ({ type: Array, schema: 'any' }), chosen, fc.array(element, { maxLength: 3 }))),
  );
}

function isFed(value: Json): boolean {
  if (typeof value === 'number') {
    return value === 0 || (Math.abs(value) <= Number.MAX_SAFE_INTEGER && Math.abs(value) > 1e-100);
  }
  return (
    typeof value !== 'object' ||
    value === null ||
    (Array.isArray(value)
      ? value.every(isFed)
      : Object.entries(value).every(
          ([name, inner]) => name !== '' && !name.includes('.') && !(name in Object.prototype) && isFed(inner),
        ))
  );
}

function objects(rules: Rules): fc.Arbitrary<AttributePlan> {
  return outside(rules).chain((outer) =>
    schemas({ ...inside(rules, outer), role: 'member' }).chain((members) =>
      members.json.chain((example) =>
        words(outer, {
          set: [(value: object) => ({ ...value, zz: 'x' })],
          get: [(value: object) => ({ ...value, zy: true })],
          validate: [(value: object) => Object.keys(value).length < 3],
          default: [
            () => members.feed(example),
            () => () => members.feed(example),
            () => async () => members.feed(example),
          ],
        }).map((chosen) =>
          plan(
            () => ({ type: Object, schema: members.make() }),
            chosen,
            members.json,
            (value) => members.feed(value as JsonObject),
          ),
        ),
      ),
    ),
  );
}

function arrays(rules: Rules): fc.Arbitrary<AttributePlan> {
  return outside(rules).chain((outer) =>
    attributes({ ...inside(rules, outer), role: 'element' }).chain((element) =>
      fc.array(element.json, { maxLength: 2 }).chain((example) =>
        words(outer, {
          set: [(value: unknown[]) => value.slice(0, 1), async (value: unknown[]) => [...value].reverse()],
          get: [(value: unknown[]) => value.length, (value: unknown[]) => value.slice(1)],
          validate: [(value: unknown[]) => value.length < 3],
          default: [
            () => example.map(element.feed),
            () => () => example.map(element.feed),
            () => async () => example.map(element.feed),
          ],
        }).map((chosen) =>
          plan(
            () => ({ type: Array, schema: [element.make()] }),
            chosen,
            fc.array(element.json, { maxLength: 3 }),
            (value) => (value as Json[]).map((inner) => element.feed(inner)),
          ),
        ),
      ),
    ),
  );
}

/** Whether `set`, `get` and `default` are said outside or inside: of the order of both Dynamoose makes no promise. */
function outside(rules: Rules): fc.Arbitrary<Rules> {
  return fc.record({ set: fc.boolean(), get: fc.boolean(), default: fc.boolean() }).map((outer) => ({
    ...rules,
    set: rules.set && outer.set,
    get: rules.get && outer.get,
    default: rules.default && outer.default,
  }));
}

function inside(rules: Rules, outer: Rules): Rules {
  return {
    ...rules,
    depth: rules.depth - 1,
    set: rules.set && !outer.set,
    get: rules.get && !outer.get,
    default: rules.default && !outer.default,
  };
}

function typeOf(attribute: Attribute): unknown {
  return typeof attribute === 'object' && 'type' in attribute ? attribute.type : attribute;
}

/** A plan that fast-check shows as the schema it makes. */
export function shown(plan: SchemaPlan): SchemaPlan {
  return Object.assign(Object.create({ [fc.toStringMethod]: () => describeSchema(plan.make()) }) as object, plan);
}

function describeSchema(value: unknown): string {
  return typeof value === 'function'
    ? (/^function (String|Number|Boolean|Date|Buffer|Object|Array|Set)\(/.exec(value.toString())?.[1] ??
        `(${value.toString()})`)
    : value instanceof RegExp
      ? value.toString()
      : Buffer.isBuffer(value) ||
          value instanceof Date ||
          value instanceof Set ||
          typeof value !== 'object' ||
          value === null
        ? fc.stringify(value)
        : Array.isArray(value)
          ? `[${value.map(describeSchema).join(', ')}]`
          : `{ ${Object.entries(value)
              .map(([name, inner]) => `${name}: ${describeSchema(inner)}`)
              .join(', ')} }`;
}
