// Values as text that DynamoDB orders as the values are ordered, each ending by itself, so that
// one after another they order by the first, then the second, and so on. docs/decisions/index-keys.md says why so.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { STORED } from '../../values/kinds';
import type { SchemaNode } from '../../values/node';

/** Ends a text; less than any character that is left in one. */
const END = '\u0001';
/** Goes before a character that stands for one of the three least. */
const ESCAPE = '\u0002';

/** A string, so that DynamoDB's order of UTF-8 bytes is the order by code points, a prefix before what it begins. */
export function sortableText(text: string): string {
  return `${sortableBeginning(text)}${END}`;
}

/** What the form of every string that begins with this one begins with. */
export function sortableBeginning(text: string): string {
  return text.replace(
    /[\u0000-\u0002]/g,
    (character) => `${ESCAPE}${String.fromCharCode(character.charCodeAt(0) + 1)}`,
  );
}

const view = new DataView(new ArrayBuffer(8));

/** A finite number as 16 hexadecimal digits: the bits of the double, turned so that they order as the numbers do. */
export function sortableNumber(number: number): string {
  view.setFloat64(0, number === 0 ? 0 : number); // -0 is 0
  const isNegative = view.getInt8(0) < 0;
  const high = (isNegative ? ~view.getUint32(0) : view.getUint32(0) | 0x8000_0000) >>> 0;
  const low = (isNegative ? ~view.getUint32(4) : view.getUint32(4)) >>> 0;
  return `${high.toString(16).padStart(8, '0')}${low.toString(16).padStart(8, '0')}`;
}

/** A stored value in its sortable form; undefined where there is none of the attribute's type. */
export function sortable(node: SchemaNode, stored: AttributeValue | undefined): string | undefined {
  const value = keyOf(node, stored);
  return value === undefined
    ? undefined
    : typeof value === 'string'
      ? sortableText(value)
      : typeof value === 'number'
        ? sortableNumber(value)
        : value
          ? '1'
          : '0';
}

/** A stored value as text that no other value of the attribute has; undefined where there is none of its type. */
export function distinct(node: SchemaNode, stored: AttributeValue | undefined): string | undefined {
  const value = keyOf(node, stored);
  return value === undefined ? undefined : String(value === 0 ? 0 : value);
}

/** The least text that is greater than every text that begins with a sortable form. */
export function after(form: string): string {
  // Each form ends with END or a digit, so that there is a next character, and no form is the text made here.
  return `${form.slice(0, -1)}${String.fromCharCode(form.charCodeAt(form.length - 1) + 1)}`;
}

/** Compares as DynamoDB does: by UTF-8 bytes. JavaScript's `<` differs beyond U+FFFF. */
export function compareBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function keyOf(node: SchemaNode, stored: AttributeValue | undefined): string | number | boolean | undefined {
  return stored === undefined ? undefined : STORED[node.kind].key?.(node, stored);
}
