// JSON (RFC 8259) read strictly: what JSON.parse would change or drop in silence is a fault.
import type { Json } from '../../values/json';
import { numberFault } from '../../values/kinds/number';
import { MOST_BODY_VALUES } from '../../definition/limits';
import { gatherFaults, Problem, pointer, type Faults } from '../../problem';

/** Objects and arrays inside one another; an item has at most 32 levels (DynamoDB), a request a few around it. */
const DEEPEST = 40;

/** DynamoDB's limit for the name of an attribute, in bytes. */
const LONGEST_NAME = 65_535;

/** A parsed text, and what in it cannot be stored as it was sent. */
export interface Parsed {
  readonly value: Json;
  readonly faults: Faults;
}

/**
 * Parses a request body.
 * @throws Problem `malformed-request` where it is no JSON or names a member twice,
 * `invalid` where it is nested too deeply, has too long a name or holds text that is no Unicode, `too-large` for too
 * many values
 */
export function parseJson(text: string): Parsed {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw new Problem('malformed-request', `The body is not JSON: ${(error as Error).message.replace(/\.?$/, '.')}`, {
      errors: [{ detail: 'Correct the JSON.', pointer: '#' }],
    });
  }
  return { value, faults: scan(text) };
}

/** Walks a text that is known to be JSON. */
function scan(text: string): Faults {
  const invalid = gatherFaults();
  const duplicates = gatherFaults();
  const path: (string | number)[] = [];
  let at = 0;
  let values = 0;

  function scanValue(): void {
    if (++values > MOST_BODY_VALUES) {
      throw new Problem(
        'too-large',
        `The body holds more than ${MOST_BODY_VALUES} values, objects and arrays included: send less at once.`,
      );
    }
    skipSpace();
    switch (text[at]) {
      case '{':
        return scanContainer('}');
      case '[':
        return scanContainer(']');
      case '"':
        return void scanString();
      case 't':
      case 'n':
        at += 4;
        return;
      case 'f':
        at += 5;
        return;
      default:
        scanNumber();
    }
  }

  function scanContainer(end: '}' | ']'): void {
    if (path.length >= DEEPEST) {
      throw new Problem('invalid', `The body is nested more than ${DEEPEST} levels deep: make it flatter.`, {
        errors: [{ detail: 'Nested too deeply.', pointer: pointer(...path) }],
      });
    }
    const names = new Set<string>();
    at++;
    for (let index = 0; ; index++) {
      skipSpace();
      if (text[at] === end) {
        at++;
        return;
      }
      if (text[at] === ',') {
        at++;
        skipSpace();
      }
      path.push(end === ']' ? index : scanName(names));
      scanValue();
      path.pop();
    }
  }

  function scanName(names: Set<string>): string {
    const name = scanString();
    if (name.length > LONGEST_NAME / 3 && Buffer.byteLength(name) > LONGEST_NAME) {
      throw new Problem(
        'invalid',
        `A member has a name of more than ${LONGEST_NAME} bytes, which nothing can have: shorten it.`,
        {
          errors: [
            { detail: `Has a member with a name of more than ${LONGEST_NAME} bytes.`, pointer: pointer(...path) },
          ],
        },
      );
    }
    if (names.has(name)) {
      duplicates.add(() => ({ detail: `"${name}" stands twice: send it once.`, pointer: pointer(...path, name) }));
    }
    names.add(name);
    if (name === '__proto__') {
      invalid.add(() => ({ detail: 'A member cannot have the name "__proto__".', pointer: pointer(...path, name) }));
    }
    skipSpace();
    at++; // the colon
    return name;
  }

  function scanString(): string {
    const start = at++;
    while (text[at] !== '"') {
      at += text[at] === '\\' ? 2 : 1;
    }
    at++;
    const string = JSON.parse(text.slice(start, at)) as string;
    if (!string.isWellFormed()) {
      // RFC 7493 §2.1: a lone surrogate is no Unicode; the database would store another character.
      throw new Problem(
        'invalid',
        'A string holds half of a surrogate pair, which is no Unicode character: correct it.',
        { errors: [{ detail: 'Not well-formed Unicode.', pointer: pointer(...path) }] },
      );
    }
    return string;
  }

  function scanNumber(): void {
    const start = at;
    while (at < text.length && /[-+.0-9eE]/.test(text[at]!)) {
      at++;
    }
    const detail = numberFault(text.slice(start, at));
    if (detail !== undefined) {
      invalid.add(() => ({ detail, pointer: pointer(...path) }));
    }
  }

  function skipSpace(): void {
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t' || text[at] === '\r') {
      at++;
    }
  }

  scanValue();
  if (duplicates.count > 0) {
    throw new Problem(
      'malformed-request',
      'The body names a member twice, so what it means is not clear: send each once.',
      { errors: duplicates },
    );
  }
  return invalid;
}
