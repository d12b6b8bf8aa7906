// Date: a moment, in JSON an RFC 3339 date-time, stored as a number or as text.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { pointer } from '../../problem';
import type { AttributeDefinition } from '../attribute';
import { FORMATS_BY_NAME } from '../formats';
import type { DeclaredKind, JsonSchema, SentKind, StoredKind } from '../kind';
import type { SchemaNode } from '../node';
import { ORDERED, type Operand } from '../operator';
import { refuse } from '../refuse';
import type { InputValue, StoredValue } from '../stored';
import { decodeAny } from './any';
import { checkOfText, formatRule } from './string';

export const declaredDate: DeclaredKind = {
  isType: (type) => type === Date || (typeof type === 'object' && (type as { value?: unknown } | null)?.value === Date),
  keywords: [],
  isDefault: (value) => value instanceof Date,
  isKey: true,
};

/** The form in which a `type` says that dates are stored. */
export function storageOf(type: AttributeDefinition['type']): SchemaNode['storage'] {
  return (typeof type === 'object' && type !== null ? type.settings?.storage : undefined) ?? 'milliseconds';
}

export const storedDate: StoredKind = {
  operators: ORDERED,
  decoder: (node) => (stored) => readStored(node, stored)?.toISOString() ?? decodeAny(stored),
  hydrate: readStored,
  key: ({ storage }, { S, N }) => (storage === 'iso' ? S : N === undefined ? undefined : Number(N)),
  operand: readOperand,
};

export const sentDate: SentKind = {
  checker: () => checkOfText(formatRule('date-time')),
  converter: (node) => (given, at, faults) => {
    const date = read(node, given) ?? refuse(node, given, at);
    const year = date.getUTCFullYear();
    if (!(year >= 0 && year <= 9999)) {
      faults.add(() => ({
        detail: 'Must be a moment of the years 0000 to 9999, in UTC, and no leap second.',
        pointer: pointer(...at),
      }));
      return undefined;
    }
    return store(node, date);
  },
  schema,
  operandSchema: schema,
  example: () => FORMATS_BY_NAME['date-time'].example,
};

function schema(): JsonSchema {
  return { type: 'string', format: 'date-time' };
}

function readStored({ storage }: SchemaNode, { S, N }: AttributeValue): Date | undefined {
  const time = storage === 'iso' ? (S ?? NaN) : Number(N) * (storage === 'seconds' ? 1000 : 1);
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function read({ storage }: SchemaNode, given: InputValue): Date | undefined {
  // RFC 3339 §5.6 allows lower case and a space, which Date.parse does not promise to read.
  return typeof given === 'string'
    ? new Date(given.toUpperCase().replace(' ', 'T'))
    : // Dynamoose takes from a default what is stored, too: `default: Date.now`.
      typeof given === 'number' && storage !== 'iso'
      ? new Date(given * (storage === 'seconds' ? 1000 : 1))
      : given instanceof Date
        ? given
        : undefined;
}

function store({ storage }: SchemaNode, date: Date): StoredValue {
  switch (storage) {
    case 'iso':
      return date.toISOString();
    case 'seconds':
      return Math.round(date.getTime() / 1000);
    case 'milliseconds':
      return date.getTime();
  }
}

/** RFC 3339 §5.6, and what is stored of that moment. */
function readOperand({ storage }: SchemaNode, text: string): Operand | { fault: string } {
  // In a query an unencoded + is a space.
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[-+ ]\d\d:\d\d)$/.exec(text.toUpperCase()) ?? [];
  const date = new Date(`${day}T${time}${zone?.replace(' ', '+')}`);
  const isDay = day !== undefined && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  if (!isDay || Number.isNaN(date.getTime()) || date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999) {
    return { fault: 'Must be a date and time with its time zone, such as 2026-03-31T12:00:00Z.' };
  }
  // Not rounded to seconds: between two of them lies a bound as good as any.
  return storage === 'iso' ? date.toISOString() : date.getTime() / (storage === 'seconds' ? 1000 : 1);
}
