// The file of a subscriber as it is loaded: read, and checked. A subscriber is a function that is told of changes.
import { SUBSCRIBED_KINDS, type LoadedFunction, type SubscribedKind } from './function';
import { checkSubscriber } from './mistakes/subscriber';
import type { Resource } from './resource';

/** What the file of a subscriber says, but for its types. */
export type SubscriberKeywords = {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly description: string;
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
} & {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each takes the items of its own resource
  readonly [K in SubscribedKind]?: ((this: void, input: any) => unknown) | undefined;
};

/** What a handler is called with, as far as it says which one. */
interface Handled {
  readonly change: { readonly kind: string };
}

/**
 * Reads the keywords of a subscriber.
 * @throws Error with each mistake as a sentence that says what to do
 */
export function loadSubscriber(resource: Pick<Resource, 'name'>, keywords: SubscriberKeywords): LoadedFunction {
  const { description, reads = [], writes = [] } = keywords;
  const mistakes = globalThis.bundleLacks?.checks
    ? []
    : [...checkSubscriber(resource, { ...keywords }, { description, reads, writes })];
  if (mistakes.length > 0) {
    throw new Error(mistakes.join('\n'));
  }
  const kinds = SUBSCRIBED_KINDS.filter((kind) => keywords[kind] !== undefined);
  return {
    description,
    route: undefined,
    schedule: undefined,
    message: undefined,
    subscribes: { collection: resource.name, kinds },
    access: [],
    body: undefined,
    params: new Map(),
    query: new Map(),
    answer: undefined,
    problems: [],
    reads,
    writes,
    run: async (input: Handled) => keywords[handlerOf(kinds, input.change.kind)!]!(input),
  };
}

/** Which handler a change is for; undefined where none is. What has expired was deleted. */
export function handlerOf(kinds: readonly SubscribedKind[], kind: string): SubscribedKind | undefined {
  const own = kind === 'expired' ? 'deleted' : kind;
  return kinds.find((one) => one === own) ?? kinds.find((one) => one === 'any');
}
