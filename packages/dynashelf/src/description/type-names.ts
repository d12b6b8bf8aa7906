// The names of a collection's types in the description and in clients: an item of `tools` is a `Tool`.
import { problemsOfAll } from '../definition/own-problems';
import { PROBLEM_TYPES } from '../problem';
import type { Resource } from '../definition/resource';

/** The types of a collection: among them what answers hold instead of an item where a request asks for less. */
export type TypeNames = Readonly<
  Record<'Item' | 'Input' | 'New' | 'Change' | 'Page' | 'PreconditionFailed' | 'Part' | 'PartPage' | 'Created', string>
>;

/** Types that no collection has: what is wrong with a request, the writes of a transaction, the API itself. */
export const SHARED_TYPES = ['Fault', 'ServiceDocument', 'Transaction', 'TransactionResult', 'JsonPatch'] as const;

/** Types of an API that tells of changes. */
const EVENT_TYPES = ['ChangeEvent', 'ChangesPage'] as const;

/** The names of a collection's types, by what its item is called. */
export function typeNames({ name, singular = singularOf(name) }: Pick<Resource, 'name' | 'singular'>): TypeNames {
  const item = pascal(singular);
  return {
    Item: item,
    // What POST and PUT take. Generators of Go call the function that makes a Tool NewTool, so no schema has that name;
    // the TypeScript client has.
    Input: `${item}Input`,
    New: `New${item}`,
    Change: `${item}Change`,
    Page: `${item}Page`,
    PreconditionFailed: `${item}PreconditionFailedProblem`,
    Part: `${item}Part`,
    PartPage: `${item}PartPage`,
    Created: `${item}Created`,
  };
}

/** `book-shelves` as `BookShelves`; two collections never have the same. */
export function pascal(name: string): string {
  // A digit has no upper case to show where a part begins.
  return name
    .split('-')
    .map((part, index) => (index > 0 && /^[0-9]/.test(part) ? '_' : '') + part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

const IRREGULAR: Readonly<Record<string, string>> = {
  addenda: 'addendum',
  analyses: 'analysis',
  caches: 'cache',
  children: 'child',
  cookies: 'cookie',
  criteria: 'criterion',
  crises: 'crisis',
  feet: 'foot',
  geese: 'goose',
  knives: 'knife',
  lives: 'life',
  media: 'medium',
  men: 'man',
  mice: 'mouse',
  movies: 'movie',
  news: 'news',
  people: 'person',
  quizzes: 'quiz',
  series: 'series',
  shoes: 'shoe',
  species: 'species',
  teeth: 'tooth',
  wives: 'wife',
  women: 'woman',
};

/** The last letters of English plurals, and those of the singular; the first that fits. */
const ENDINGS: readonly (readonly [plural: RegExp, singular: string])[] = [
  [/(?<=..)ies$/, 'y'],
  [/(?<=ss|sh|ch|x|zz|(?:[bv]ir|[tbcl]|n|mp)us)es$/, ''],
  [/(?<=l|ea)ves$/, 'f'],
  [/(?<=[^aeo]o)es$/, ''],
  [/(?<=..)(?<![sui])s$/, ''],
];

/** The English singular of the last word of a name: `tool-parts` as `tool-part`. What is none stays. */
export function singularOf(name: string): string {
  const [, before = '', word = ''] = /^(.*-)?([^-]*)$/.exec(name) ?? [];
  const [plural, singular] = ENDINGS.find(([ending]) => ending.test(word)) ?? [/$/, ''];
  return before + (IRREGULAR[word] ?? word.replace(plural, singular));
}

/** The mistakes that several files show together: types of one name. */
export function* checkTypeNames(resources: ReadonlyMap<string, Resource>): Generator<string> {
  const hasFeed = [...resources.values()].some(({ changes }) => changes !== undefined);
  const owners = new Map<string, string>([
    ...SHARED_TYPES.map((name) => [name, 'a type that every API has'] as const),
    ...(hasFeed ? EVENT_TYPES : []).map((name) => [name, 'a type of the feed of changes'] as const),
    ...[...PROBLEM_TYPES, ...problemsOfAll(resources).map(({ type }) => type)].map(
      (type) => [`${pascal(type)}Problem`, `the problem "${type}"`] as const,
    ),
  ]);
  for (const resource of resources.values()) {
    const taken = Object.values(typeNames(resource)).find((name) => owners.has(name));
    if (taken !== undefined) {
      yield `src/resources/${resource.name}.ts: its type "${taken}" has the name of ${owners.get(taken)!}: add singular, such as singular: 'one-of-${resource.name}'`;
    }
    for (const name of Object.values(typeNames(resource))) {
      owners.set(name, `a type of ${resource.name}`);
    }
  }
}
