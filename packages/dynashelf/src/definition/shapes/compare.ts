// What a change of resource files means: to clients, which it can break, and to the items that are stored already.
import { isEqual } from '../../values/equal';
import type { Json } from '../../values/json';
import type { ActionShape, AttributeShape, AttributeShapes, ResourceShape, Shapes } from './shape';

/**
 * What a difference means. `breaking`: requests that were right are refused, or answers lack what was there.
 * `migration`: items of before have to be brought to it. `compatible`: neither.
 */
export type Meaning = 'breaking' | 'migration' | 'compatible';

/** One difference. */
export interface Difference {
  readonly meaning: Meaning;
  /** The collection, and what of it: `collection.attribute`, `collection/action.attribute`. */
  readonly at: string;
  /** What is different: a sentence. */
  readonly detail: string;
  /** What to do about it; empty where nothing is to be done. */
  readonly remedy: string;
}

const REKEY = 'Run npm run rekey behind the deployment: until then what relies on it is 503.';
const KEEP = 'Keep it as long as clients use it.';
const VERIFY = 'Find the items that do not fit by npx dynashelf verify.';

/** All differences of resource files from those of before, in the order of collections. */
export function compareShapes(before: Shapes, after: Shapes): Difference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [old, current] = [before[name], after[name]];
    return old === undefined
      ? [difference('compatible', name, 'The collection is new.')]
      : current === undefined
        ? [difference('breaking', name, 'The collection is gone. Its items stay in the table.', KEEP)]
        : compareResources(name, old, current);
  });
}

function difference(meaning: Meaning, at: string, detail: string, remedy = ''): Difference {
  return { meaning, at, detail, remedy };
}

function compareResources(name: string, before: ResourceShape, after: ResourceShape): Difference[] {
  return [
    ...compareAttributes(`${name}.`, before.attributes, after.attributes, 'item'),
    ...compareIndexes(name, before, after),
    ...added(before.unique, after.unique).flatMap((group) => [
      difference('breaking', name, `"${group}" is unique: a second item with the value is 409.`),
      difference('migration', name, `"${group}" is unique.`, REKEY),
    ]),
    ...added(after.unique, before.unique).map((group) =>
      difference('compatible', name, `"${group}" is unique no more.`),
    ),
    ...added(before.trees, after.trees).map((attribute) =>
      difference('migration', `${name}.${attribute}`, 'It is acyclic.', REKEY),
    ),
    ...compareEntries(before.relations, after.relations, (one, to) => isEqual(one, to)).map(({ key, what }) =>
      what === 'new'
        ? difference('compatible', `${name}/${key}`, 'The relation is new.')
        : difference('breaking', `${name}/${key}`, `The relation is ${what === 'gone' ? 'gone' : 'another'}.`, KEEP),
    ),
    ...compareActions(name, before.actions, after.actions),
    ...compareActions(name, before.collectionActions, after.collectionActions),
    ...compareSteps(name, before.steps, after.steps),
    ...(before.shards === after.shards
      ? []
      : [difference('migration', name, `Its shards are ${after.shards}, and were ${before.shards}.`, REKEY)]),
    ...(!before.mustHavePreconditions && after.mustHavePreconditions
      ? [difference('breaking', name, 'Writes without a precondition are 428.', 'Let clients send If-Match first.')]
      : []),
    ...(before.hasChanges === after.hasChanges
      ? []
      : after.hasChanges
        ? [difference('compatible', name, 'Its changes are kept from now on.')]
        : [difference('breaking', name, 'Its changes are kept no more.', KEEP)]),
  ];
}

/** Without a step of before, items stop in a state; where there were no states, every step was free. */
function compareSteps(name: string, before: readonly string[], after: readonly string[]): Difference[] {
  if (before.length === 0 && after.length > 0) {
    return [difference('breaking', name, 'Items go from state to state: other steps are 409.')];
  }
  if (after.length === 0) {
    return before.length === 0 ? [] : [difference('compatible', name, 'Every step from state to state is free.')];
  }
  return [
    ...added(after, before).map((step) => difference('breaking', name, `The step "${step}" is gone.`, KEEP)),
    ...added(before, after).map((step) => difference('compatible', name, `The step "${step}" is new.`)),
  ];
}

