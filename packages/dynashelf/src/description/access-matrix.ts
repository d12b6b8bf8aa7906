// Who may do what, as a table: the resources' operations, actions and guarded attributes by kinds of callers.
import { ACCESS_OPERATIONS, type AccessRule } from '../definition/access';
import type { Resource } from '../definition/resource';
import { ownersOf, waysOf, type Way } from '../definition/ways';
import type { AttributeRules } from '../values/attribute';

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
}

const EVERYONE = 'everyone';
const SIGNED_IN = 'signed in';
const OWNER = 'owner';
const KINDS = [EVERYONE, SIGNED_IN, OWNER];

/** What the rules of all resources let each kind of caller do. */
export function accessMatrix(resources: ReadonlyMap<string, Resource>): AccessMatrix {
  const all = [...resources.values()].map((resource) => [resource.name, waysBy(resource)] as const);
  const roles = all
    .flatMap(([, { operations, attributes }]) => [...operations.values(), ...attributes.values()].flat())
    .flatMap((way) => way.roles);
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
  };
}

/** The table for people. */
export function matrixText({ callers, resources }: AccessMatrix): string {
  const tables = Object.entries(resources).map(([name, { operations, attributes }]) => {
    const rows = Object.entries({ ...operations, ...attributes });
    return aligned([
      [name, ...callers],
      ...rows.map(([row, cells]) => [`  ${row}`, ...callers.map((caller) => cells[caller]!)]),
    ]);
  });
  return `${tables.join('\n\n')}\n\n${LEGEND}`;
}

const LEGEND =
  'yes: with every item. The name of an attribute: with those in which it holds the caller’s subject.\n' +
  'rule: as a function of the resource file says. -: with none.';

function waysBy(resource: Resource): {
  readonly operations: ReadonlyMap<string, readonly Way[]>;
  readonly attributes: ReadonlyMap<string, readonly Way[]>;
} {
  const operations = [...ACCESS_OPERATIONS, ...Object.keys(resource.actions)];
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
