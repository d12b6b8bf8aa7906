// A resource's own operations: what a resource file says of them, and what they are given.
import type { Caller } from '../values/caller';
import type { SchemaDefinition } from '../values/attribute';
import type { Attributes, Changes, Item, NewAttributes, SystemAttributes } from './item';
import type { CheckedSchema } from './keywords';
import type { ListConditions } from './list-conditions';
import type { SchemaNode } from '../values/node';
import type { Message } from './message';
import type { AnyOwnProblem } from './thrown';

/** A resource as an action names it: the constant of its file. */
interface Named {
  readonly name: string;
  readonly schema: SchemaDefinition;
}

/**
 * Reads and writes that are carried out together or not at all, when the action has ended. Everything that
 * was read is as it was read when they are; where it is not, the action is run again from its beginning.
 */
export interface Transaction {
  /** Reads an item; undefined where there is none. */
  read<R extends Named>(resource: R, id: string): Promise<Item<R> | undefined>;
  /**
   * Lists the items that fulfil conditions, one of which gives the partition of an index that is `transactional` one
   * value: as the transaction has left them so far, in the order of the index. The answer still holds when the
   * transaction is carried out; where others have come or changed, the action is run again. In an action that only
   * reads any index with a partition serves, and the answer is that of a plain list, as it is when it is read.
   * @throws Problem `too-large` where the partition has more than 1,000 items or 4 MB
   */
  list<R extends Named>(resource: R, conditions: ListConditions<R>): Promise<Item<R>[]>;
  /**
   * Makes an item, its id made here unless one is given. Read-only attributes may be given; what is undefined is left
   * out.
   * @throws Problem `invalid` for an id that PUT would refuse, `conflict` where an item of the collection has it
   */
  create<R extends Named>(
    resource: R,
    attributes: NewAttributes<R['schema']>,
    options?: { readonly id?: string | undefined },
  ): Promise<Item<R>>;
  /**
   * Changes the attributes given of an item, read-only ones too; null removes one, undefined leaves it as it is.
   * @throws Problem `conflict` where there is no such item
   */
  update<R extends Named>(resource: R, id: string, changes: Changes<R['schema']>): Promise<Item<R>>;
  /**
   * Deletes an item.
   * @throws Problem `conflict` where there is no such item
   */
  remove(resource: Named, id: string): Promise<void>;
  /**
   * Sends a message: it is committed with the writes, or not at all, and then delivered to the function that takes it,
   * at least once.
   * @throws Error for a body that is not as the message declares it
   */
  send<B extends SchemaDefinition>(message: Message<B>, body: NewAttributes<B>): Promise<void>;
}

/**
 * What an action of the collection is given.
 * @typeParam B the request body
 * @typeParam Q the parameters
 */
export interface CollectionActionInput<
  B extends SchemaDefinition = SchemaDefinition,
  Q extends SchemaDefinition = SchemaDefinition,
> {
  /** The request body, checked against the action's `body`, with its defaults. */
  readonly body: Attributes<B>;
  /** The parameters of one that only reads, checked against the action's `query`, with their defaults. */
  readonly query: Attributes<Q>;
  /** The moment of the request. */
  readonly now: Date;
  /** Who calls. */
  readonly caller: Caller;
  /** Of an action that only reads, what writes is refused. */
  readonly transaction: Transaction;
}

/**
 * What an action is given.
 * @typeParam C the functions of the attributes that are computed
 */
export interface ActionInput<
  S extends SchemaDefinition,
  B extends SchemaDefinition = SchemaDefinition,
  C = unknown,
  Q extends SchemaDefinition = SchemaDefinition,
> extends CollectionActionInput<B, Q> {
  /** The item it is called on, as it is. */
  readonly item: Item<{ readonly schema: S; readonly computed: C }>;
}

/**
 * What `onWrite` is given, before an item is written in whatever way.
 * @typeParam C the functions of the attributes that are computed
 */
export interface OnWriteInput<S extends SchemaDefinition, C = unknown> {
  /** The item as it was; undefined where it is made. */
  readonly before: Item<{ readonly schema: S; readonly computed: C }> | undefined;
  /** The item as it will be; undefined where it is deleted. */
  readonly after: Item<{ readonly schema: S; readonly computed: C }> | undefined;
  /** Who writes; a function of the app's own is `system`. */
  readonly caller: Caller;
  /** That of the write: what it reads still holds, and what it writes is written with it. */
  readonly transaction: Transaction;
}

/**
 * The item that an action gives back. Written at `run`, it keeps TypeScript from asking files that name each other in a
 * circle.
 */
export type Answer = SystemAttributes;

/** What `run` gives back: what its `response` declares, or else an item. */
export type AnswerOf<R> = [R] extends [SchemaDefinition] ? NewAttributes<R> : Answer;

