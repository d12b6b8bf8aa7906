// Who may do what: what a resource file says of it, and what follows for one caller.
import type { AnyItem } from './item';
import type { Caller } from '../values/caller';

/** The operations of every resource that access is declared for; actions come to them by their names. */
export const ACCESS_OPERATIONS = ['list', 'read', 'create', 'replace', 'patch', 'delete'] as const;

/** Attributes and the values that an item must have in them. */
export interface Conditions {
  readonly [attribute: string]: string | number | boolean;
}

/**
 * Decides by the caller alone: true, false, or which items it is about, as the values that their attributes
 * must have; in an array, several such sets of values, of which one is enough. What the caller writes has the values
 * of a single set, whatever the body says.
 */
export type AccessFunction = (caller: Caller) => boolean | Conditions | readonly Conditions[];

/** Who may carry out an operation, and on which items. */
export type AccessRule<Name extends string = string> =
  /** Everyone, also without credentials. */
  | 'public'
  /** Every caller whose token or API key is good. */
  | 'authenticated'
  /** Callers that have the role, or one of them. */
  | { readonly role: string | readonly string[] }
  /**
   * The item's owner: the caller whose subject the attribute holds, or one of several attributes. One alone is filled
   * when an item is created, never from the body; lists hold the caller's own items, by an index for each attribute
   * whose `partition` it is.
   */
  | { readonly owner: Name | readonly Name[] }
  /** One of these is enough, as in an array. */
  | { readonly any: readonly AccessRule<Name>[] }
  /** All of these have to hold. */
  | { readonly all: readonly AccessRules<Name>[] }
  | AccessFunction;

/** One rule, or several of which one is enough. */
export type AccessRules<Name extends string = string> = AccessRule<Name> | readonly AccessRule<Name>[];

/**
 * Who may do what with a resource; what is not declared is refused.
 * @typeParam Name the attributes that can hold an owner
 * @typeParam Action the names of the resource's actions
 */
export type AccessDeclaration<
  Name extends string = string,
  Action extends string = string,
> = AccessToOperations<Name> & {
  /** An action, by its name. */
  readonly [A in Action]?: AccessRules<Name> | undefined;
};

interface AccessToOperations<Name extends string> {
  /** GET of the collection, and of relations that list it. */
  readonly list?: AccessRules<Name> | undefined;
  /** GET of an item, and `expand` of it. */
  readonly read?: AccessRules<Name> | undefined;
  /** POST of the collection, and PUT of an item that does not exist. */
  readonly create?: AccessRules<Name> | undefined;
  /** PUT of an item that exists. */
  readonly replace?: AccessRules<Name> | undefined;
  /** PATCH of an item. */
  readonly patch?: AccessRules<Name> | undefined;
  /** DELETE of an item. */
  readonly delete?: AccessRules<Name> | undefined;
}

/** Items whose attributes have these values. */
export interface Alternative {
  readonly conditions: Conditions;
  /** The attribute that holds their owner, of an owner's rule. */
  readonly owned?: string;
}

/** The items on which an operation may be carried out: all, none, or those of one or more alternatives. */
export type Grant = 'all' | 'none' | readonly Alternative[];

/** How many alternatives a rule may have: a list sends a Query for each. */
export const MOST_ALTERNATIVES = 16;

/** What a caller may do with the items of a resource by one operation. */
export interface Permission {
  readonly grant: Grant;
  /** The items that may be shown. */
  readonly shown: Grant;
  /** The attributes that are never shown. */
  readonly hidden: ReadonlySet<string>;
  /** The attributes that a body does not set; as they are, they stay. */
  readonly immutable: ReadonlySet<string>;
  /** The attributes that are shown in some items alone, with these. */
  readonly partlyHidden: ReadonlyMap<string, Grant>;
  /** The attributes that a body sets in some items alone, with these. */
  readonly partlyImmutable: ReadonlyMap<string, Grant>;
}

