// How a message of an app's own is defined, and which were.
import type { SchemaDefinition } from '../values/attribute';
import { readNodes } from '../values/read-schema';
import type { CheckedSchema } from './keywords';
import { NOT_OF_BODIES } from './mistakes/actions';
import { checkAttributes } from './mistakes/resource';
import type { AnyMessage, Message } from './message';

/** What defines a kind of message. */
export interface MessageDefinition<B extends SchemaDefinition> {
  /** Lower case letters, digits and hyphens, such as `booking-accepted`. */
  readonly name: string;
  /** What it tells, for people: one sentence or more. */
  readonly description: string;
  /** The attributes that it holds. */
  readonly body: CheckedSchema<B>;
}

const KEYWORDS = ['name', 'description', 'body'];

/** Those that were defined in this process, so that one that no function takes is found. */
const defined = new Map<string, AnyMessage>();

/**
 * Defines a kind of message, which `transaction.send` sends and a function takes by `message`.
 * @throws Error with each mistake as a sentence
 */
export function defineMessage<const B extends SchemaDefinition>(definition: MessageDefinition<B>): Message<B> {
  const { name, description, body } = definition;
  const message: Message<B> = { name, description, attributes: readNodes(body as SchemaDefinition) };
  const mistakes = globalThis.bundleLacks?.checks ? [] : [...mistakesOf(message, Object.keys(definition))];
  if (mistakes.length > 0) {
    throw new Error(mistakes.map((mistake) => `the message "${name}": ${mistake}`).join('\n'));
  }
  defined.set(name, message);
  return message;
}

/** The names of all that were defined so far. */
export function definedMessages(): string[] {
  return [...defined.keys()];
}

function* mistakesOf({ name, description, attributes }: AnyMessage, keywords: readonly string[]): Generator<string> {
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
    yield 'the name is none: use lower case letters, digits and hyphens, such as booking-accepted';
  }
  if (typeof description !== 'string' || description.trim() === '') {
    yield 'there is no description: say in a sentence what it tells';
  }
  for (const keyword of keywords.filter((one) => !KEYWORDS.includes(one))) {
    yield `"${keyword}" is not a keyword of a message: use ${KEYWORDS.join(', ')}`;
  }
  yield* checkAttributes('body', attributes);
  for (const [attribute, { keywords: own }] of attributes) {
    for (const unfit of NOT_OF_BODIES.filter((one) => own[one] !== undefined)) {
      yield `attribute "${attribute}" has "${unfit}", which says something of stored items, and this is none: remove it`;
    }
  }
}
