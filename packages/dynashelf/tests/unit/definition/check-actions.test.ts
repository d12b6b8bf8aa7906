// The mistakes in what a file says of its actions, and of the problem types of the app's own that they throw.
import type { Resource } from '../../../src/definition/resource';
import { defineResource, listResources } from '../../../src/definition/define-resource';
import { defineProblem } from '../../../src/definition/thrown';

/** Loads a file as someone would write it who has no TypeScript. */
function load(definition: object, name = 'things'): Resource {
  return defineResource({ name, description: 'Things.', schema: { title: String }, ...definition });
}

const action = (definition: object) => (): object => ({
  act: { description: 'Acts.', body: {}, run: () => Promise.resolve({}), ...definition },
});

const good = { type: 'broken', status: 409, title: 'Broken', description: 'It is broken: mend it.' };
const own = (definition: object): object => ({
  actions: action({ problems: [defineProblem({ ...good, ...definition })] }),
});

test.each<[string, object, RegExp]>([
  [
    'a mistyped word of an action',
    { actions: action({ problms: [] }) },
    /action "act" has the unknown keyword "problms"\. Did you mean "problems"\?/,
  ],
  [
    'a body of an action that only reads',
    { actions: action({ safe: true, body: { x: String } }) },
    /action "act" only reads, and GET has no body: declare its parameters under query/,
  ],
  [
    'parameters of an action that writes',
    { actions: action({ query: { x: String } }) },
    /action "act" has query, which goes with actions that only read: add safe: true/,
  ],
  [
    'a maxAge of an action that writes',
    { actions: action({ maxAge: 1 }) },
    /action "act" has maxAge, which goes with actions that only read/,
  ],
  [
    'a maxAge that is none',
    { actions: action({ safe: true, maxAge: -1 }) },
    /action "act" has the maxAge -1: write a whole number of seconds/,
  ],
  ['safe that is no boolean', { actions: action({ safe: 'yes' }) }, /action "act" says safe: yes: write true or false/],
  [
    'a parameter that is an object',
    { actions: action({ safe: true, query: { x: { type: Object, schema: { y: String } } } }) },
    /action "act" has the parameter "x", and one is a text/,
  ],
  [
    'a parameter of arrays',
    { actions: action({ safe: true, query: { x: { type: Array, schema: 'any' } } }) },
    /action "act" has the parameter "x", and one is a text/,
  ],
  ['an onWrite that is no function', { onWrite: true }, /onWrite is no function: write async onWrite\(/],
  [
    'problems without an onWrite',
    { problems: [defineProblem(good)] },
    /problems names what onWrite throws, and there is no onWrite: name them at the actions that throw them/,
  ],
  [
    'a problem of onWrite that is none',
    { onWrite: () => Promise.resolve(), problems: ['conflict'] },
    /problems names what is no problem type of the app's own/,
  ],
  [
    'a wrong problem of onWrite',
    { onWrite: () => Promise.resolve(), problems: [defineProblem({ ...good, status: 200 })] },
    /the problem "broken" has the status 200/,
  ],
  [
    'a response that is read-only',
    { actions: action({ response: { x: { type: String, readOnly: true } } }) },
    /action "act" has "readOnly" at "x" of its response, which your code gives as clients see it: remove it/,
  ],
  [
    'a mistyped word in a response',
    { collectionActions: action({ response: { x: { type: Number, minimun: 1 } } }) },
    /attribute "act\.x" has an unknown keyword "minimun"\. Did you mean "minimum"\?/,
  ],
  [
    'one name of two actions',
    { actions: action({}), collectionActions: action({}) },
    /action "act" is one of items and of the collection too, and access could not tell them apart/,
  ],
  [
    'an owner of an action of the collection',
    { collectionActions: action({}), access: { act: { owner: 'title' } } },
    /access to "act" names an owner, and an action of the collection has no item that somebody owns: write 'authenticated'/,
  ],
  [
    'an action of the collection with the name of an operation',
    { collectionActions: (): object => ({ list: { description: 'Lists.', run: () => Promise.resolve({}) } }) },
    /action "list" has the name of an operation/,
  ],
  [
    'a problem that is none of the app’s own',
    { actions: action({ problems: ['conflict'] }) },
    /action "act" names under problems what is no problem type of the app's own: name what defineProblem made/,
  ],
  [
    'a problem that is named twice',
    { actions: action({ problems: [defineProblem(good), defineProblem(good)] }) },
    /action "act" names the problem "broken" twice/,
  ],
  ...[399, 500, 404.5, 401, 405, '409', undefined].map((status): [string, object, RegExp] => [
    `a problem with the status ${String(status)}`,
    own({ status }),
    /the problem "broken" has the status .*: write one from 400 to 499, but 401, 405, 407, 426/,
  ]),
  ...['conflict', 'books-precondition-failed'].map((type): [string, object, RegExp] => [
    `a problem of the type ${type}`,
    own({ type }),
    /has the type of one of the engine's problems: choose another, or throw that one by problem\('/,
  ]),
  ...['', 'Broken', 'a b', 'a--b', '-a', '1a', 'a#b', 'ü', 'a'.repeat(65)].map((type): [string, object, RegExp] => [
    `a problem of the type "${type}"`,
    own({ type }),
    /has a type that cannot end a link: use lower case letters/,
  ]),
  ['a problem of the type problems', own({ type: 'problems' }), /has the name of another section of the docs/],
  ['a problem without a title', own({ title: '' }), /the problem "broken" has no title of 1 to 100 characters/],
  ['a problem without a description', own({ description: undefined }), /the problem "broken" has no description/],
  [
    'a mistyped word of a problem',
    own({ descripton: 'x' }),
    /the problem "broken" has the unknown keyword "descripton"\. Did you mean "description"\?/,
  ],
  [
    'an attribute that every problem has',
    own({ schema: { detail: String } }),
    /the problem "broken" has the attribute "detail", which every problem has already/,
  ],
  [
    'a mistyped word of its attribute',
    own({ schema: { until: { type: String, maxLenght: 5 } } }),
    /attribute "broken\.until" has an unknown keyword "maxLenght"\. Did you mean "maxLength"\?/,
  ],
  [
    'an attribute with a default',
    own({ schema: { until: { type: String, default: 'x' } } }),
    /the problem "broken" has "default" at its attribute "until", which your code gives as clients see it/,
  ],
])('%s is refused with the file and the remedy', (_mistake, definition, message) => {
  expect(() => load(definition)).toThrow(message);
  expect(() => load(definition)).toThrow(/^src\/resources\/things\.ts: /);
});

test('a problem whose attribute has no type is refused where it is defined', () => {
  expect(() => defineProblem({ ...good, schema: { until: {} as never } })).toThrow(
    /^the problem "broken": attribute "until" has no known type/,
  );
});

test('all mistakes of a problem are named at once', () => {
  expect(() => load(own({ type: 'A', status: 1, title: '' }))).toThrow(/type that cannot[^]*status 1[^]*no title/);
});

test('one problem may be named by several actions and files, two of one type may not', () => {
  const [first, second] = [defineProblem(good), defineProblem(good)];
  const naming = (problem: object, name: string): Resource => load({ actions: action({ problems: [problem] }) }, name);
  expect(() => listResources(naming(first, 'a'), naming(first, 'b'))).not.toThrow();
  expect(() => listResources(naming(first, 'a'), naming(second, 'b'))).toThrow(
    'src/resources/b.ts: the problem "broken" is defined twice: give one of them another type',
  );
});
