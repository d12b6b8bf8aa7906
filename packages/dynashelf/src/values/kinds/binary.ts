// Buffer: bytes, in JSON base64 text.
import type { DeclaredKind, JsonSchema, SentKind, StoredKind } from '../kind';
import { EQUALITY } from '../operator';
import { refuse } from '../refuse';
import { base64, decodeAny } from './any';
import { checkOfText, patternRule } from './string';

/**
 * RFC 4648 §4, with padding, and §3.5: the bits that only fill up are zero, so that a value has one
 * text and a set of distinct texts holds distinct values.
 */
export const BASE64 = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$';

const FAULT = 'Must be base64 text, with padding (RFC 4648 §4).';

export const declaredBinary: DeclaredKind = {
  isType: (type) => type === Buffer,
  keywords: [],
  isDefault: (value) => Buffer.isBuffer(value),
  isInSets: true,
};

export const storedBinary: StoredKind = {
  operators: EQUALITY,
  decoder: () => decodeAny,
  hydrate: (_node, { B }) => B && Buffer.from(B),
  operand: (_node, text) => {
    const bytes = Buffer.from(text, 'base64');
    return base64(bytes) === text ? bytes : { fault: FAULT };
  },
};

export const sentBinary: SentKind = {
  checker: () => checkOfText(patternRule(BASE64, FAULT)),
  converter: (node) => (given, at) =>
    typeof given === 'string'
      ? Buffer.from(given, 'base64')
      : given instanceof Uint8Array
        ? given
        : refuse(node, given, at),
  schema,
  operandSchema: schema,
  example: () => 'QUJD',
};

function schema(): JsonSchema {
  return { type: 'string', contentEncoding: 'base64', pattern: BASE64 };
}
