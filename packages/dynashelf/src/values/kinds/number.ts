// Number: a double (IEEE 754), or a whole number.
import type { AttributeDefinition } from '../attribute';
import type { Json } from '../json';
import type { DeclaredKind, JsonSchema, SentKind, StoredKind } from '../kind';
import { isMultiple } from '../multiple';
import { isWhole, type SchemaNode } from '../node';
import { ORDERED, type Operand } from '../operator';
import { refuse } from '../refuse';
import { checkOf, ruleOf } from '../rule';
import { decodeAny } from './any';

export const declaredNumber: DeclaredKind = {
  isType: (type) => type === Number,
  keywords: [
    'enum',
    'unique',
    'counts',
    'sums',
    'integer',
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'multipleOf',
  ],
  isDefault: (value) => typeof value === 'number',
  isKey: true,
  isInSets: true,
};

export const storedNumber: StoredKind = {
  operators: ORDERED,
  decoder: () => (stored) => (stored.N === undefined ? decodeAny(stored) : Number(stored.N)),
  hydrate: (_node, { N }) => (N === undefined ? undefined : Number(N)),
  key: (_node, { N }) => (N === undefined ? undefined : Number(N)),
  operand: readOperand,
};

export const sentNumber: SentKind = {
  checker: (node) => {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = { ...limits(node), ...node.keywords };
    return checkOf<number>(isWhole(node) ? 'integer' : 'number', isWhole(node) ? isInteger : isNumber, [
      ...ruleOf(minimum, isAtLeast, (least) => `Must be at least ${least}.`),
      ...ruleOf(maximum, isAtMost, (most) => `Must be at most ${most}.`),
      ...ruleOf(exclusiveMinimum, isMore, (limit) => `Must be more than ${limit}.`),
      ...ruleOf(exclusiveMaximum, isLess, (limit) => `Must be less than ${limit}.`),
      ...ruleOf(multipleOf, isMultiple, (factor) => `Must be a multiple of ${factor}.`),
    ]);
  },
  converter: (node) => (given, at) => (typeof given === 'number' ? given : refuse(node, given, at)),
  schema: (node) => ({ ...operandSchema(node), ...limits(node) }),
  operandSchema,
  example: ({ keywords }) => inRange(keywords),
};

function isNumber(value: Json): value is number {
  return typeof value === 'number';
}

function isInteger(value: Json): value is number {
  return Number.isInteger(value);
}

const isAtLeast = (value: number, least: number): boolean => value >= least;
const isAtMost = (value: number, most: number): boolean => value <= most;
const isMore = (value: number, limit: number): boolean => value > limit;
const isLess = (value: number, limit: number): boolean => value < limit;

/** A whole number without limits of its own has those up to which each differs from the next (RFC 7493 §2.2). */
function limits(node: SchemaNode): { minimum?: number; maximum?: number } {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = node.keywords;
  return isWhole(node)
    ? {
        ...(minimum === undefined && exclusiveMinimum === undefined && { minimum: Number.MIN_SAFE_INTEGER }),
        ...(maximum === undefined && exclusiveMaximum === undefined && { maximum: Number.MAX_SAFE_INTEGER }),
      }
    : {};
}

function operandSchema(node: SchemaNode): JsonSchema {
  return isWhole(node) ? { type: 'integer', format: 'int64' } : { type: 'number', format: 'double' };
}

function readOperand(node: SchemaNode, text: string): Operand | { fault: string } {
  // As JSON writes them: RFC 8259 §6.
  if (!/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/.test(text)) {
    return { fault: 'Must be a number, such as 12 or -0.5.' };
  }
  const fault =
    numberFault(text) ??
    (isWhole(node) && !Number.isSafeInteger(Number(text)) ? 'Must be a whole number, such as 12.' : undefined);
  return fault === undefined ? Number(text) : { fault };
}

function inRange({
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
  multipleOf,
  integer,
}: AttributeDefinition): number {
  const least =
    minimum ??
    (exclusiveMinimum === undefined
      ? undefined
      : exclusiveMinimum +
        (integer === true ? 1 : (exclusiveMaximum ?? exclusiveMinimum + 2) - exclusiveMinimum) /
          (integer === true ? 1 : 2));
  return least ?? maximum ?? multipleOf ?? (exclusiveMaximum === undefined ? 1 : exclusiveMaximum - 1);
}

/** What is wrong with a number literal: what is read from it must be the value that was written. */
export function numberFault(literal: string): string | undefined {
  const number = Number(literal);
  if (!Number.isFinite(number) || significand(literal) !== significand(String(number))) {
    return 'The number cannot be kept as it is written (IEEE 754 double precision): round it to 15 digits, of a magnitude below 1e126.';
  }
  // DynamoDB keeps numbers of these magnitudes.
  const magnitude = Math.abs(number);
  if (magnitude !== 0 && (magnitude < 1e-130 || magnitude >= 1e126)) {
    return 'The number is too large or too small to be stored: its magnitude must be between 1e-130 and 1e126, or 0.';
  }
  return undefined;
}

/** A decimal literal in one form: digits without zeros at either end, and the exponent of the last. */
function significand(literal: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(literal)!;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  let end = digits.length;
  // Not by a regular expression: on zeros that something else follows it takes quadratic time.
  while (digits[end - 1] === '0') {
    end--;
  }
  const trimmed = digits.slice(0, end);
  return trimmed === ''
    ? '0'
    : `${sign}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`;
}
