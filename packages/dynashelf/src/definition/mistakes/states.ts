// The mistakes in what a resource file says of the states of its items.
import { didYouMean } from '../../values/nearest';
import type { Resource } from '../resource';
import { listStates, nextStates, type States } from '../states';

/** The keywords of `states`. */
const STATES_KEYWORDS = ['attribute', 'initial', 'from'];

/** What one condition of DynamoDB compares with (IN). */
const MOST_STATES = 100;

/** Each mistake as a sentence with its remedy. */
export function* checkStates(definition: unknown, resource: Resource): Generator<string> {
  const { states } = resource;
  if (states === undefined) {
    return;
  }
  if (!isComplete(definition)) {
    yield "states is not complete: write { attribute: 'state', from: { open: ['closed'] } }, with the name of an attribute, and for each state those that it goes to";
    return;
  }
  for (const keyword of Object.keys(definition).filter((one) => !STATES_KEYWORDS.includes(one))) {
    yield `"${keyword}" is not a keyword of states.${didYouMean(keyword, STATES_KEYWORDS)}`;
  }
  const mistakes = [...checkAttribute(resource, states)];
  yield* mistakes;
  if (mistakes.length === 0) {
    yield* checkNames(states);
    yield* checkWays(resource, states);
  }
}

function isComplete(definition: unknown): definition is { attribute: string } {
  if (typeof definition !== 'object' || definition === null) {
    return false;
  }
  const { attribute, initial = [], from } = definition as Record<string, unknown>;
  return (
    typeof attribute === 'string' &&
    Array.isArray(initial) &&
    typeof from === 'object' &&
    from !== null &&
    Object.values(from).every(Array.isArray)
  );
}

function* checkAttribute({ attributes, computed }: Resource, { attribute, all }: States): Generator<string> {
  const node = attributes.get(attribute);
  if (node === undefined) {
    yield `states names the attribute "${attribute}", which the schema does not declare.${didYouMean(attribute, attributes.keys())}`;
    return;
  }
  if (node.kind !== 'string' || node.keywords.enum === undefined) {
    yield `attribute "${attribute}" holds states, which have to be known: make it a String with enum: [ … ], every state in it`;
    return;
  }
  if (all.length > MOST_STATES) {
    yield `attribute "${attribute}" has ${all.length} states: at most ${MOST_STATES} can be kept`;
  }
  if (Object.hasOwn(computed, attribute) || node.keywords.forceDefault === true) {
    yield `attribute "${attribute}" holds states, and is computed or has forceDefault, which go by no state before: remove one of the two`;
  }
  if (node.keywords.required !== true && node.keywords.default === undefined) {
    yield `attribute "${attribute}" holds states, and an item could be without one: add a default, or required: true`;
  }
}

function* checkNames({ attribute, all, initial, from }: States): Generator<string> {
  const named: [state: unknown, where: string][] = [
    ...initial.map((state) => [state, 'initial'] as [unknown, string]),
    ...[...from].flatMap(([before, after]) => [
      [before, 'from'] as [unknown, string],
      ...after.map((state) => [state, `from.${before}`] as [unknown, string]),
    ]),
  ];
  for (const [state, where] of named.filter(([one]) => !all.includes(one as string))) {
    yield `states.${where} names "${String(state)}", which is not in the enum of "${attribute}": correct one of the two.${didYouMean(String(state), all)}`;
  }
}

function* checkWays({ attributes }: Resource, states: States): Generator<string> {
  const { attribute, all, initial } = states;
  const fallback = attributes.get(attribute)!.keywords.default;
  if (initial.length === 0) {
    yield `states does not say how a new item begins, "${attribute}" having no default that is a state: add initial: ['${all[0] ?? ''}'], or a default`;
    return;
  }
  if (typeof fallback === 'string' && !initial.includes(fallback)) {
    yield `attribute "${attribute}" has the default "${fallback}", which states.initial does not name, so no item could be made without a state: correct one of the two`;
  }
  const reached = new Set<string>();
  for (const queue = [...initial]; queue.length > 0;) {
    const state = queue.pop()!;
    if (!reached.has(state)) {
      reached.add(state);
      queue.push(...nextStates(states, state));
    }
  }
  const left = all.filter((state) => !reached.has(state));
  if (left.length > 0) {
    yield `no item comes to the state ${listStates(left)} of "${attribute}": name it in states.initial or in states.from, or remove it from the enum`;
  }
}