/** What actions of items and of collections say alike. */
interface AnyAction<B, R, Q> {
  /** What it does, for people: one sentence or more. */
  readonly description: string;
  /** Whether it only reads: it is then called by GET. */
  readonly safe?: boolean | undefined;
  /** The attributes of the request body; of one that only reads `query` says what it is given. */
  readonly body?: B | undefined;
  /** The parameters of an action that only reads. */
  readonly query?: Q | undefined;
  /** For how many seconds a cache may answer one that only reads without asking; without it, never. */
  readonly maxAge?: number | undefined;
  /** The attributes of the answer, where that is no item. */
  readonly response?: R | undefined;
  /** The problem types of the app's own that `run` throws, each made by `defineProblem`. */
  readonly problems?: readonly AnyOwnProblem[] | undefined;
}

/**
 * An operation of a resource's own. `run` may be called several times for one request, so it does nothing
 * but by its transaction. The item it gives back is the answer: 201 where the action made it, else 200.
 */
export interface Action<
  S extends SchemaDefinition = SchemaDefinition,
  B extends SchemaDefinition = SchemaDefinition,
  C = unknown,
  R = undefined,
  Q extends SchemaDefinition = SchemaDefinition,
> extends AnyAction<B, R, Q> {
  run(this: void, input: ActionInput<S, B, C, Q>): Promise<AnswerOf<R>>;
}

/** An operation of a collection as a whole: an action without an item. */
export interface CollectionAction<
  B extends SchemaDefinition = SchemaDefinition,
  R = undefined,
  Q extends SchemaDefinition = SchemaDefinition,
> extends AnyAction<B, R, Q> {
  run(this: void, input: CollectionActionInput<B, Q>): Promise<AnswerOf<R>>;
}

/** An action as all other code knows it. */
export interface LoadedAction {
  readonly description: string;
  /** Whether it only reads. */
  readonly safe: boolean;
  readonly body: ReadonlyMap<string, SchemaNode>;
  readonly query: ReadonlyMap<string, SchemaNode>;
  readonly maxAge: number | undefined;
  /** Undefined where it answers with an item. */
  readonly response: ReadonlyMap<string, SchemaNode> | undefined;
  readonly problems: readonly AnyOwnProblem[];
  /** The words of its definition. */
  readonly keywords: readonly string[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each takes the items of its own resource
  run(this: void, input: any): Promise<object>;
}

/** Actions by their names. */
export type LoadedActions = { readonly [name: string]: LoadedAction };

/** All actions of a resource: no two have one name. */
export function actionsOf({
  actions,
  collectionActions,
}: {
  readonly actions: LoadedActions;
  readonly collectionActions: LoadedActions;
}): LoadedActions {
  return { ...actions, ...collectionActions };
}

/** Schemas as they are given: a misspelt keyword of one is a compile error that names it. */
interface GivenSchemas<B, Q> {
  readonly body?: CheckedSchema<B> | undefined;
  readonly query?: CheckedSchema<Q> | undefined;
}
interface GivenResponse<R> {
  readonly response: CheckedSchema<R>;
}
/** Whether it only reads, as the types know it. */
export interface GivenSafety<F> {
  readonly safe?: F | undefined;
}

/** Gives an action the types of its body and item: `actions: (action) => ({ checkout: action({ … }) })`. */
export interface DefineAction<S extends SchemaDefinition, C = unknown> {
  <
    const R extends SchemaDefinition,
    const B extends SchemaDefinition = NoAttributes,
    const Q extends SchemaDefinition = NoAttributes,
    const F extends boolean = false,
  >(
    definition: Omit<Action<S, B, C, R, Q>, 'body' | 'query' | 'response' | 'safe'> &
      GivenSchemas<B, Q> &
      GivenResponse<R> &
      GivenSafety<F>,
  ): Action<S, B, C, R, Q> & GivenSafety<F>;
  <
    const B extends SchemaDefinition = NoAttributes,
    const Q extends SchemaDefinition = NoAttributes,
    const F extends boolean = false,
  >(
    definition: Omit<Action<S, B, C, undefined, Q>, 'body' | 'query' | 'safe'> & GivenSchemas<B, Q> & GivenSafety<F>,
  ): Action<S, B, C, undefined, Q> & GivenSafety<F>;
}

/** The same of an action of the collection. */
export interface DefineCollectionAction {
  <
    const R extends SchemaDefinition,
    const B extends SchemaDefinition = NoAttributes,
    const Q extends SchemaDefinition = NoAttributes,
    const F extends boolean = false,
  >(
    definition: Omit<CollectionAction<B, R, Q>, 'body' | 'query' | 'response' | 'safe'> &
      GivenSchemas<B, Q> &
      GivenResponse<R> &
      GivenSafety<F>,
  ): CollectionAction<B, R, Q> & GivenSafety<F>;
  <
    const B extends SchemaDefinition = NoAttributes,
    const Q extends SchemaDefinition = NoAttributes,
    const F extends boolean = false,
  >(
    definition: Omit<CollectionAction<B, undefined, Q>, 'body' | 'query' | 'safe'> &
      GivenSchemas<B, Q> &
      GivenSafety<F>,
  ): CollectionAction<B, undefined, Q> & GivenSafety<F>;
}

/** Where nothing is declared. */
type NoAttributes = Record<never, never>;
