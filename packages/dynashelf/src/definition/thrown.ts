// What the own code of a resource file throws: problems of the catalogue, and problem types of the app's own.
import { Problem, type Fault, type OwnProblemType, type ProblemType } from '../problem';
import type { SchemaDefinition } from '../values/attribute';
import type { SchemaNode } from '../values/node';
import { readNodes } from '../values/read-schema';
import type { NewAttributes } from './item';
import type { CheckedSchema } from './keywords';

/** The problems of the catalogue that are an action's to throw; the others are found before it runs, or are bugs. */
export const THROWABLE = [
  'forbidden',
  'not-found',
  'conflict',
  'precondition-failed',
  'too-large',
  'invalid',
  'throttled',
  'unavailable',
] as const satisfies readonly ProblemType[];

/** The type of one of them. */
export type ThrowableProblemType = (typeof THROWABLE)[number];

/** What a problem says besides its sentence. */
export interface ThrownMore {
  /** What is wrong, and where: one entry for each fault. */
  readonly errors?: readonly Fault[] | undefined;
  /**
   * After how many seconds the request may be sent again: the `Retry-After` of `conflict`, `throttled` and
   * `unavailable`.
   */
  readonly retryAfter?: number | undefined;
}

/**
 * A problem of the catalogue, to be thrown.
 * @param detail a sentence for a person that says what to do
 * @throws Error for a type that is none of an action's
 */
export function problem(type: ThrowableProblemType, detail: string, more: ThrownMore = {}): Problem {
  if (!(THROWABLE as readonly string[]).includes(type)) {
    throw new Error(`an action cannot throw the problem "${type}": use one of ${THROWABLE.join(', ')}`);
  }
  const isPassing = type === 'throttled' || type === 'unavailable';
  if (more.retryAfter !== undefined && !isPassing && type !== 'conflict') {
    throw new Error(`the problem "${type}" does not pass by waiting: leave retryAfter out`);
  }
  return new Problem(
    type,
    detail,
    moreOf({ ...more, retryAfter: isPassing ? (more.retryAfter ?? 1) : more.retryAfter }),
  );
}

/**
 * The problem that the item is not in a state for what is asked, to be thrown: `problem('conflict', detail)`.
 * @param detail a sentence for a person that says what to do
 */
export function conflict(detail: string): Problem {
  return problem('conflict', detail);
}

/** A problem type of the app's own: what defines it. */
export interface OwnProblemDefinition<M extends SchemaDefinition> {
  /** The end of the problem's `type`: lower case letters, digits and hyphens. */
  readonly type: string;
  /** The HTTP status, 400 to 499. */
  readonly status: number;
  /** The kind of problem in a few words. */
  readonly title: string;
  /** What it means and what to do, for people: its section of the docs. */
  readonly description: string;
  /** Attributes that its documents have beside those of every problem (RFC 9457 §3.2). */
  readonly schema?: CheckedSchema<M> | undefined;
}

type OwnMore = Pick<ThrownMore, 'errors'>;

/** A problem type of the app's own, whatever its documents have besides. */
export interface AnyOwnProblem extends OwnProblemType {
  readonly description: string;
  readonly attributes: ReadonlyMap<string, SchemaNode>;
  /** The words of its definition. */
  readonly keywords: readonly string[];
}

/** Makes a problem of the app's own type, to be thrown: `throw toolOutOfOrder('It is back in May.', { until })`. */
export interface OwnProblem<M extends SchemaDefinition = SchemaDefinition> extends AnyOwnProblem {
  /**
   * @param detail a sentence for a person that says what to do
   * @param attributes those that its `schema` declares
   */
  (
    detail: string,
    ...more: object extends NewAttributes<M> ? [NewAttributes<M>?, OwnMore?] : [NewAttributes<M>, OwnMore?]
  ): Problem;
}

/**
 * Defines a problem type of the app's own. Each action that throws it names it under `problems`; it then has its
 * section in the docs, its schema in the description, and is among what the action can be answered.
 * @throws Error for a `schema` that is none; what else is wrong is found where an action names it
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- none, where none are declared
export function defineProblem<const M extends SchemaDefinition = {}>(
  definition: OwnProblemDefinition<M>,
): OwnProblem<M> {
  const { type, status, title, description, schema } = definition;
  const kind = {
    type,
    status,
    title,
    description,
    attributes: attributesOf(type, (schema ?? {}) as SchemaDefinition),
    keywords: Object.keys(definition),
  };
  const make = (detail: string, given: object = {}, more: OwnMore = {}): Problem =>
    new Problem(own, detail, {
      ...moreOf(more),
      extension: JSON.parse(JSON.stringify(given)) as Record<string, unknown>,
    });
  const own: AnyOwnProblem = Object.assign(make, kind);
  return own as unknown as OwnProblem<M>;
}

function attributesOf(type: string, schema: SchemaDefinition): ReadonlyMap<string, SchemaNode> {
  try {
    return readNodes(schema);
  } catch (error) {
    throw new Error(`the problem "${type}": ${(error as Error).message}`, { cause: error });
  }
}

function moreOf({ errors, retryAfter }: ThrownMore): { errors?: readonly Fault[]; headers?: Record<string, string> } {
  return {
    ...(errors !== undefined && { errors }),
    ...(retryAfter !== undefined && { headers: { 'Retry-After': String(Math.max(0, Math.ceil(retryAfter))) } }),
  };
}