function compareIndexes(name: string, before: ResourceShape, after: ResourceShape): Difference[] {
  return compareEntries(before.indexes, after.indexes, (one, other) => one === other).flatMap(({ key, what }) => {
    const at = `${name}, index ${key}`;
    return what === 'new'
      ? [difference('migration', at, 'The index is new.', REKEY)]
      : what === 'gone'
        ? [difference('breaking', at, 'The index is gone: lists in its order are 400.', KEEP)]
        : [
            difference('breaking', at, 'The index goes by something else: lists in its former order can be 400.', KEEP),
            difference('migration', at, 'The index goes by something else.', REKEY),
          ];
  });
}

function compareActions(name: string, before: ResourceShape['actions'], after: ResourceShape['actions']): Difference[] {
  const isSame = (one: ActionShape, other: ActionShape): boolean => one.isSafe === other.isSafe;
  const whole = compareEntries(before, after, isSame).map(({ key, what }) =>
    what === 'new'
      ? difference('compatible', `${name}/${key}`, 'The action is new.')
      : difference(
          'breaking',
          `${name}/${key}`,
          what === 'gone' ? 'The action is gone.' : 'The action has another method.',
          KEEP,
        ),
  );
  const both = Object.keys(before).filter((key) => after[key] !== undefined);
  return [
    ...whole,
    ...both.flatMap((key) => compareAttributes(`${name}/${key}.`, before[key]!.input, after[key]!.input, 'input')),
  ];
}

/** Attributes of an item, which is read and written and stored; or of an input, which is only sent. */
function compareAttributes(
  at: string,
  before: AttributeShapes,
  after: AttributeShapes,
  of: 'item' | 'input',
): Difference[] {
  return compareEntries(before, after, () => true)
    .flatMap(({ key, what }) =>
      what === 'gone'
        ? [difference('breaking', `${at}${key}`, 'It is gone: bodies and filters that name it are refused.', KEEP)]
        : newAttribute(`${at}${key}`, after[key]!, of),
    )
    .concat(
      Object.keys(before)
        .filter((key) => after[key] !== undefined)
        .flatMap((key) => compareAttribute(`${at}${key}`, before[key]!, after[key]!, of)),
    );
}

function newAttribute(at: string, shape: AttributeShape, of: 'item' | 'input'): Difference[] {
  const { isRequired, isReadOnly, hasDefault, isComputed, references, aggregate } = shape;
  const isDemanded = isRequired && !hasDefault && !isReadOnly;
  return [
    isDemanded
      ? difference('breaking', at, 'It is new and required: bodies without it are 422.', 'Give it a default.')
      : difference('compatible', at, 'It is new.'),
    ...(of === 'item' && (isDemanded || isComputed)
      ? [difference('migration', at, 'Items of before do not have it.', 'They get it when they are next written.')]
      : []),
    ...(references !== undefined && of === 'item' ? [difference('migration', at, 'It is a reference.', REKEY)] : []),
    ...(aggregate !== undefined ? [difference('migration', at, 'It counts or sums items.', REKEY)] : []),
  ];
}

function compareAttribute(
  at: string,
  before: AttributeShape,
  after: AttributeShape,
  of: 'item' | 'input',
): Difference[] {
  if (before.kind !== after.kind || before.storage !== after.storage) {
    return [
      difference('breaking', at, `It is ${nameOf(after)}, and was ${nameOf(before)}.`, 'Add an attribute beside it.'),
      ...(of === 'item' ? [difference('migration', at, `Items of before hold ${nameOf(before)}.`, VERIFY)] : []),
    ];
  }
  return [
    ...compareDemands(at, before, after, of),
    ...compareBounds(at, before, after, of),
    ...compareFollowing(at, before, after, of),
    ...compareAttributes(`${at}.`, before.properties ?? {}, after.properties ?? {}, of),
    ...(before.element !== undefined && after.element !== undefined
      ? compareAttribute(`${at}[]`, before.element, after.element, of)
      : []),
  ];
}

function nameOf({ kind, storage }: AttributeShape): string {
  return storage === undefined ? kind : `${kind} in ${storage}`;
}

