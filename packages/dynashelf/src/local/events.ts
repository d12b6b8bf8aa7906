// Events at `npm start`: the table's stream is given to `publish` as Lambda does it, and what functions ask of Lambda,
// of SNS, of EventBridge and of the connections of sockets is served beside the API.

import { join } from 'node:path';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { followStream, type FollowedStream } from './event-source';
import { Failure, messageOf } from './failure';
import type { Beside } from './gateway';
import type { Service } from './gateway-route';
import { lambdaApi } from './lambda-api';
import type { Invoke } from './invoke';
import { CONNECTIONS_PATH, openSockets, SOCKETS_PATH } from './sockets';
import { openStream, type TableStream } from './stream';
import { ensureStream } from './table';
import { openLocalTopic, TOPIC_PATH } from './topic';

/** What events are run on. */
export interface EventSetting {
  readonly tableName: string;
  readonly dataDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The functions that take messages, by kind. */
  readonly takers: Readonly<Record<string, string>>;
  /** The collections whose changes are kept. */
  readonly changing: readonly string[];
  /** The URL of the port. */
  readonly address: string;
  /** Prints a line. */
  readonly say: (line: string) => void;
}

/** Events that run. */
export interface RunningEvents {
  /** The same calls, after which the stream is looked at. */
  readonly invoke: Invoke;
  readonly beside: Beside;
  /** What runs, in lines. */
  readonly lines: readonly string[];
  /** Begins to give what was committed to `publish`. @throws Failure where the table has no stream */
  begin(): Promise<void>;
  stop(): Promise<void>;
}

/** The file of the data directory that keeps how far the stream was given on. */
const PLACES = 'stream-places.json';

/** Runs events of the functions that serverless.yml has for them; of others nothing. */
export function runEvents(service: Service, setting: EventSetting, invoke: Invoke): RunningEvents {
  const { takers, changing, address, say } = setting;
  let followed: FollowedStream | undefined;
  let isStopped = false;

  const looking: Invoke = async (name, event) => {
    try {
      return await invoke(name, event);
    } finally {
      followed?.look();
    }
  };

  const topic = openLocalTopic(say);
  const invocations = lambdaApi(service, looking, (key, event, failure) => {
    const [message] = Object.entries(takers).find(([, taker]) => taker === key) ?? [];
    if (failure === undefined && message !== undefined) {
      say(`${key} took a message ${message}.`);
    } else if (failure !== undefined) {
      const { key: name = '' } = (event ?? {}) as { key?: string };
      say(`${key} failed${message === undefined ? '' : ` to take the message ${message} ${name}`}: ${failure}`);
    }
  });
  const socket = service.functions['socket'];
  const sockets = socket === undefined ? undefined : openSockets(looking, socket.name, say);

  const streamed = Object.entries(service.functions).flatMap(([key, { name, streams = [] }]) =>
    streams.map((mapping) => ({ key, name, mapping })),
  );

  return {
    invoke: looking,
    lines: [
      ...Object.entries(takers).map(([message, key]) => `Messages ${message} are delivered to ${key}.`),
      ...(changing.length === 0 ? [] : [`Changes, as they are committed: npx dynashelf follow ${changing.join(' ')}`]),
      ...(service.publishedTo ?? []).map(
        (to) => `Changes are published to ${to.split(':').at(-1)}, which is played here: ${address}${TOPIC_PATH}`,
      ),
    ],
    beside: {
      answer(method, path, header, body) {
        if (path === TOPIC_PATH) {
          return topic(method, header, body);
        }
        if (sockets !== undefined && path.startsWith(CONNECTIONS_PATH)) {
          return sockets.manage(method, path, body).then((managed) => ({
            status: managed.status,
            headers: { 'content-type': 'application/json' },
            body: Buffer.from(managed.body === undefined ? '' : JSON.stringify(managed.body)),
          }));
        }
        return invocations(method, path, header, body);
      },
      upgrade(request, connection, head) {
        if (sockets === undefined || request.url?.split('?', 1)[0] !== SOCKETS_PATH) {
          connection.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
          return;
        }
        sockets.upgrade(request, connection, head);
      },
    },
    async begin() {
      const [first] = streamed;
      if (first === undefined) {
        return;
      }
      const stream = await openTableStream(setting);
      if (isStopped) {
        return;
      }
      followed = followStream({
        stream,
        mapping: first.mapping,
        call: async (event) => invoke(first.name, JSON.stringify(event)),
        path: join(setting.dataDirectory, PLACES),
        say,
      });
    },
    async stop() {
      isStopped = true;
      sockets?.stop();
      await followed?.stop();
    },
  };
}

/** @throws Failure where the table has no stream, and cannot be given one */
async function openTableStream({ tableName, environment }: EventSetting): Promise<TableStream> {
  const client = new DynamoDBClient({});
  try {
    await ensureStream(client, tableName);
    return await openStream(tableName, environment);
  } catch (error) {
    throw new Failure(
      `Changes and messages need a stream of the table, and there is none (${messageOf(error)}): unset DYNAMODB_ENDPOINT to have a database started that has streams.`,
    );
  } finally {
    client.destroy();
  }
}
