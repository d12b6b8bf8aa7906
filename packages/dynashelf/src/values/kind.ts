// What a kind of attribute consists of, in three parts: each function is bundled with the parts that it needs.
// kinds/ has a file for each kind, kinds.ts lists them; docs/decisions/kinds.md says how one is added.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Faults } from '../problem';
import type { AttributeDefinition } from './attribute';
import type { Json, JsonObject } from './json';
import type { SchemaNode } from './node';
import type { Operand, Operator } from './operator';
import type { InputValue, StoredValue } from './stored';

/** What a resource file may say of attributes of a kind. */
export interface DeclaredKind {
  /** Whether a `type` of a resource file means this kind. */
  readonly isType: (type: unknown) => boolean;
  /** What its `schema` declares, where it has one. */
  readonly holds?: 'attributes' | 'element';
  /** The keywords that it takes besides those of every attribute. */
  readonly keywords: readonly (keyof AttributeDefinition)[];
  /** Whether a value that stands in a resource file can be its `default`. */
  readonly isDefault: (value: unknown) => boolean;
  /** Whether an index can have it in its key. */
  readonly isKey?: true;
  /** Whether DynamoDB has sets of it. */
  readonly isInSets?: true;
}

/** How values of a kind lie in the table, and how a list compares them. */
export interface StoredKind {
  /** What a list can ask. */
  readonly operators: readonly Operator[];
  /** Compiles what makes JSON of a stored value; what has another type than the declared one becomes what it is. */
  readonly decoder: (node: SchemaNode, inner: (node: SchemaNode) => Decode) => Decode;
  /** The value as Dynamoose hands it to `get`, or a promise of it; undefined where it has another type. */
  readonly hydrate: (node: SchemaNode, stored: AttributeValue, inner: Hydrate) => unknown;
  /** What orders a value among others and is written into keys; undefined where it has another type. */
  readonly key?: (node: SchemaNode, stored: AttributeValue) => string | number | boolean | undefined;
  /** What a filter compares with, read from the text of a parameter, or what is wrong with that text. */
  readonly operand?: (node: SchemaNode, text: string) => Operand | { readonly fault: string };
  /** Why a filter cannot have an operator that goes with other kinds. */
  readonly misuse?: (node: SchemaNode, name: string) => string;
}

/** Makes JSON of a stored value. */
export type Decode = (stored: AttributeValue) => Json;
/** Makes of a stored value what Dynamoose hands to `get`. */
export type Hydrate = (node: SchemaNode, stored: AttributeValue) => unknown;

/** How clients write values of a kind: what is checked, what is made of them, and how the description shows that. */
export interface SentKind {
  /** Compiles the check of a value. */
  readonly checker: (node: SchemaNode, inner: Inner<Check, Check>) => Check;
  /** Compiles what makes the stored value of a checked one, or of a default. */
  readonly converter: (node: SchemaNode, inner: (node: SchemaNode) => Convert) => Convert;
  readonly schema: (node: SchemaNode, inner: Inner<JsonSchema, JsonSchema>) => JsonSchema;
  /** The schema of a value that a filter compares with: such a value need not be one that an item can have. */
  readonly operandSchema?: (node: SchemaNode) => JsonSchema;
  /** A value that an attribute of a name may have; undefined where none is found. */
  readonly example: (
    node: SchemaNode,
    name: string,
    inner: Inner<Json | undefined, JsonObject | undefined>,
  ) => Json | undefined;
}

/** The same of what is inside: of an element, and of an object with members. */
export interface Inner<E, M> {
  readonly element: (node: SchemaNode, name?: string) => E;
  readonly members: (nodes: ReadonlyMap<string, SchemaNode>) => M;
}

/**
 * Whether a value is valid.
 * @param report is told of every fault; without it the first one ends the check
 */
export type Check = (value: Json, report: Report | undefined) => boolean;

/** The faults of a body, as they are found. */
export interface Report {
  /** Where in the body the check is. */
  readonly at: (string | number)[];
  /** Notes a fault of the value that the check is at. */
  readonly note: (detail: () => string) => void;
  /** Notes a member that the object at which the check is must have. */
  readonly noteAbsent: (name: string) => void;
  /** Notes a member that the object at which the check is cannot have, but the known ones. */
  readonly noteUnknown: (name: string, known: Iterable<string>) => void;
}

/**
 * Makes the stored value of one that is given; undefined where a fault is noted.
 * @throws Error where the value is of another type, which only a default's can be
 */
export type Convert = (given: InputValue, at: (string | number)[], faults: Faults) => StoredValue | undefined;

type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';

/** The part of JSON Schema (draft 2020-12) that is derived. */
export interface JsonSchema {
  type?: JsonType | (JsonType | 'null')[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: JsonSchema;
  [keyword: string]: unknown;
}
