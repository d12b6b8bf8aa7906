// What a deployment bounds of its sockets, and where they are.

/** The sockets of a deployment. */
export interface SocketSettings {
  /** The URL of the stage of the WebSocket API, under which functions reach connections. */
  readonly endpoint: string;
  /** How many subscriptions a connection has at most. */
  readonly subscriptions: number;
  /** How many connections a caller has at most. */
  readonly connections: number;
  /** Bytes of a client's longest message. */
  readonly messageBytes: number;
}

/**
 * Reads the settings.
 * @throws Error naming the variable that is missing or wrong
 */
export function readSocketSettings(environment: NodeJS.ProcessEnv): SocketSettings {
  const endpoint = environment['SOCKET_CONNECTIONS'] ?? '';
  if (!URL.canParse(endpoint)) {
    throw new Error(
      `The environment variable SOCKET_CONNECTIONS is "${endpoint}": serverless.yml sets it for the functions that send on sockets; npm start and npm test set it themselves.`,
    );
  }
  return {
    endpoint,
    subscriptions: bound(environment, 'SOCKET_SUBSCRIPTIONS', 20, 100),
    connections: bound(environment, 'SOCKETS_PER_CALLER', 20, 1000),
    messageBytes: bound(environment, 'SOCKET_MESSAGE_BYTES', 16_384, 32_768),
  };
}

function bound(environment: NodeJS.ProcessEnv, name: string, otherwise: number, most: number): number {
  const text = environment[name] || String(otherwise);
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) {
    throw new Error(
      `The environment variable ${name} is "${text}": write a whole number from 1 to ${most}, or leave it out for ${otherwise}.`,
    );
  }
  return value;
}
