// How far a JSON Patch may blow an item up: each `copy` may double it and each `move` nest it deeper, so that a small
// patch would fill any memory and any stack.
import { MOST_COPIED } from '../definition/limits';
import type { Json } from '../definition/item';
import { Problem } from '../problem';

/** Objects and arrays inside one another; an item has at most 32 levels (DynamoDB). */
const DEEPEST = 40;

/**
 * Counts what one patch copies.
 * @returns to be called before each copy
 * @throws Problem `too-large`, and `invalid` for what is nested too deeply, from what is returned
 */
export function copyMeter(): (value: Json) => void {
  let left = MOST_COPIED;
  return (value) => {
    visit(value, 0, (size) => {
      left -= size;
      // The first value beyond the limit ends it, so that counting costs no more than the limit.
      if (left < 0) {
        throw new Problem('too-large', `The patch copies more than ${MOST_COPIED} bytes, which is more than an item can hold: send the item as it shall be, with PUT.`);
      }
    });
  };
}

/** @throws Problem `invalid` for what is nested more deeply than anything that walks it could follow */
export function refuseDeep(value: Json): void {
  visit(value, 0, () => undefined);
}

/** Tells the size of each value in a value, about as it is in JSON. */
function visit(value: Json, depth: number, tell: (size: number) => void): void {
  if (depth > DEEPEST) {
    throw new Problem('invalid', `The patch nests more than ${DEEPEST} levels deep: make the item flatter. Nothing was changed.`, { errors: [{ detail: 'Nested too deeply.', pointer: '#' }] });
  }
  tell(typeof value === 'string' ? value.length + 3 : 5);
  if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      tell(Array.isArray(value) ? 0 : name.length + 3);
      visit(inner, depth + 1, tell);
    }
  }
}
