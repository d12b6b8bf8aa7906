// The mistakes in what a file says of the states of its items, and the types that find most of them before.

import type { Resource } from '../../../src/definition/resource';
import { defineResource } from '../../../src/definition/define-resource';
import { statesBefore } from '../../../src/definition/states';

const state = { type: String, enum: ['open', 'running', 'closed'], default: 'open' };
const from = { open: ['running'], running: ['closed', 'open'] };

/** Loads a file as someone would write it who has no TypeScript. */
function load(states: unknown, schema: object = { state }, more: object = {}): Resource {
  return defineResource({ name: 'things', description: 'Things.', schema, states, ...more } as never);
}

test.each<[string, unknown, RegExp, ...object[]]>([
  ['no object', 'state', /states is not complete: write \{ attribute: 'state', from: \{ open: \['closed'\] \} \}/],
  ['null', null, /states is not complete/],
  ['no attribute', { from }, /states is not complete/],
  ['no from', { attribute: 'state' }, /states is not complete/],
  ['one state where a list stands', { attribute: 'state', from: { open: 'closed' } }, /states is not complete/],
  [
    'another keyword',
    { attribute: 'state', from, intial: ['open'] },
    /"intial" is not a keyword of states. Did you mean "initial"\?/,
  ],
  [
    'an unknown attribute',
    { attribute: 'stat', from },
    /states names the attribute "stat", which the schema does not declare. Did you mean "state"\?/,
  ],
  [
    'an attribute without enum',
    { attribute: 'state', from },
    /attribute "state" holds states, which have to be known: make it a String with enum/,
    { state: { type: String, default: 'open' } },
  ],
  [
    'a number',
    { attribute: 'state', from },
    /attribute "state" holds states, which have to be known: make it a String with enum/,
    { state: { type: Number, enum: [1, 2], default: 1 } },
  ],
  [
    'too many',
    { attribute: 'state', initial: ['s0'], from: { s0: Array.from({ length: 100 }, (_, index) => `s${index + 1}`) } },
    /attribute "state" has 101 states: at most 100 can be kept/,
    { state: { type: String, enum: Array.from({ length: 101 }, (_, index) => `s${index}`), default: 's0' } },
  ],
  [
    'one that is computed',
    { attribute: 'state', from },
    /attribute "state" holds states, and is computed or has forceDefault/,
    { state: { ...state, readOnly: true } },
    { computed: { state: () => 'open' } },
  ],
  [
    'a forced default',
    { attribute: 'state', from },
    /attribute "state" holds states, and is computed or has forceDefault/,
    { state: { ...state, forceDefault: true } },
  ],
  [
    'an attribute that may be absent',
    { attribute: 'state', initial: ['open'], from },
    /attribute "state" holds states, and an item could be without one: add a default, or required: true/,
    { state: { ...state, default: undefined } },
  ],
  [
    'no beginning',
    { attribute: 'state', from },
    /states does not say how a new item begins, "state" having no default that is a state: add initial: \['open'\], or a default/,
    { state: { ...state, default: () => 'open' } },
  ],
  [
    'a default that is no beginning',
    { attribute: 'state', initial: ['running'], from },
    /attribute "state" has the default "open", which states.initial does not name/,
  ],
  [
    'an unknown beginning',
    { attribute: 'state', initial: ['opn'], from },
    /states.initial names "opn", which is not in the enum of "state": correct one of the two. Did you mean "open"\?/,
  ],
  [
    'an unknown state before',
    { attribute: 'state', from: { opn: ['running'] } },
    /states.from names "opn".*Did you mean "open"\?/,
  ],
  [
    'an unknown state after',
    { attribute: 'state', from: { open: ['runing'] } },
    /states.from.open names "runing".*Did you mean "running"\?/,
  ],
  [
    'something that is no text',
    { attribute: 'state', from: { open: [7] } },
    /states.from.open names "7", which is not in the enum/,
  ],
  [
    'states to which no way leads',
    { attribute: 'state', from: { running: ['closed'] } },
    /no item comes to the state "running" or "closed" of "state": name it in states.initial or in states.from, or remove it from the enum/,
  ],
])('%s', (_, states, message, ...more) => {
  expect(() => load(states, ...more)).toThrow(message);
});

test('a state is come to from itself, and from those that go there', () => {
  const { states } = load({ attribute: 'state', from });
  expect(statesBefore(states!, 'open')).toEqual(['open', 'running']);
  expect(statesBefore(states!, 'closed')).toEqual(['running', 'closed']);
});

test('without a default, initial says how an item begins', () => {
  expect(
    load(
      { attribute: 'state', initial: ['running', 'open'], from },
      { state: { ...state, default: undefined, required: true } },
    ).states,
  ).toEqual({
    attribute: 'state',
    all: ['open', 'running', 'closed'],
    initial: ['running', 'open'],
    from: new Map(Object.entries(from)),
  });
});

test('an attribute, or a state, that does not exist is a compile error', () => {
  const schema = {
    state: { type: String, enum: ['open', 'closed'], default: 'open' },
    kind: { type: String, enum: ['a', 'b'], default: 'a' },
    free: String,
  } as const;
  const thing = { name: 'things', description: 'Things.', schema } as const;
  const mistakes = [
    // @ts-expect-error -- there is no such attribute
    () => defineResource({ ...thing, states: { attribute: 'stat', from: { open: ['closed'] } } }),
    // @ts-expect-error -- it has no enum
    () => defineResource({ ...thing, states: { attribute: 'free', from: { open: ['closed'] } } }),
    // @ts-expect-error -- no state before
    () => defineResource({ ...thing, states: { attribute: 'state', from: { opn: ['closed'] } } }),
    // @ts-expect-error -- no state after
    () => defineResource({ ...thing, states: { attribute: 'state', from: { open: ['close'] } } }),
    // @ts-expect-error -- a state of another attribute
    () => defineResource({ ...thing, states: { attribute: 'kind', from: { open: ['closed'] } } }),
    // @ts-expect-error -- no beginning
    () => defineResource({ ...thing, states: { attribute: 'state', initial: ['opn'], from: { open: ['closed'] } } }),
  ];
  for (const mistake of mistakes) {
    expect(mistake).toThrow(/states/);
  }
  expect(() => defineResource({ ...thing, states: { attribute: 'state', from: { open: ['closed'] } } })).not.toThrow();
});
