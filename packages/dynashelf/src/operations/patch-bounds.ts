// How far a JSON Patch may blow an item up: each `copy` may double it and each `move` nest it deeper, so that a small
// patch would fill any memory and any stack.
import { MOST_COPIED, MOST_SHIFTED } from '../definition/limits';
import type { Json } from '../values/json';
import { Problem } from '../problem';

/** Objects and arrays inside one another; an item has at most 32 levels (DynamoDB). */
const DEEPEST = 40;

/** Counts what one patch does to an item. Each throws Problem `too-large`. */
export interface PatchMeter {
  /** To be called before a value is copied; Problem `invalid` for one that is nested too deeply. */
  copy(value: Json): void;
  /** To be called before elements of an array move up or down. */
  shift(elements: number): void;
}

/** Counts what the operations of one JSON Patch make, so that a short patch cannot make a value of any size. */
export function openMeter(): PatchMeter {
  let bytes = MOST_COPIED;
  let shifts = MOST_SHIFTED;
  return {
    copy(value) {
      visit(value, 0, (size) => {
        bytes -= size;
        // The first value beyond the limit ends it, so that counting costs no more than the limit.
        if (bytes < 0) {
          throw new Problem(
            'too-large',
            `The patch copies more than ${MOST_COPIED} bytes, which is more than an item can hold: send the item as it shall be, with PUT.`,
          );
        }
      });
    },
    shift(elements) {
      shifts -= elements;
      if (shifts < 0) {
        throw new Problem(
          'too-large',
          'The patch adds and removes too much at the front of a long array: send the array as it shall be, with "replace".',
        );
      }
    },
  };
}

/** @throws Problem `invalid` for what is nested more deeply than anything that walks it could follow */
export function refuseDeep(value: Json): void {
  visit(value, 0, () => undefined);
}

/** Tells the size of each value in a value, about as it is in JSON. */
function visit(value: Json, depth: number, tell: (size: number) => void): void {
  if (depth > DEEPEST) {
    throw new Problem(
      'invalid',
      `The patch nests more than ${DEEPEST} levels deep: make the item flatter. Nothing was changed.`,
      { errors: [{ detail: 'Nested too deeply.', pointer: '#' }] },
    );
  }
  tell(typeof value === 'string' ? value.length + 3 : 5);
  if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      tell(Array.isArray(value) ? 0 : name.length + 3);
      visit(inner, depth + 1, tell);
    }
  }
}
