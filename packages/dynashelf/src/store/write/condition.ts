// The conditions of writes. Each is a part of a DynamoDB expression, and a test of a record that was read: a property
// test holds the two equal.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Placeholders } from '../client/expression';
import { PARTITION_KEY } from '../layout/table';
import { valueText, type AttributeMap } from '../layout/value';

/** What must be true of a record for a write to be carried out. */
export interface Condition {
  /** The condition as a part of an expression; parts are joined by AND. */
  readonly expression: (placeholders: Placeholders) => string;
  /** Whether it is true of a record; undefined where there is none. */
  readonly holds: (record: AttributeMap | undefined) => boolean;
}

/** The record exists. */
export const exists: Condition = {
  expression: ({ name }) => `attribute_exists(${name(PARTITION_KEY)})`,
  holds: (record) => record !== undefined,
};

/** The record does not exist. */
export const notExists: Condition = {
  expression: ({ name }) => `attribute_not_exists(${name(PARTITION_KEY)})`,
  holds: (record) => record === undefined,
};

/** An attribute has a value. */
export function equals(attribute: string, stored: AttributeValue): Condition {
  return {
    expression: ({ name, value }) => `${name(attribute)} = ${value(stored)}`,
    holds: (record) => record?.[attribute] !== undefined && valueText(record[attribute]) === valueText(stored),
  };
}

/** A text attribute has one of some values, at least one and at most a hundred. */
export function isAmong(attribute: string, texts: readonly string[]): Condition {
  return {
    expression: ({ name, value }) => `${name(attribute)} IN (${texts.map((text) => value({ S: text })).join(', ')})`,
    holds: (record) => record?.[attribute]?.S !== undefined && texts.includes(record[attribute].S),
  };
}

/** An attribute exists. */
export function present(attribute: string): Condition {
  return {
    expression: ({ name }) => `attribute_exists(${name(attribute)})`,
    holds: (record) => record?.[attribute] !== undefined,
  };
}

/** An attribute does not exist. */
export function absent(attribute: string): Condition {
  return {
    expression: ({ name }) => `attribute_not_exists(${name(attribute)})`,
    holds: (record) => record?.[attribute] === undefined,
  };
}

/** A number attribute is at most a number, or does not exist. */
export function atMost(attribute: string, most: number): Condition {
  return {
    expression: ({ name, value }) =>
      `(attribute_not_exists(${name(attribute)}) OR ${name(attribute)} <= ${value({ N: String(most) })})`,
    holds: (record) => record?.[attribute]?.N === undefined || Number(record[attribute].N) <= most,
  };
}

/** A text or set attribute, if there is one, does not contain a text. */
export function notContains(attribute: string, text: string): Condition {
  return {
    expression: ({ name, value }) => `NOT contains(${name(attribute)}, ${value({ S: text })})`,
    holds: (record) =>
      record?.[attribute]?.S?.includes(text) !== true && record?.[attribute]?.SS?.includes(text) !== true,
  };
}

/** A set attribute contains a text. */
export function setContains(attribute: string, text: string): Condition {
  return {
    expression: ({ name, value }) => `contains(${name(attribute)}, ${value({ S: text })})`,
    holds: (record) => record?.[attribute]?.SS?.includes(text) === true,
  };
}

/**
 * At least one of several conditions is true. One alone stands without parentheses: DynamoDB refuses those that say
 * nothing.
 */
export function either(...conditions: readonly Condition[]): Condition {
  return conditions.length === 1
    ? conditions[0]!
    : {
        expression: (placeholders) => `(${conditions.map(({ expression }) => expression(placeholders)).join(' OR ')})`,
        holds: (record) => conditions.some(({ holds }) => holds(record)),
      };
}

/** Every one of several conditions is true. */
export function all(...conditions: readonly Condition[]): Condition {
  return conditions.length === 1
    ? conditions[0]!
    : {
        expression: (placeholders) => `(${conditions.map(({ expression }) => expression(placeholders)).join(' AND ')})`,
        holds: (record) => conditions.every(({ holds }) => holds(record)),
      };
}
