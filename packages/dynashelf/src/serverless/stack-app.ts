// What the stack has to know of an app: what its files declare, and which functions serverless.yml has.
import type { FunctionDeclaration } from '../definition/function';

/** An app, as far as its stack depends on it. */
export interface StackApp {
  /** The functions of the app's own. */
  readonly declarations: readonly FunctionDeclaration[];
  /** The names of the collections whose changes are kept. */
  readonly changing: readonly string[];
  /** The names of all functions in serverless.yml. */
  readonly names: readonly string[];
}

/** An app that has no more than every app. */
export const PLAIN_APP: StackApp = { declarations: [], changing: [], names: [] };

/** The name of the function to which the table's stream leads. */
export const PUBLISH = 'publish';

/** The name of the function to which sockets lead; an app that has it has sockets. */
export const SOCKET = 'socket';

/** The name of the function that sends webhooks; an app that has it has webhooks. */
export const DELIVER = 'deliver';

/** The resource that is the WebSocket API. */
export const SOCKET_API = 'SocketApi';

/** Whether an app sends messages. */
export function hasMessages({ declarations }: Pick<StackApp, 'declarations'>): boolean {
  return declarations.some(({ message }) => message !== undefined);
}

/** Whether something is to be told of what is committed, so that the table has a stream, and the app `publish`. */
export function hasPublish(app: Pick<StackApp, 'declarations' | 'changing'>): boolean {
  return hasMessages(app) || app.changing.length > 0;
}

/** Whether somebody follows the feeds who may fall behind, and is rung then. */
export function hasFollowers(app: StackApp): boolean {
  return hasSockets(app) || hasWebhooks(app) || app.declarations.some(({ subscribes }) => subscribes !== undefined);
}

/** Whether an app tells changes on sockets. */
export function hasSockets({ changing, names }: Pick<StackApp, 'changing' | 'names'>): boolean {
  return changing.length > 0 && names.includes(SOCKET);
}

/** Whether an app tells webhooks of changes. */
export function hasWebhooks({ changing, names }: Pick<StackApp, 'changing' | 'names'>): boolean {
  return changing.length > 0 && names.includes(DELIVER);
}