/** Whether it has to be sent, and may be. */
function compareDemands(at: string, before: AttributeShape, after: AttributeShape, of: 'item' | 'input'): Difference[] {
  const isDemanded = ({ isRequired, hasDefault, isReadOnly }: AttributeShape): boolean =>
    isRequired && !hasDefault && !isReadOnly;
  return [
    ...(!isDemanded(before) && isDemanded(after)
      ? [
          difference('breaking', at, 'It is required: bodies without it are 422.', 'Give it a default.'),
          ...(of === 'item' ? [difference('migration', at, 'Items of before can lack it.', VERIFY)] : []),
        ]
      : []),
    ...(of === 'item' && before.isRequired && !after.isRequired
      ? [difference('breaking', at, 'It is not required: answers can lack it.', 'Let clients know first.')]
      : []),
    ...(isDemanded(before) && !isDemanded(after) && (of === 'input' || after.isRequired)
      ? [difference('compatible', at, 'It can be left out.')]
      : []),
    ...(of === 'item' && !before.isReadOnly && after.isReadOnly
      ? [difference('breaking', at, 'It is read-only: what clients set is ignored.', KEEP)]
      : []),
    ...(before.isReadOnly && !after.isReadOnly ? [difference('compatible', at, 'Clients can set it.')] : []),
    ...(!before.hasDefault && after.hasDefault ? [difference('compatible', at, 'It has a default.')] : []),
    ...(of === 'item' && before.hasDefault && !after.hasDefault
      ? [difference('breaking', at, 'It has no default: new items can lack it.', 'Let clients know first.')]
      : []),
  ];
}

/** What it refers to, counts, or is computed of. */
function compareFollowing(
  at: string,
  before: AttributeShape,
  after: AttributeShape,
  of: 'item' | 'input',
): Difference[] {
  return [
    ...(after.references !== undefined && before.references !== after.references
      ? [
          difference('breaking', at, `It refers to ${after.references}: others are 409.`),
          ...(of === 'item' ? [difference('migration', at, `It refers to ${after.references}.`, REKEY)] : []),
        ]
      : []),
    ...(before.references !== undefined && after.references === undefined
      ? [difference('compatible', at, 'It refers to nothing.')]
      : []),
    ...(after.aggregate !== undefined && before.aggregate !== after.aggregate
      ? [difference('migration', at, 'It counts or sums other items than before.', REKEY)]
      : []),
    ...(!before.isComputed && after.isComputed
      ? [difference('migration', at, 'It is computed.', 'Items of before get it when they are next written.')]
      : []),
  ];
}

/** How a bound is wider: `greater` where a greater one lets in more. */
const WIDER: Readonly<Record<string, 'greater' | 'less'>> = {
  minimum: 'less',
  exclusiveMinimum: 'less',
  minLength: 'less',
  minItems: 'less',
  maximum: 'greater',
  exclusiveMaximum: 'greater',
  maxLength: 'greater',
  maxItems: 'greater',
};

function compareBounds(
  at: string,
  { bounds: before }: AttributeShape,
  { bounds: after }: AttributeShape,
  of: 'item' | 'input',
): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [old, current] = [before[name], after[name]];
    if (isEqual(old, current)) {
      return [];
    }
    if (isWider(name, old, current)) {
      return [difference('compatible', at, `Its ${name} lets in more.`)];
    }
    return [
      difference('breaking', at, `Its ${name} lets in less: such values are 422.`, 'Let clients know first.'),
      ...(of === 'item' ? [difference('migration', at, `Items of before need not keep its ${name}.`, VERIFY)] : []),
    ];
  });
}

function isWider(name: string, before: Json | undefined, after: Json | undefined): boolean {
  if (after === undefined || after === false) {
    return true;
  }
  if (before === undefined) {
    return false;
  }
  if (name === 'enum') {
    return (before as Json[]).every((value) => (after as Json[]).includes(value));
  }
  if (name === 'multipleOf') {
    return Number.isInteger(Number(before) / Number(after));
  }
  const wider = WIDER[name];
  return wider === undefined
    ? false
    : wider === 'greater'
      ? Number(after) > Number(before)
      : Number(after) < Number(before);
}

function compareEntries<T>(
  before: { readonly [name: string]: T },
  after: { readonly [name: string]: T },
  isSame: (before: T, after: T) => boolean,
): { readonly key: string; readonly what: 'new' | 'gone' | 'other' }[] {
  return [
    ...Object.keys(before)
      .filter((key) => after[key] === undefined)
      .map((key) => ({ key, what: 'gone' as const })),
    ...Object.keys(after)
      .filter((key) => before[key] === undefined)
      .map((key) => ({ key, what: 'new' as const })),
    ...Object.keys(after)
      .filter((key) => before[key] !== undefined && !isSame(before[key], after[key]!))
      .map((key) => ({ key, what: 'other' as const })),
  ];
}

/** What the second list has and the first has not. */
function added(before: readonly string[], after: readonly string[]): string[] {
  return after.filter((one) => !before.includes(one));
}
