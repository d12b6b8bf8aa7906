// The mistakes that the file of a function can hold, found when it is loaded.
import { didYouMean } from '../../values/nearest';
import type { SchemaNode } from '../../values/node';
import type { FunctionKeywords, LoadedFunction } from '../function';
import type { Resource } from '../resource';
import { variablesIn } from '../route-path';
import { readSchedule } from '../schedule';
import { isOwnProblem, problemsOfAll } from '../own-problems';
import { checkProblem, checkTwins, NOT_OF_BODIES } from './actions';
import { eventPaths } from './changes';
import { checkAttributes, SERVED_PATHS } from './resource';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const KEYWORDS = [
  'route',
  'schedule',
  'message',
  'description',
  'access',
  'body',
  'params',
  'query',
  'answer',
  'problems',
  'reads',
  'writes',
  'run',
];

/** The first segment is a literal: a variable there would be every collection. */
const PATH =
  /^\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*(?:\/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*|\{[A-Za-z][A-Za-z0-9]{0,63}\})){0,7}$/;

const RULES = "'public', 'authenticated', { role: … }, { any: […] }, { all: […] } or a function of the caller";

/** Kinds of which the text of a parameter says the value. */
const KINDS_OF_PARAMETERS = ['string', 'number', 'boolean', 'date'];

/** Each mistake as a sentence with its remedy. */
export function* checkFunction(
  keywords: FunctionKeywords,
  read: LoadedFunction,
  resources: ReadonlyMap<string, Resource>,
): Generator<string> {
  for (const word of Object.keys(keywords).filter((name) => !KEYWORDS.includes(name))) {
    yield `"${word}" is not a keyword of a function.${didYouMean(word, KEYWORDS)}`;
  }
  if (typeof read.description !== 'string' || read.description.trim() === '') {
    yield 'there is no description: say in a sentence what the function does';
  }
  if (typeof read.run !== 'function') {
    yield 'there is nothing to run: write async run({ body, caller, api }) { … }';
  }
  const calls = (['route', 'schedule', 'message'] as const).filter((keyword) => keywords[keyword] !== undefined);
  if (calls.length > 1) {
    yield `it has both a ${calls[0]!} and a ${calls[1]!}: make two functions of it`;
  }
  if (keywords.message !== undefined && !((keywords.message as { attributes?: unknown }).attributes instanceof Map)) {
    yield 'message is no kind of message: name what defineMessage made';
  }
  yield* checkRoute(keywords, resources);
  yield* checkCalls(keywords);
  if (keywords.schedule !== undefined) {
    const schedule = readSchedule(String(keywords.schedule));
    if (typeof schedule === 'string') {
      yield `the schedule "${String(keywords.schedule)}" ${schedule}`;
    }
  }
  for (const rule of read.access) {
    if (!isRule(rule)) {
      yield `access has a rule that is none: write ${RULES}; a function has no item, and so no owner`;
    }
  }
  if (read.body instanceof Map) {
    yield* checkBody('body', read.body);
  }
  if (read.answer !== undefined) {
    yield* checkBody('answer', read.answer);
  }
  yield* checkBody('query', read.query);
  yield* checkBody('params', read.params);
  yield* checkParams(keywords, read);
  for (const [name, { kind }] of [...read.query, ...read.params]) {
    if (!KINDS_OF_PARAMETERS.includes(kind)) {
      yield `the parameter "${name}" is of the type ${kind}, and the text of a request says none of these: make it a String, Number, Boolean or Date`;
    }
  }
  yield* checkProblems(read, resources);
  yield* checkCollections(read, resources);
}

function* checkRoute({ route }: FunctionKeywords, resources: ReadonlyMap<string, Resource>): Generator<string> {
  if (route === undefined) {
    return;
  }
  const [method = '', path = '', ...more] = String(route).split(' ');
  if (!METHODS.includes(method)) {
    yield `the route "${route}" begins with no method: write one of ${METHODS.join(', ')}, a space and the path, such as POST /payments/webhook.${didYouMean(method, METHODS)}`;
    return;
  }
  if (more.length > 0 || !PATH.test(path)) {
    yield `the route "${route}" has no path that is served: write up to eight segments of letters, digits, hyphens, dots, underscores and tildes, such as /payments/webhook; behind the first one may be variables of letters and digits, such as /reports/{year}`;
    return;
  }
  const variables = variablesIn(path);
  for (const twice of new Set(variables.filter((name, index) => variables.indexOf(name) < index))) {
    yield `the route "${route}" has the variable "${twice}" twice: give one of them another name`;
  }
  const [, first = ''] = path.split('/');
  if (resources.has(first)) {
    yield `the route "${route}" lies under the collection "${first}", whose items and actions are served there: begin the path otherwise, or make it an action of ${first}`;
  }
  if ([...SERVED_PATHS, ...eventPaths(resources)].includes(first)) {
    yield `the route "${route}" lies under /${first}, which is served already: begin the path otherwise`;
  }
}

