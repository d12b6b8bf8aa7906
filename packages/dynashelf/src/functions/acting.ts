// Actions as a function calls them: of an item by its id, of the collection without one.
import type { AnyItem, Attributes, NewAttributes } from '../definition/item';
import type { Resource } from '../definition/resource';
import type { ActionType, ActionTypes } from '../definition/typed-action';
import type { WriteOptions } from './write-options';

/**
 * Carries out actions. An action answers with what its `response` declares, or else with an item of any collection.
 * @typeParam Unseen what a caller is given that may carry out an action, and not read the item that it answers with
 * @typeParam Safe true where only those can be called that only read
 */
export interface Acting<T extends Resource, Unseen, Safe extends boolean> {
  /** An action of an item. */
  act<N extends NameOf<T, 'items', Safe>>(
    id: string,
    action: N,
    ...given: GivenTo<ActionOf<T, 'items', N>>
  ): Promise<AnswerOf<ActionOf<T, 'items', N>, Unseen>>;
  /** An action of the collection. */
  call<N extends NameOf<T, 'collection', Safe>>(
    action: N,
    ...given: GivenTo<ActionOf<T, 'collection', N>>
  ): Promise<AnswerOf<ActionOf<T, 'collection', N>, Unseen>>;
}

/** What an action is of. */
type Of = keyof ActionTypes;

type ActionsOf<T extends Resource, O extends Of> = NonNullable<T['actionTypes']>[O];

type ActionOf<T extends Resource, O extends Of, N extends keyof ActionsOf<T, O>> = ActionsOf<
  T,
  O
>[N] extends infer A extends ActionType
  ? A
  : never;

/** The names of the actions that can be called. */
type NameOf<T extends Resource, O extends Of, Safe extends boolean> = Extract<
  { [N in keyof ActionsOf<T, O>]: ActionOf<T, O, N>['isSafe'] extends Safe ? N : never }[keyof ActionsOf<T, O>],
  string
>;

/** The body, or the parameters of an action that only reads: it may be left out where nothing of it is required. */
type GivenTo<A extends ActionType> =
  object extends NewAttributes<A['given']>
    ? [given?: NewAttributes<A['given']>, ...more: OptionsOf<A>]
    : [given: NewAttributes<A['given']>, ...more: OptionsOf<A>];

type OptionsOf<A extends ActionType> = A['isSafe'] extends true ? [] : [options?: WriteOptions];

/** An answer that a caller may not read is a refusal where the action only reads. */
type AnswerOf<A extends ActionType, Unseen> = [A['response']] extends [never]
  ? AnyItem | (A['isSafe'] extends true ? never : Unseen)
  : Attributes<A['response']>;
