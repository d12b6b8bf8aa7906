// The mistakes in what a resource file says of its actions, and of the problem types of its own that they throw.
import { didYouMean } from '../../values/nearest';
import type { SchemaNode } from '../../values/node';
import { PROBLEM_TYPES } from '../../problem';
import { actionsOf, type LoadedAction } from '../action';
import type { Resource } from '../resource';
import { isOwnProblem, problemsOf } from '../own-problems';
import type { AnyOwnProblem } from '../thrown';

const ACTION_KEYWORDS = ['description', 'safe', 'body', 'query', 'maxAge', 'response', 'problems', 'run'];
const PROBLEM_KEYWORDS = ['type', 'status', 'title', 'description', 'schema'];

/** Words that say something of stored items, and nothing of what a request or an answer holds. */
export const NOT_OF_BODIES = [
  'readOnly',
  'forceDefault',
  'unique',
  'onDelete',
  'acyclic',
  'counts',
  'sums',
  'readableBy',
  'writableBy',
] as const;

/** Words that change what a client sends, and nothing of what the app's own code answers. */
const NOT_OF_ANSWERS = [...NOT_OF_BODIES, 'default', 'set', 'get', 'validate', 'references'] as const;

/** What every problem document has (RFC 9457 §3.1, and the engine's own). */
const PROBLEM_ATTRIBUTES = ['type', 'title', 'status', 'detail', 'instance', 'errors', 'current'];

/** Statuses that mean nothing without a header that a problem of an app's own does not have (RFC 9110 §15.5). */
const STATUSES_WITH_HEADERS = [401, 405, 407, 426];

/** Attributes that are declared beside the schema, each with a name that leads to it. */
export function declaredBeside(resource: Resource): [path: string, name: string, node: SchemaNode][] {
  const own = resource.problems
    .filter(isOwnProblem)
    .flatMap(({ type, attributes }) =>
      [...attributes].map(([name, node]): [string, string, SchemaNode] => [`${type}.${name}`, name, node]),
    );
  const ofActions = Object.entries(actionsOf(resource)).flatMap(
    ([action, { body, query, response = new Map<string, SchemaNode>(), problems }]) => [
      ...[...body, ...query, ...response].map(([name, node]): [string, string, SchemaNode] => [
        `${action}.${name}`,
        name,
        node,
      ]),
      ...problems
        .filter(isOwnProblem)
        .flatMap(({ type, attributes }) =>
          [...attributes].map(([name, node]): [string, string, SchemaNode] => [`${type}.${name}`, name, node]),
        ),
    ],
  );
  return [...own, ...ofActions];
}

/** Each mistake as a sentence with its remedy. */
export function* checkActions(resource: Resource): Generator<string> {
  for (const [name, action] of [...Object.entries(resource.actions), ...Object.entries(resource.collectionActions)]) {
    yield* checkAction(`action "${name}"`, name, action);
  }
  for (const name of Object.keys(resource.collectionActions).filter((one) => Object.hasOwn(resource.actions, one))) {
    yield `action "${name}" is one of items and of the collection too, and access could not tell them apart: give one of them another name`;
  }
  if (resource.onWrite !== undefined && typeof resource.onWrite !== 'function') {
    yield 'onWrite is no function: write async onWrite({ before, after, caller, transaction }): Promise<void> { … }';
  }
  if (resource.problems.length > 0 && resource.onWrite === undefined) {
    yield 'problems names what onWrite throws, and there is no onWrite: name them at the actions that throw them';
  }
  if (!resource.problems.every(isOwnProblem)) {
    yield "problems names what is no problem type of the app's own: name what defineProblem made; those of the catalogue are thrown without being named";
  }
  for (const problem of new Set(problemsOf(resource).filter(isOwnProblem))) {
    yield* checkProblem(problem);
  }
}

function* checkAction(said: string, name: string, action: LoadedAction): Generator<string> {
  const { description, body, response, problems, run, keywords } = action;
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) {
    yield `${said} cannot be a path segment: use letters, digits, hyphens and underscores, a letter first, at most 64`;
  }
  if (typeof description !== 'string' || description === '' || typeof run !== 'function') {
    yield `${said} is not complete: write action({ description: …, body: { … }, async run({ item, body, transaction }) { … } })`;
  }
  for (const keyword of keywords.filter((one) => !ACTION_KEYWORDS.includes(one))) {
    yield `${said} has the unknown keyword "${keyword}".${didYouMean(keyword, ACTION_KEYWORDS)}`;
  }
  yield* checkSafe(said, action);
  for (const [attribute, { keywords: own }] of [...body, ...action.query]) {
    for (const keyword of NOT_OF_BODIES.filter((unfit) => own[unfit] !== undefined)) {
      yield `${said} has "${keyword}" at "${attribute}" of its body, which is no item and is not stored: remove it`;
    }
  }
  for (const [attribute, { keywords: own }] of response ?? []) {
    for (const keyword of NOT_OF_ANSWERS.filter((unfit) => own[unfit] !== undefined)) {
      yield `${said} has "${keyword}" at "${attribute}" of its response, which your code gives as clients see it: remove it`;
    }
  }
  if (!problems.every(isOwnProblem)) {
    yield `${said} names under problems what is no problem type of the app's own: name what defineProblem made; those of the catalogue are thrown without being named`;
  }
  const types = problems.filter(isOwnProblem).map(({ type }) => type);
  for (const type of new Set(types.filter((one, index) => types.indexOf(one) < index))) {
    yield `${said} names the problem "${type}" twice: name it once, and give two types two names`;
  }
}