/** Words that mean nothing without a route, or with this one. */
function* checkCalls({ route, schedule, message, access, query, body, answer }: FunctionKeywords): Generator<string> {
  const without = Object.entries({ access, query, answer }).filter(([, word]) => word !== undefined);
  if (route === undefined) {
    for (const [word] of without) {
      yield `"${word}" speaks of requests, and there is no route by which any come: add one, or remove ${word}`;
    }
    if (body === 'raw') {
      yield 'body is "raw", which only a request has, and there is no route: add one, or write the attributes of the body';
    }
  } else if (body !== undefined && /^(?:GET|DELETE) /.test(route)) {
    yield `body goes with POST, PUT and PATCH, and the route is "${route}": use query, or another method`;
  }
  if (schedule !== undefined && body !== undefined) {
    yield 'it is called by a schedule, which brings no body: remove body';
  }
  if (message !== undefined && body !== undefined) {
    yield 'it takes a message, which says what it holds: remove body';
  }
}

function* checkProblems({ problems }: LoadedFunction, resources: ReadonlyMap<string, Resource>): Generator<string> {
  if (!Array.isArray(problems) || !problems.every(isOwnProblem)) {
    yield "problems names what is no problem type of the app's own: name what defineProblem made, in a list; those of the catalogue are thrown without being named";
    return;
  }
  for (const problem of new Set(problems)) {
    yield* checkProblem(problem);
    yield* checkAttributes(problem.type, problem.attributes);
    yield* checkTwins([problem], [...problemsOfAll(resources), ...problems.slice(0, problems.indexOf(problem))]);
  }
}

/** What is said of the variables of a path, each of which is there in every request. */
function* checkParams({ route = '', params = {} }: FunctionKeywords, read: LoadedFunction): Generator<string> {
  const variables = variablesIn(String(route));
  for (const name of Object.keys(params).filter((one) => !variables.includes(one))) {
    yield `params speaks of "${name}", which is no variable of the route: write {${name}} into its path, or declare it under query.${didYouMean(name, variables)}`;
  }
  for (const [name, { keywords }] of read.params) {
    if (read.query.has(name)) {
      yield `"${name}" is a variable of the route and a parameter of its query: give one of them another name`;
    }
    for (const word of (['default', 'required'] as const).filter((one) => keywords[one] !== undefined)) {
      yield `the variable "${name}" has "${word}", and it is there in every request: remove it`;
    }
  }
}

function* checkBody(word: string, nodes: ReadonlyMap<string, SchemaNode>): Generator<string> {
  yield* checkAttributes(word, nodes);
  for (const [name, { keywords }] of nodes) {
    for (const unfit of NOT_OF_BODIES.filter((one) => keywords[one] !== undefined)) {
      yield `attribute "${name}" of ${word} has "${unfit}", which says something of stored items, and this is none: remove it`;
    }
  }
}

/** Names of collections that a function gives. */
export function* checkCollections(
  { reads, writes }: Pick<LoadedFunction, 'reads' | 'writes'>,
  resources: ReadonlyMap<string, Resource>,
): Generator<string> {
  for (const [word, names] of Object.entries({ reads, writes })) {
    if (!Array.isArray(names)) {
      yield `${word} is no list: write the names of collections, such as ${word}: ['${[...resources.keys()][0] ?? 'tools'}']`;
      continue;
    }
    for (const name of (names as readonly string[]).filter((one) => !resources.has(one))) {
      yield `${word} names the collection "${name}", which src/resources/index.ts does not list: list it there, or correct the name.${didYouMean(name, resources.keys())}`;
    }
  }
}

/** The parts of `all` are arrays, as the file is read. */
function isRule(rule: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) {
    return rule === 'public' || rule === 'authenticated' || typeof rule === 'function';
  }
  const [[word, value] = ['', undefined], ...more] = Object.entries(rule) as [string, unknown][];
  const parts = [value].flat();
  return (
    more.length === 0 &&
    parts.length > 0 &&
    (word === 'role'
      ? parts.every((role) => typeof role === 'string' && role !== '')
      : word === 'all' && Array.isArray(value) && value.every((part) => [part].flat().every(isRule)))
  );
}
