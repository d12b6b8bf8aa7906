// What a client sends on a socket, read and checked.
import { gatherFaults, Problem, pointer, type Fault, type Faults, type FoundFaults } from '../problem';
import { parseJson } from '../http/input/json';
import { isObject, type Json, type JsonObject } from '../values/json';
import { didYouMean } from '../values/nearest';

/** A message of a client. */
export type SocketMessage =
  | {
      readonly action: 'subscribe';
      readonly collection: string;
      /** The filters of a list, as its parameters have them. */
      readonly filter: readonly (readonly [name: string, value: string])[];
      /** A place in the feed; undefined for what comes from now on. */
      readonly since: string | undefined;
    }
  | { readonly action: 'unsubscribe'; readonly subscription: string }
  | { readonly action: 'ping' };

/** What the client calls its message: it is in the answer. */
export type Ref = string | number | undefined;

const MEMBERS: Readonly<Record<SocketMessage['action'], readonly string[]>> = {
  subscribe: ['action', 'ref', 'collection', 'id', 'filter', 'since'],
  unsubscribe: ['action', 'ref', 'subscription'],
  ping: ['action', 'ref'],
};

/** Characters of the longest text that a client calls its message. */
const LONGEST_REF = 100;

/**
 * Reads a message.
 * @param noteRef is told what the client calls it, before anything else is found
 * @throws Problem `malformed-request` with all faults, `too-large`
 */
export function readSocketMessage(text: string, mostBytes: number, noteRef: (ref: Ref) => void): SocketMessage {
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes) {
    throw new Problem(
      'too-large',
      `The message has ${bytes} bytes, and at most ${mostBytes} are taken: send a shorter one.`,
    );
  }
  const { value, faults: unsound } = parse(text);
  if (!isObject(value)) {
    throw malformed([{ detail: 'Must be an object.', pointer: '#' }]);
  }
  const ref = value['ref'];
  const isRef = typeof ref === 'number' || (typeof ref === 'string' && ref.length <= LONGEST_REF);
  noteRef(isRef ? ref : undefined);
  const faults = gatherFaults();
  faults.addAll(unsound);
  if (ref !== undefined && !isRef) {
    faults.add(() => ({
      detail: `Must be a number, or a string of at most ${LONGEST_REF} characters.`,
      pointer: '#/ref',
    }));
  }
  const message = read(value, faults);
  if (message === undefined || faults.count > 0) {
    throw malformed(faults);
  }
  return message;
}

/** The JSON of a message; what is wrong with it speaks of no body. */
function parse(text: string): ReturnType<typeof parseJson> {
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof Problem
      ? new Problem(error.kind, error.detail.replace('The body', 'The message'), error.more)
      : error;
  }
}

/** What is wrong with a message. */
export function malformed(errors: readonly Fault[] | FoundFaults): Problem {
  return new Problem('malformed-request', 'The message cannot be understood: correct what "errors" names.', { errors });
}

function read(value: JsonObject, faults: Faults): SocketMessage | undefined {
  const action = value['action'];
  if (typeof action !== 'string' || !Object.hasOwn(MEMBERS, action)) {
    const known = Object.keys(MEMBERS);
    faults.add(() => ({
      detail: `Must be one of ${known.map((name) => `"${name}"`).join(', ')}.${typeof action === 'string' ? didYouMean(action, known, faults) : ''}`,
      pointer: '#/action',
    }));
    return undefined;
  }
  const members = MEMBERS[action as SocketMessage['action']];
  for (const name of Object.keys(value).filter((one) => !members.includes(one))) {
    faults.add(() => ({
      detail: `"${name}" is not a member of a message "${action}": remove it.${didYouMean(name, members, faults)}`,
      pointer: pointer(name),
    }));
  }
  switch (action as SocketMessage['action']) {
    case 'ping':
      return { action: 'ping' };
    case 'unsubscribe':
      return { action: 'unsubscribe', subscription: readText(value, 'subscription', faults) ?? '' };
    case 'subscribe':
      return {
        action: 'subscribe',
        collection: readText(value, 'collection', faults) ?? '',
        filter: [...readId(value, faults), ...readFilter(value['filter'], faults)],
        since: value['since'] === undefined ? undefined : readText(value, 'since', faults),
      };
  }
}

function readText(value: JsonObject, name: string, faults: Faults): string | undefined {
  const text = value[name];
  if (typeof text !== 'string' || text === '') {
    faults.add(() => ({ detail: text === undefined ? 'Is missing.' : 'Must be a text.', pointer: pointer(name) }));
    return undefined;
  }
  return text;
}

/** One item is what has its id. */
function readId(value: JsonObject, faults: Faults): [string, string][] {
  const id = value['id'] === undefined ? undefined : readText(value, 'id', faults);
  return id === undefined ? [] : [['id', id]];
}

function readFilter(filter: Json | undefined, faults: Faults): [string, string][] {
  if (filter === undefined) {
    return [];
  }
  if (!isObject(filter)) {
    faults.add(() => ({ detail: 'Must be an object of filters, as in {"author": "…"}.', pointer: '#/filter' }));
    return [];
  }
  return Object.entries(filter).flatMap(([name, value]): [string, string][] => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return [[name, String(value)]];
    }
    faults.add(() => ({
      detail: 'Must be a text as a parameter of a list has it, a number, true or false.',
      pointer: pointer('filter', name),
    }));
    return [];
  });
}