/** What goes with actions that only read, and with no others. */
function* checkSafe(said: string, { safe, body, query, maxAge }: LoadedAction): Generator<string> {
  if (typeof safe !== 'boolean') {
    yield `${said} says safe: ${String(safe)}: write true or false`;
  }
  if (!safe && (query.size > 0 || maxAge !== undefined)) {
    yield `${said} has ${query.size > 0 ? 'query' : 'maxAge'}, which goes with actions that only read: add safe: true, or declare a body instead`;
  }
  if (safe && body.size > 0) {
    yield `${said} only reads, and GET has no body: declare its parameters under query`;
  }
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge >= 0)) {
    yield `${said} has the maxAge ${String(maxAge)}: write a whole number of seconds`;
  }
  for (const [name, { kind, element }] of query) {
    const inner = element?.kind ?? kind;
    if (['object', 'any', 'array', 'set'].includes(inner)) {
      yield `${said} has the parameter "${name}", and one is a text: make it a String, Number, Boolean, Date or Buffer, or an Array or Set of them`;
    }
  }
}

/** Each mistake in a problem type of the app's own as a sentence with its remedy. */
export function* checkProblem({
  type,
  status,
  title,
  description,
  attributes,
  keywords,
}: AnyOwnProblem): Generator<string> {
  const said = `the problem "${type}"`;
  if (typeof type !== 'string' || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(type) || type.length > 64) {
    yield `${said} has a type that cannot end a link: use lower case letters, digits and single hyphens, a letter first, at most 64`;
  } else if ((PROBLEM_TYPES as string[]).includes(type) || type.endsWith('-precondition-failed')) {
    yield `${said} has the type of one of the engine's problems: choose another, or throw that one by problem('${type}', …)`;
  } else if (['problems', 'operations'].includes(type)) {
    yield `${said} has the name of another section of the docs: choose another`;
  }
  if (!Number.isInteger(status) || status < 400 || status > 499 || STATUSES_WITH_HEADERS.includes(status)) {
    yield `${said} has the status ${String(status)}: write one from 400 to 499, but ${STATUSES_WITH_HEADERS.join(', ')}, which need headers of their own`;
  }
  if (typeof title !== 'string' || title.trim() === '' || title.length > 100) {
    yield `${said} has no title of 1 to 100 characters: say in a few words what kind of problem it is`;
  }
  if (typeof description !== 'string' || description.trim() === '') {
    yield `${said} has no description: say what it means, and what to do`;
  }
  for (const keyword of keywords.filter((one) => !PROBLEM_KEYWORDS.includes(one))) {
    yield `${said} has the unknown keyword "${keyword}".${didYouMean(keyword, PROBLEM_KEYWORDS)}`;
  }
  for (const [name, { keywords: own }] of attributes) {
    if (PROBLEM_ATTRIBUTES.includes(name)) {
      yield `${said} has the attribute "${name}", which every problem has already: choose another name`;
    }
    for (const keyword of NOT_OF_ANSWERS.filter((unfit) => own[unfit] !== undefined)) {
      yield `${said} has "${keyword}" at its attribute "${name}", which your code gives as clients see it: remove it`;
    }
  }
}

/** Two problem types of one name, of any resource files, each with the file to change. */
export function* checkSameProblems(resources: ReadonlyMap<string, Resource>): Generator<string> {
  const known: AnyOwnProblem[] = [];
  for (const resource of resources.values()) {
    for (const problem of new Set(problemsOf(resource))) {
      for (const mistake of checkTwins([problem], known)) {
        yield `src/resources/${resource.name}.ts: ${mistake}`;
      }
      known.push(problem);
    }
  }
}

/** Problem types that have the name of another one. */
export function* checkTwins(named: Iterable<AnyOwnProblem>, known: readonly AnyOwnProblem[]): Generator<string> {
  for (const problem of named) {
    if (known.some((other) => other !== problem && other.type === problem.type)) {
      yield `the problem "${problem.type}" is defined twice: give one of them another type, or define it once and import it`;
    }
  }
}
