// String: text, of a length, pattern or format, or the id of an item that is referred to.
import type { AttributeDefinition } from '../attribute';
import { FORMATS_BY_NAME } from '../formats';
import { EXAMPLE_ID, ID_PATTERN } from '../id';
import type { Json } from '../json';
import type { Check, DeclaredKind, SentKind, StoredKind } from '../kind';
import { ORDERED } from '../operator';
import { refuse } from '../refuse';
import { checkOf, count, ruleOf, type Rule } from '../rule';
import { decodeAny } from './any';

export const declaredString: DeclaredKind = {
  isType: (type) => type === String,
  keywords: ['enum', 'references', 'onDelete', 'acyclic', 'unique', 'minLength', 'maxLength', 'pattern', 'format'],
  isDefault: (value) => typeof value === 'string',
  isKey: true,
  isInSets: true,
};

export const storedString: StoredKind = {
  operators: [...ORDERED, 'begins', 'contains'],
  decoder: () => (stored) => stored.S ?? decodeAny(stored),
  hydrate: (_node, stored) => stored.S,
  key: (_node, stored) => stored.S,
  operand: (_node, text) => (text.isWellFormed() ? text : { fault: 'Must be well-formed Unicode.' }),
};

export const sentString: SentKind = {
  checker: ({ keywords: { minLength, maxLength, pattern, format, references } }) =>
    checkOfText([
      ...ruleOf(minLength, isLong, (least) => `Must have at least ${count(least, 'character')}.`),
      ...ruleOf(maxLength, isShort, (most) => `Must have at most ${count(most, 'character')}.`),
      // A text beyond its length is not looked at further: what a pattern costs is judged by `maxLength`.
      ...[
        ...(references !== undefined
          ? patternRule(ID_PATTERN, 'Must be the id of an item: 1 to 128 characters of A-Z a-z 0-9 . _ ~ -.')
          : pattern !== undefined
            ? patternRule(pattern, `Must match the pattern ${pattern}.`)
            : []),
        ...(format === undefined ? [] : formatRule(format)),
      ].map((rule) =>
        maxLength === undefined
          ? rule
          : { ...rule, holds: (text: string) => !isShort(text, maxLength) || rule.holds(text) },
      ),
    ]),
  converter: (node) => (given, at) => (typeof given === 'string' ? given : refuse(node, given, at)),
  schema: ({ keywords: { references } }) => ({
    type: 'string',
    ...(references !== undefined && { pattern: ID_PATTERN }),
  }),
  operandSchema: () => ({ type: 'string' }),
  example: ({ keywords }, name) =>
    keywords.references !== undefined
      ? EXAMPLE_ID
      : keywords.format !== undefined
        ? FORMATS_BY_NAME[keywords.format].example
        : sized(name, keywords),
};

/** Compiles a check of text. */
export function checkOfText(rules: readonly Rule<string>[]): Check {
  return checkOf('string', isText, rules);
}

/** The rule that a regular expression (ECMA-262, flag u) fits somewhere. */
export function patternRule(pattern: string, detail: string): Rule<string>[] {
  const expression = new RegExp(pattern, 'u');
  return [{ holds: (text) => expression.test(text), detail: () => detail }];
}

/** The rule that a text is of a format. */
export function formatRule(name: NonNullable<AttributeDefinition['format']>): Rule<string>[] {
  const { holds, hint = '' } = FORMATS_BY_NAME[name];
  return [{ holds, detail: () => `Must be a valid ${name}${hint}.` }];
}

function isText(value: Json): value is string {
  return typeof value === 'string';
}

/** A code point has one or two units: most texts need not be counted. */
function isLong(text: string, least: number): boolean {
  return text.length >= 2 * least || (text.length >= least && points(text) >= least);
}

function isShort(text: string, most: number): boolean {
  return text.length <= most || (text.length <= 2 * most && points(text) <= most);
}

/** The length of a text in code points (JSON Schema validation §6.3.1). */
function points(text: string): number {
  return [...text].length;
}

function sized(name: string, { minLength = 0, maxLength = Infinity }: AttributeDefinition): string {
  return `An example of ${name}`.padEnd(minLength, '.').slice(0, maxLength);
}
