// What of the engine an app can do without: the code is left out of the bundles of apps whose files do not ask for it
// (docs/decisions/features.md). Where one begins, code asks `globalThis.bundleLacks?.states`. A build writes `true`
// there, or leaves it undefined, and what is never called then is in no bundle.
import type { FunctionDeclaration } from './function';
import type { Resource } from './resource';

declare global {
  /** What a bundle has not, written into it by the build; undefined where nothing was bundled, so that all is there. */
  var bundleLacks: { readonly [F in Feature]?: true } | undefined;
}

/**
 * What is left out of the bundles of an app that does not use it. `checks` are those of its files: a build makes them
 * before it bundles the files. `publications`, to a topic or a bus, are wanted by parameters.
 */
export type Feature = keyof typeof USED_BY_RESOURCE | keyof typeof USED_BY_FUNCTIONS | 'checks' | 'publications';

/** Whether a resource file asks for a feature. What is no mistake elsewhere is all that is looked at. */
const USED_BY_RESOURCE = {
  actions: ({ actions, collectionActions }) => hasMembers(actions) || hasMembers(collectionActions),
  safeActions: ({ actions, collectionActions }) =>
    [...Object.values(actions), ...Object.values(collectionActions)].some(({ safe }) => safe),
  onWrite: ({ onWrite }) => onWrite !== undefined,
  states: ({ states }) => states !== undefined,
  trees: ({ trees }) => trees.length > 0,
  changes: ({ changes }) => changes !== undefined,
  webhooks: ({ shownAtCreation }) => shownAtCreation !== undefined,
  transactionalIndexes: ({ indexes }) => Object.values(indexes).some(({ transactional }) => transactional === true),
} satisfies Record<string, (resource: Resource) => boolean>;

type UsedByFunctions = (functions: readonly FunctionDeclaration[], names: readonly string[]) => boolean;

/** Whether the functions of an app's own ask for it, or those that serverless.yml names do. */
const USED_BY_FUNCTIONS = {
  functionRoutes: (functions) => functions.some(({ route }) => route !== undefined),
  /** Of functions of the app's own; or of the engine's, by which a delivery of a webhook is asked for. */
  messages: (functions, names) => functions.some(({ message }) => message !== undefined) || names.includes('deliver'),
  sockets: (_functions, names) => names.includes('socket'),
} satisfies Record<string, UsedByFunctions>;

/** The files of an app, loaded. */
export interface LoadedApp {
  readonly resources: Iterable<Resource>;
  readonly functions: readonly FunctionDeclaration[];
  /** The names of all functions in serverless.yml. */
  readonly names: readonly string[];
}

/** The features that no file of an app asks for. */
export function unusedFeatures({ resources, functions, names }: LoadedApp): Feature[] {
  const all = [...resources];
  return [
    ...entriesOf(USED_BY_RESOURCE).flatMap(([feature, isUsedBy]) => (all.some(isUsedBy) ? [] : [feature])),
    ...entriesOf<keyof typeof USED_BY_FUNCTIONS, UsedByFunctions>(USED_BY_FUNCTIONS).flatMap(([feature, isUsedBy]) =>
      isUsedBy(functions, names) ? [] : [feature],
    ),
  ];
}

/**
 * What is wrong where a resource file asks for what this bundle has not, as it was made of other files.
 * @returns a sentence with the remedy, or none
 */
export function checkLacks(resource: Resource, lacks = globalThis.bundleLacks): string[] {
  const missing = lacks === undefined ? [] : usedBy(resource).filter((feature) => lacks[feature]);
  return missing.length === 0
    ? []
    : [
        `it uses what this bundle was made without (${missing.join(', ')}), since no resource file used it then: make all bundles anew, by npm run build or a deployment`,
      ];
}

/** @throws Error where code asks at run time for what its bundle has not */
export function refuseLacked(feature: Feature): never {
  throw new Error(
    `This bundle was made without ${feature}, since no file used it then: make all bundles anew, by npm run build or a deployment.`,
  );
}

function usedBy(resource: Resource): (keyof typeof USED_BY_RESOURCE)[] {
  return entriesOf(USED_BY_RESOURCE).flatMap(([feature, isUsedBy]) => (isUsedBy(resource) ? [feature] : []));
}

function entriesOf<K extends string, V>(record: Readonly<Record<K, V>>): [K, V][] {
  return Object.entries(record) as [K, V][];
}

function hasMembers(record: object): boolean {
  return Object.keys(record).length > 0;
}
