// The states of an item: which a new one may have, and from which it goes to which.
import type { SchemaNode } from '../values/node';
import type { AttributeDefinition, SchemaDefinition } from '../values/attribute';

/** What a resource file says of the states of its items: of one attribute, a String with `enum`. */
export type StatesDefinition<S extends SchemaDefinition> = string extends keyof S
  ? // While the compiler has not seen the schema, any attribute can hold a state.
    { readonly attribute: string; readonly initial?: readonly string[]; readonly from: object }
  : StatesOf<S>;

type StatesOf<S> = {
  readonly [Name in keyof S]: S[Name] extends { readonly enum: readonly (infer State extends string)[] }
    ? {
        /** The attribute that holds the state. */
        readonly attribute: Name;
        /** The states that a new item may have; without it, the attribute's default alone. */
        readonly initial?: readonly State[];
        /** The states that each goes to; one without an entry is final. */
        readonly from: { readonly [Before in State]?: readonly State[] };
      }
    : never;
}[keyof S];

/** The states as all other code knows them. */
export interface States {
  readonly attribute: string;
  /** The states that there are, in the order of the attribute's `enum`. */
  readonly all: readonly string[];
  readonly initial: readonly string[];
  readonly from: ReadonlyMap<string, readonly string[]>;
}

/** Reads what a file says; what it lacks is empty here, and a mistake elsewhere. */
export function readStates(definition: unknown, attributes: ReadonlyMap<string, SchemaNode>): States | undefined {
  if (definition === undefined) {
    return undefined;
  }
  const { attribute = '', initial, from } = { ...(definition as Partial<States>) };
  const keywords: Partial<AttributeDefinition> = attributes.get(attribute)?.keywords ?? {};
  return {
    attribute,
    all: (keywords.enum ?? []) as readonly string[],
    initial: initial ?? (typeof keywords.default === 'string' ? [keywords.default] : []),
    from: new Map(Object.entries((from ?? {}) as unknown as Record<string, readonly string[]>)),
  };
}

/**
 * The states to which an item may go.
 * @param state its state; one that is none of them, as items from before the declaration may have, counts as none
 */
export function nextStates({ all, initial, from }: States, state: string | undefined): readonly string[] {
  return state !== undefined && all.includes(state) ? (from.get(state) ?? []) : initial;
}

/** The states from which an item may come to a state, that state itself among them. */
export function statesBefore(states: States, state: string): string[] {
  return states.all.filter((before) => before === state || nextStates(states, before).includes(state));
}

/** States as a part of a sentence: `"a", "b" or "c"`. */
export function listStates(states: readonly string[], word: 'and' | 'or' = 'or'): string {
  const quoted = states.map((state) => `"${state}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${word} ${quoted.at(-1)}`;
}
