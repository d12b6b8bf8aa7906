// Boolean: true and false.
import { checkOf } from '../rule';
import { EQUALITY } from '../operator';
import type { DeclaredKind, JsonSchema, SentKind, StoredKind } from '../kind';
import { refuse } from '../refuse';
import { decodeAny } from './any';

export const declaredBoolean: DeclaredKind = {
  isType: (type) => type === Boolean,
  keywords: [],
  isDefault: (value) => typeof value === 'boolean',
  isKey: true,
};

export const storedBoolean: StoredKind = {
  operators: EQUALITY,
  decoder: () => (stored) => stored.BOOL ?? decodeAny(stored),
  hydrate: (_node, stored) => stored.BOOL,
  key: (_node, stored) => stored.BOOL,
  operand: (_node, text) =>
    text === 'true' || text === 'false' ? text === 'true' : { fault: 'Must be true or false.' },
};

export const sentBoolean: SentKind = {
  checker: () => checkOf('boolean', (value) => typeof value === 'boolean', []),
  converter: (node) => (given, at) => (typeof given === 'boolean' ? given : refuse(node, given, at)),
  schema,
  operandSchema: schema,
  example: () => true,
};

function schema(): JsonSchema {
  return { type: 'boolean' };
}
