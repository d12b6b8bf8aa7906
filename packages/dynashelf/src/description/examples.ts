// Examples, made of what a resource file says: each is valid, or there is none.
import { Validator } from '@cfworker/json-schema';
import type { Json, JsonObject } from '../definition/item';
import { requestSchema } from '../values/json-schema';
import { isFree, type Node } from '../values/node';
import type { Resource } from '../definition/resource';
import { isSettable, visible } from './attributes';

/** An id as the server makes them. */
export const EXAMPLE_ID = '01995f3a-1c00-7d1e-9b2a-6f0c3e5d7a91';
const EXAMPLE_MOMENT = '2026-03-31T12:00:00.000Z';

const OF_FORMAT: Record<string, string> = {
  date: '2026-03-31',
  'date-time': EXAMPLE_MOMENT,
  duration: 'P3DT12H',
  email: 'ada@example.org',
  hostname: 'example.org',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  time: '12:00:00Z',
  uri: 'https://example.org/',
  'uri-reference': '/example',
  uuid: EXAMPLE_ID,
};

/** What a client could send to make an item or call an action; undefined where none is found that is valid. */
export function exampleWrite(attributes: ReadonlyMap<string, Node>): JsonObject | undefined {
  const writable = [...attributes].filter(([, node]) => isSettable(node));
  const found = writable.flatMap(([name, node]): [string, Json][] => {
    const value = exampleOf(node, name);
    return value !== undefined && isValid(name, node, value) ? [[name, value]] : [];
  });
  const names = new Set(found.map(([name]) => name));
  const lacksOne = writable.some(
    ([name, { words }]) => words.required === true && words.default === undefined && !names.has(name),
  );
  return lacksOne ? undefined : Object.fromEntries(found);
}

/** An item as GET would show it. */
export function exampleItem(resource: Resource): JsonObject | undefined {
  const { attributes, computed } = resource;
  const shown = visible(resource).attributes;
  const written = exampleWrite(attributes);
  const readOnly = [...attributes].filter(([, node]) => !isSettable(node));
  const changes = [...attributes.values()].some(({ words }) => words.get !== undefined);
  const unknown = readOnly.some(([, { words }]) => words.required === true && typeof words.default === 'function');
  if (written === undefined || changes || unknown) {
    return undefined;
  }
  const own = readOnly.flatMap(([name, node]): [string, Json][] => {
    const value = Object.hasOwn(computed, name) ? computedExample(computed[name]!, written) : plain(node.words.default);
    return value === undefined ? [] : [[name, value]];
  });
  const item = Object.fromEntries([...Object.entries(written), ...own].filter(([name]) => shown.has(name)));
  return { id: EXAMPLE_ID, ...item, version: 1, createdAt: EXAMPLE_MOMENT, updatedAt: EXAMPLE_MOMENT };
}

/** A value that an attribute may have. */
function exampleOf({ kind, words, members, element }: Node, name: string): Json | undefined {
  const given = words.examples?.[0] ?? words.enum?.[0] ?? plain(words.default);
  if (given !== undefined) {
    return given as Json;
  }
  switch (kind) {
    case 'string':
      return words.references !== undefined
        ? EXAMPLE_ID
        : words.format !== undefined
          ? OF_FORMAT[words.format]
          : sized(name, words);
    case 'number':
      return inRange(words);
    case 'boolean':
      return true;
    case 'date':
      return EXAMPLE_MOMENT;
    case 'binary':
      return 'QUJD';
    case 'any':
      return { any: 'JSON' };
    case 'object':
      return words.schema === 'any' ? { any: 'JSON' } : exampleWrite(members);
    case 'array':
    case 'set': {
      const inner = element !== undefined && !isFree(element) ? exampleOf(element, name) : 'any JSON';
      return inner === undefined || (words.minItems ?? 0) > 1 ? undefined : [inner];
    }
  }
}

function sized(name: string, { minLength = 0, maxLength = Infinity }: Node['words']): string {
  return `An example of ${name}`.padEnd(minLength, '.').slice(0, maxLength);
}

function inRange({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, integer }: Node['words']): number {
  const least =
    minimum ??
    (exclusiveMinimum === undefined
      ? undefined
      : exclusiveMinimum +
        (integer === true ? 1 : (exclusiveMaximum ?? exclusiveMinimum + 2) - exclusiveMinimum) /
          (integer === true ? 1 : 2));
  return least ?? maximum ?? multipleOf ?? (exclusiveMaximum === undefined ? 1 : exclusiveMaximum - 1);
}

function plain(value: unknown): Json | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function computedExample(compute: (item: never) => unknown, written: JsonObject): Json | undefined {
  try {
    return compute(written as never) as Json | undefined;
  } catch {
    // It counts on something that an example has not.
    return undefined;
  }
}

function isValid(name: string, node: Node, value: Json): boolean {
  const isRight =
    (node.words.validate === undefined && node.words.set === undefined) ||
    node.words.examples !== undefined ||
    node.words.format !== undefined;
  return isRight && new Validator(requestSchema(new Map([[name, node]])), '2020-12').validate({ [name]: value }).valid;
}
