// Who may do what, as a table: the resources' operations, actions and guarded attributes, and the app's functions, by
// kinds of callers.
import { ACCESS_OPERATIONS, type AccessRule } from '../definition/access';
import type { FunctionDeclaration } from '../definition/function';
import { actionsOf } from '../definition/action';
import type { Resource } from '../definition/resource';
import { ownersOf, waysOf, type Way } from '../definition/ways';
import type { AttributeRules } from '../values/attribute';
import { rulesOf } from './functions';

/**
 * What a kind of caller may: with every item (`yes`), with none (`-`), with those in which the attribute named holds
 * its subject, or what a function of the resource file says (`rule`).
 */
export type Cell = string;

/** The cells of one operation or attribute, by caller. */
export interface Row {
  readonly [caller: string]: Cell;
}

/** What a resource lets its callers do. */
export interface ResourceAccess {
  /** By operation and action. */
  readonly operations: { readonly [operation: string]: Row };
  /** The attributes that not everyone sees, or sets: `email read`, `email write`. */
  readonly attributes: { readonly [attribute: string]: Row };
}

/** Who may do what, of all resources: what `dynashelf access` prints. */
export interface AccessMatrix {
  /** The columns: everyone, signed in, owner, and each role that rules name. */
  readonly callers: readonly string[];
  readonly resources: { readonly [collection: string]: ResourceAccess };
  /** The functions of the app's own, by name and what calls them; absent without any. */
  readonly functions?: { readonly [call: string]: Row };
}

const EVERYONE = 'everyone';
const SIGNED_IN = 'signed in';
const OWNER = 'owner';
const KINDS = [EVERYONE, SIGNED_IN, OWNER];

/** What the rules of all resources, and of the functions of the app's own, let each kind of caller do. */
export function accessMatrix(
  resources: ReadonlyMap<string, Resource>,
  declarations: readonly FunctionDeclaration[] = [],
): AccessMatrix {
  const functions = new Map(
    declarations.map((declaration) => [callOf(declaration), waysOf(rulesOf(declaration.access))]),
  );
  const all = [...resources.values()].map((resource) => [resource.name, waysBy(resource)] as const);
  const roles = [
    ...all.flatMap(([, { operations, attributes }]) => [...operations.values(), ...attributes.values()].flat()),
    ...[...functions.values()].flat(),
  ].flatMap((way) => way.roles);
  const callers = [...KINDS, ...[...new Set(roles)].sort().map(columnOf)];
  const rows = (ways: ReadonlyMap<string, readonly Way[]>): { readonly [name: string]: Row } =>
    Object.fromEntries(
      [...ways].map(([name, one]) => [
        name,
        Object.fromEntries(callers.map((caller) => [caller, cellOf(one, caller)])),
      ]),
    );
  return {
    callers,
    resources: Object.fromEntries(
      all.map(([name, { operations, attributes }]) => [
        name,
        { operations: rows(operations), attributes: rows(attributes) },
      ]),
    ),
    ...(functions.size > 0 && { functions: rows(functions) }),
  };
}

/** The table for people. */
export function matrixText({ callers, resources, functions }: AccessMatrix): string {
  const parts = [
    ...Object.entries(resources).map(
      ([name, { operations, attributes }]) => [name, { ...operations, ...attributes }] as const,
    ),
    ...(functions === undefined ? [] : [['functions', functions] as const]),
  ];
  const tables = parts.map(([name, cells]) => {
    const rows = Object.entries(cells);
    return aligned([
      [name, ...callers],
      ...rows.map(([row, of]) => [`  ${row}`, ...callers.map((caller) => of[caller]!)]),
    ]);
  });
  return `${tables.join('\n\n')}\n\n${LEGEND}`;
}

const LEGEND =
  'yes: with every item. The name of an attribute: with those in which it holds the caller’s subject.\n' +
  'rule: as a function of the resource file says. -: with none.';

/** A function, and what calls it. */
function callOf({ name, route, schedule, message, subscribes }: FunctionDeclaration): string {
  const call =
    route === undefined
      ? (schedule ?? message ?? (subscribes === undefined ? 'by its name' : `changes of ${subscribes}`))
      : `${route.method} ${route.path}`;
  return `${name}: ${call}`;
}

function waysBy(resource: Resource): {
  readonly operations: ReadonlyMap<string, readonly Way[]>;
  readonly attributes: ReadonlyMap<string, readonly Way[]>;
} {
  const operations = [...ACCESS_OPERATIONS, ...Object.keys(actionsOf(resource))];
  return {
    operations: new Map(operations.map((name) => [name, waysOf(resource.access.get(name) ?? [])])),
    attributes: new Map(
      [...resource.attributes].flatMap(([name, { keywords }]) => [
        ...(keywords.readableBy === undefined
          ? []
          : [[`${name} read`, waysTo(resource, keywords.readableBy)] as const]),
        ...(keywords.writableBy === undefined
          ? []
          : [[`${name} write`, waysTo(resource, keywords.writableBy)] as const]),
      ]),
    ),
  };
}

function waysTo(resource: Resource, rules: AttributeRules): Way[] {
  return [rules].flat<readonly (AttributeRules | AttributeRules[])[]>().flatMap((rule): Way[] => {
    const spelt = rule === 'owner' ? { owner: ownersOf(resource) } : rule;
    return spelt === 'nobody' ? [] : waysOf([spelt as AccessRule]);
  });
}

/** What a caller has by ways. One of a role is nobody's owner, but where its rule takes both. */
function cellOf(ways: readonly Way[], caller: string): Cell {
  const own = ways.filter(({ isAuthenticated, roles, owners }) => {
    switch (caller) {
      case EVERYONE:
        return !isAuthenticated;
      case SIGNED_IN:
        return roles.length === 0 && owners.length === 0;
      case OWNER:
        return roles.length === 0;
      default:
        return roles.every((role) => columnOf(role) === caller) && (roles.length > 0 || owners.length === 0);
    }
  });
  if (own.some(({ owners, isByFunction }) => owners.length === 0 && !isByFunction)) {
    return 'yes';
  }
  const cells = own.map(({ owners, isByFunction }) => [...owners, ...(isByFunction ? ['rule'] : [])].join(' and '));
  return cells.length === 0 ? '-' : [...new Set(cells)].join(' or ');
}

/** What the column of a role is called. */
function columnOf(role: string): string {
  return KINDS.includes(role) ? `role ${role}` : role;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_cell, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
