// A message of an app's own: sent within a transaction, committed with its writes, and delivered to one function.
import type { SchemaDefinition } from '../values/attribute';
import type { SchemaNode } from '../values/node';

/** A kind of message, whatever it holds. */
export interface AnyMessage {
  readonly name: string;
  readonly description: string;
  readonly attributes: ReadonlyMap<string, SchemaNode>;
}

/** A kind of message, with the types of what it holds. */
export interface Message<B extends SchemaDefinition = SchemaDefinition> extends AnyMessage {
  /** What it holds; for types, and nothing else. */
  readonly body?: B | undefined;
}
