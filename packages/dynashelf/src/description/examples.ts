// Examples, made of what a resource file says: each is valid, or there is none.
import type { Json, JsonObject } from '../values/json';
import { gatherFaults } from '../problem';
import { isValid } from '../values/check';
import { convert } from '../values/convert';
import { FORMATS_BY_NAME } from '../values/formats';
import { EXAMPLE_ID } from '../values/id';
import { SENT } from '../values/kinds';
import type { SchemaNode } from '../values/node';
import type { Resource } from '../definition/resource';
import { addDefaults } from '../definition/computed';
import { isSettable, visible } from './attributes';

const EXAMPLE_MOMENT = FORMATS_BY_NAME['date-time'].example;

/** What a client could send to make an item or call an action; undefined where none is found that is valid. */
export function exampleWrite(attributes: ReadonlyMap<string, SchemaNode>): JsonObject | undefined {
  const writable = [...attributes].filter(([, node]) => isSettable(node));
  const found = writable.flatMap(([name, node]): [string, Json][] => {
    const value = exampleOf(node, name);
    return value !== undefined && isFit(name, node, value) ? [[name, value]] : [];
  });
  const names = new Set(found.map(([name]) => name));
  const lacksOne = writable.some(
    ([name, { keywords }]) => keywords.required === true && keywords.default === undefined && !names.has(name),
  );
  return lacksOne ? undefined : Object.fromEntries(found);
}

/** An item as GET would show it. */
export function exampleItem(resource: Resource): JsonObject | undefined {
  const { attributes, computed } = resource;
  const shown = visible(resource).attributes;
  const written = exampleWrite(attributes);
  const readOnly = [...attributes].filter(([, node]) => !isSettable(node));
  const changes = [...attributes.values()].some(({ keywords }) => keywords.get !== undefined);
  const unknown = readOnly.some(
    ([, { keywords }]) => keywords.required === true && typeof keywords.default === 'function',
  );
  if (written === undefined || changes || unknown) {
    return undefined;
  }
  // As on a write: each is given the defaults, and those before it.
  const whole: { [name: string]: unknown } = { ...written };
  addDefaults(resource, whole);
  for (const [name, compute] of Object.entries(computed)) {
    const value = computedExample(compute, whole);
    whole[name] = value !== undefined && isFit(name, attributes.get(name)!, value) ? value : undefined;
  }
  const own = readOnly.flatMap(([name, node]): [string, Json][] => {
    const value = Object.hasOwn(computed, name) ? (whole[name] as Json | undefined) : plain(node.keywords.default);
    return value === undefined ? [] : [[name, value]];
  });
  const item = Object.fromEntries([...Object.entries(written), ...own].filter(([name]) => shown.has(name)));
  return { id: EXAMPLE_ID, ...item, version: 1, createdAt: EXAMPLE_MOMENT, updatedAt: EXAMPLE_MOMENT };
}

/** A value that an attribute may have. */
function exampleOf(node: SchemaNode, name: string): Json | undefined {
  const { kind, keywords } = node;
  const given = keywords.examples?.[0] ?? keywords.enum?.[0] ?? plain(keywords.default);
  return given !== undefined
    ? (given as Json)
    : SENT[kind].example(node, name, {
        element: (element) => exampleOf(element, name),
        members: exampleWrite,
      });
}

function plain(value: unknown): Json | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function computedExample(compute: (item: never) => unknown, item: object): Json | undefined {
  try {
    return compute(item as never) as Json | undefined;
  } catch {
    // It counts on something that an example has not.
    return undefined;
  }
}

/** Whether a request could hold a value, as far as this is known without calling the resource's functions. */
function isFit(name: string, node: SchemaNode, value: Json): boolean {
  const { validate, set, examples, format } = node.keywords;
  if ((validate !== undefined || set !== undefined) && examples === undefined && format === undefined) {
    return false;
  }
  const faults = gatherFaults();
  return isValid(node, value) && convert(node, value, [name], faults) !== undefined && faults.count === 0;
}
