// The mistakes that the file of a subscriber can hold, found when it is loaded.
import { didYouMean } from '../../values/nearest';
import { SUBSCRIBED_KINDS, type LoadedFunction } from '../function';
import type { Resource } from '../resource';
import { checkCollections } from './function';

const KEYWORDS = ['resources', 'description', 'reads', 'writes', ...SUBSCRIBED_KINDS];

/** Each mistake as a sentence with its remedy. */
export function* checkSubscriber(
  resource: unknown,
  keywords: Readonly<Record<string, unknown>>,
  read: Pick<LoadedFunction, 'description' | 'reads' | 'writes'>,
): Generator<string> {
  for (const word of Object.keys(keywords).filter((name) => !KEYWORDS.includes(name))) {
    yield `"${word}" is not a keyword of a subscriber.${didYouMean(word, KEYWORDS)}`;
  }
  if (typeof read.description !== 'string' || read.description.trim() === '') {
    yield 'there is no description: say in a sentence what the subscriber does';
  }
  const named = SUBSCRIBED_KINDS.filter((kind) => keywords[kind] !== undefined);
  if (named.length === 0) {
    yield 'there is nothing to run: write created, updated, deleted or any, such as async updated({ before, after }) { … }';
  }
  for (const kind of named.filter((one) => typeof keywords[one] !== 'function')) {
    yield `${kind} is no function: write async ${kind}({ before, after, change, transaction, api }) { … }`;
  }
  const resources = keywords['resources'];
  if (!(resources instanceof Map)) {
    yield "resources is none: write import { resources } from '../resources/index', and hand them over";
    return;
  }
  const { name, changes } = (resource ?? {}) as Partial<Resource>;
  if (typeof name !== 'string') {
    yield 'it is of no resource: write onChange(tools, { … }), with what defineResource made';
  } else if (resources.get(name) !== resource) {
    yield `it is of ${name}, which src/resources/index.ts does not list: list it there`;
  } else if (changes === undefined) {
    yield `it is of ${name}, whose changes nobody is told: add changes: true to src/resources/${name}.ts`;
  }
  yield* checkCollections(read, resources as ReadonlyMap<string, Resource>);
}
