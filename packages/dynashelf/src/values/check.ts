// The validator: compiled of a resource's attributes once, it finds every fault of what a client would write, of whole
// items and of changes alike.
import { gatherFaults, pointer, type Fault, type Faults } from '../problem';
import type { Json, JsonObject } from './json';
import type { Check, Report } from './kind';
import { SENT } from './kinds';
import { checkMembers, type Members } from './kinds/object';
import { didYouMean } from './nearest';
import { isReadOnly, type SchemaNode } from './node';

/** What is checked: the attributes, and the name of their collection, which sentences say. */
export interface Checked {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, SchemaNode>;
}

/** The faults of a body, and the attributes that have any, be they named or not. */
export interface BodyFaults extends Faults {
  readonly attributes: ReadonlySet<string>;
}

/**
 * The faults of what a client would write: only attributes that it may set (`definition/writable.ts`) are known.
 * @param counts whether the faults of an attribute count; all do without it
 */
export function findFaults(
  { name, attributes }: Checked,
  body: JsonObject,
  counts?: (attribute: string) => boolean,
): BodyFaults {
  const faulty = new Set<string>();
  const faults = Object.assign(gatherFaults(), { attributes: faulty });
  const members = membersOf(attributes);
  // Most bodies are valid, and this finds so without noting where it is.
  if (!checkMembers(members, body, undefined)) {
    checkMembers(members, body, reportTo(name, faults, faulty), counts);
  }
  return faults;
}

/**
 * Whether changes of attributes leave every item valid that was so: null takes an attribute away, and nothing from an
 * item that never has it.
 */
export function areValidChanges({ attributes }: Pick<Checked, 'attributes'>, changes: JsonObject): boolean {
  const { checks, required } = membersOf(attributes);
  return Object.keys(changes).every((name) => {
    const value = changes[name]!;
    return value === null ? !required.includes(name) : (checks.get(name)?.(value, undefined) ?? false);
  });
}

/** Whether an attribute can have a value. */
export function isValid(node: SchemaNode, value: Json): boolean {
  return compile(node, false)(value, undefined);
}

/** The attribute that a fault is about; empty where it is about the whole. */
export function attributeOf(fault: Fault): string {
  return 'pointer' in fault ? decodeURIComponent(fault.pointer.split('/')[1] ?? '') : '';
}

const compiled = new WeakMap<ReadonlyMap<string, SchemaNode>, Members>();

function membersOf(attributes: ReadonlyMap<string, SchemaNode>): Members {
  let members = compiled.get(attributes);
  if (members === undefined) {
    members = compileMembers(new Map([...attributes].filter(([, node]) => !isReadOnly(node))), false);
    compiled.set(attributes, members);
  }
  return members;
}

/**
 * @param isUnsettled whether a `set` may still bring a value into its enum, or add where it is required: that is
 * checked after it
 */
function compileMembers(nodes: ReadonlyMap<string, SchemaNode>, isUnsettled: boolean): Members {
  return {
    checks: new Map([...nodes].map(([name, node]) => [name, compile(node, isUnsettled)])),
    required: isUnsettled
      ? []
      : [...nodes]
          .filter(([, { keywords }]) => keywords.required === true && keywords.default === undefined)
          .map(([name]) => name),
  };
}

function compile(node: SchemaNode, isUnsettledOutside: boolean): Check {
  const { kind, keywords } = node;
  const isUnsettled = isUnsettledOutside || keywords.set !== undefined;
  const check = SENT[kind].checker(node, {
    element: (element) => compile(element, isUnsettled),
    members: (nodes) => {
      const members = compileMembers(nodes, isUnsettled);
      return (value, report) => checkMembers(members, value as JsonObject, report);
    },
  });
  return keywords.enum === undefined || isUnsettled ? check : withChoice(check, keywords.enum);
}

function withChoice(check: Check, allowed: readonly unknown[]): Check {
  const values = new Set(allowed);
  let sentence: string | undefined;
  const detail = (): string =>
    (sentence ??= `Must be one of ${allowed.map((value) => JSON.stringify(value)).join(', ')}.`);
  return (value, report) => {
    const isRight = check(value, report);
    if (values.has(value)) {
      return isRight;
    }
    report?.note(detail);
    return false;
  };
}

function reportTo(collection: string, faults: Faults, faulty: Set<string>): Report {
  const at: (string | number)[] = [];
  const note = (detail: () => string): void => {
    faulty.add(String(at[0]));
    faults.add(() => ({ detail: detail(), pointer: pointer(...at) }));
  };
  const noteInside = (name: string, detail: () => string): void => {
    at.push(name);
    note(detail);
    at.pop();
  };
  return {
    at,
    note,
    noteAbsent: (name) => noteInside(name, () => `"${name}" is required: add it.`),
    noteUnknown: (name, known) =>
      noteInside(
        name,
        () => `"${name}" is not an attribute of ${collection}: remove it.${didYouMean(name, known, faults)}`,
      ),
  };
}
