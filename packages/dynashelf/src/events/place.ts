// A place in the feeds of collections as a client holds it: opaque, authenticated, and good for the caller that it was
// given to.
import { Problem } from '../problem';
import { openCursor, sealCursor, type CursorKeys } from '../store/query/cursor';

/** The sequence that comes next, by collection. */
export type Place = Readonly<Record<string, number>>;

/**
 * A place as text, the same for the same place.
 * @param caller whom it is given to, as `identityOf` says
 */
export function writePlace(keys: CursorKeys, caller: string, place: Place): string {
  return sealCursor(keys, binding(caller), JSON.stringify(place));
}

/**
 * The place that a text is, in some collections.
 * @param parameter the name of the parameter that has the text
 * @throws Problem `malformed-request` where it was not given to this caller, or is not one in these collections
 */
export function readPlace(
  keys: CursorKeys,
  caller: string,
  text: string,
  collections: readonly string[],
  parameter = 'since',
): Place {
  const held = openCursor(keys, binding(caller), text);
  if (held === undefined) {
    throw refusal(parameter, 'Is no place that was given to this caller: use what "next" says, or "now".');
  }
  const place = JSON.parse(held) as Place;
  const unknown = collections.filter((name) => place[name] === undefined);
  if (unknown.length > 0) {
    throw refusal(
      parameter,
      `Is a place in ${Object.keys(place).join(', ')}, and in nothing of ${unknown.join(', ')}: use one that was given for these collections.`,
    );
  }
  return Object.fromEntries(collections.map((name) => [name, place[name]!]));
}

function refusal(parameter: string, detail: string): Problem {
  return new Problem(
    'malformed-request',
    'The request has parameters that cannot be served: correct what "errors" names.',
    { errors: [{ detail, parameter }] },
  );
}

/** No binding of a list's cursor looks so. */
function binding(caller: string): string {
  return JSON.stringify(['place', caller]);
}
