// One call of the function `socket`: what it reaches, and how it ends a connection.
import type { Config } from '../config';
import type { Resource } from '../definition/resource';
import type { SocketGateway } from '../events/socket-gateway';
import type { SocketSettings } from '../events/socket-settings';
import { logError } from '../log';
import { Problem } from '../problem';
import type { Send } from '../store/client/send';
import type { Connections } from '../store/connections';

/** What the function serves, and by what. */
export interface SocketParts {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly config: Pick<Config, 'tableName' | 'cursorKeys'>;
  readonly settings: SocketSettings;
  readonly send: Send;
  readonly gateway: SocketGateway;
}

/** One call of the function. */
export interface SocketCall extends SocketParts {
  readonly connections: Connections;
  /** Of the connection. */
  readonly id: string;
  readonly requestId: string;
  /** When the time is over, in milliseconds since 1970. */
  readonly deadline: number;
}

/** Closes a connection, and forgets it. */
export async function endConnection({ gateway, connections, id }: SocketCall): Promise<void> {
  await gateway.close(id);
  await connections.forget(id);
}

/** What a call is answered for an error: one that is no problem of the client's is logged. */
export function asProblem({ requestId }: SocketCall, error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  const { message, stack } = error as Error;
  logError({ message, requestId, path: 'socket', stack });
  return new Problem(
    'internal',
    'Something is wrong on the server, and it has been logged: report the request id if it stays.',
  );
}