/** What the API itself may. */
export const EVERYTHING: Permission = {
  grant: 'all',
  shown: 'all',
  hidden: new Set(),
  immutable: new Set(),
  partlyHidden: new Map(),
  partlyImmutable: new Map(),
};

/** Whether a grant includes an item. */
export function includes(grant: Grant, item: Readonly<Record<string, unknown>>): boolean {
  return typeof grant === 'string' ? grant === 'all' : grant.some((alternative) => isOf(alternative, item));
}

function isOf({ conditions }: Alternative, item: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(conditions).every(([attribute, value]) => item[attribute] === value);
}

/** The values that all items of a grant have, and what a caller writes by it; undefined where they may differ. */
export function valuesOf(grant: Grant): Conditions | undefined {
  return typeof grant === 'string' ? {} : grant.length === 1 ? grant[0]!.conditions : undefined;
}

/** The attributes that say whether an item is in a grant: its caller does not change them. */
export function decisive(grant: Grant): readonly string[] {
  return typeof grant === 'string' ? [] : [...new Set(grant.flatMap(({ conditions }) => Object.keys(conditions)))];
}

/** Whether every item of an alternative is of another. */
export function isWithin({ conditions }: Alternative, other: Alternative): boolean {
  return Object.entries(other.conditions).every(([name, value]) => conditions[name] === value);
}

/**
 * Whether all items of a grant are of another.
 * @param also values that the items of the first have besides
 */
export function implies(grant: Grant, other: Grant, also: Conditions = {}): boolean {
  if (grant === 'none' || other === 'all') {
    return true;
  }
  const alternatives = grant === 'all' ? [{ conditions: {} }] : grant;
  return (
    other !== 'none' &&
    alternatives.every(({ conditions }) =>
      other.some((wider) => isWithin({ conditions: { ...also, ...conditions } }, wider)),
    )
  );
}

/** Whether all attributes of every item are shown. */
export function hidesNothing({ hidden, partlyHidden }: Permission): boolean {
  return hidden.size === 0 && partlyHidden.size === 0;
}

/** The attributes of an item that are not shown. */
export function hiddenIn(
  { hidden, partlyHidden }: Pick<Permission, 'hidden' | 'partlyHidden'>,
  item: Readonly<Record<string, unknown>>,
): ReadonlySet<string> {
  return partly(hidden, partlyHidden, item);
}

/** The attributes of an item that a body does not set. */
export function keptIn(
  { immutable, partlyImmutable }: Pick<Permission, 'immutable' | 'partlyImmutable'>,
  item: Readonly<Record<string, unknown>>,
): ReadonlySet<string> {
  return partly(immutable, partlyImmutable, item);
}

function partly(
  whole: ReadonlySet<string>,
  part: ReadonlyMap<string, Grant>,
  item: Readonly<Record<string, unknown>>,
): ReadonlySet<string> {
  return part.size === 0
    ? whole
    : new Set([...whole, ...[...part].filter(([, grant]) => !includes(grant, item)).map(([name]) => name)]);
}

/** Whether a caller may see an attribute of an item, be there a value or not. */
export function shows(
  permission: Pick<Permission, 'shown' | 'hidden' | 'partlyHidden'>,
  item: AnyItem,
  attribute: string,
): boolean {
  return includes(permission.shown, item) && !hiddenIn(permission, item).has(attribute);
}

/** An item as a caller may see it; undefined where that is not at all. */
export function show(
  permission: Pick<Permission, 'shown' | 'hidden' | 'partlyHidden'>,
  item: AnyItem,
): AnyItem | undefined {
  if (!includes(permission.shown, item)) {
    return undefined;
  }
  const hidden = hiddenIn(permission, item);
  return hidden.size === 0
    ? item
    : (Object.fromEntries(Object.entries(item).filter(([name]) => !hidden.has(name))) as AnyItem);
}
