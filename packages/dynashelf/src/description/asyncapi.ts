// The description of what the API says by itself (AsyncAPI 3): changes over sockets, to webhooks, to a topic or a bus.
// https://www.asyncapi.com/docs/reference/specification/v3.0.0
import type { Resource } from '../definition/resource';
import { changeSchema, changeSchemaName } from './change-schemas';
import { type Info, UNNAMED } from './info';
import { schemaName, type Part } from './names';
import { collectionSchemas } from './schemas';
import { answers, requests, type Frame } from './socket-frames';
import type { TrustedCredentials } from './trusted-credentials';

/** An AsyncAPI document. */
export interface AsyncApi extends Part {
  readonly asyncapi: string;
  readonly info: Part;
  readonly channels: Record<string, Part>;
  readonly operations: Record<string, Part>;
  readonly components: Record<'schemas' | 'messages', Record<string, Part>>;
}

/** Where changes go besides the feed. */
export interface ChangeChannels {
  readonly sockets: boolean;
  readonly webhooks: boolean;
  /** The ARN of a topic of SNS. */
  readonly topic?: string | undefined;
  /** The name of a bus of EventBridge. */
  readonly bus?: string | undefined;
}

const ABOUT = `What is written reaches whoever follows it: each change once in the feed (\`GET /changes\`, in the description at \`/openapi.json\`), and from there over these channels, in the order of the feed.`;

/**
 * Describes what the API says by itself; undefined where it says nothing.
 * @param resources those that are served; of them, those that declare \`changes\` are described
 */
export function describeEvents(
  resources: ReadonlyMap<string, Resource>,
  channels: ChangeChannels,
  trusted?: TrustedCredentials,
  { name, version, license }: Info = UNNAMED,
): AsyncApi | undefined {
  const followed = [...resources.values()].filter(({ changes }) => changes !== undefined);
  const isSilent = !channels.sockets && !channels.webhooks && !channels.topic && !channels.bus;
  if (followed.length === 0 || isSilent) {
    return undefined;
  }
  const frames = channels.sockets ? [...requests(followed), ...answers(followed)] : [];
  return {
    asyncapi: '3.0.0',
    info: {
      title: name,
      version,
      description: ABOUT,
      ...(license !== undefined && { license: { name: license } }),
    },
    defaultContentType: 'application/json',
    channels: {
      ...(channels.sockets && { socket: socket(frames) }),
      ...(channels.webhooks && { webhook: webhook(followed) }),
      ...(channels.topic && { topic: topic(followed, channels.topic) }),
      ...(channels.bus && { bus: bus(followed, channels.bus) }),
    },
    operations: {
      ...(channels.sockets && {
        hear: operation('receive', 'socket', 'What a client sends over its socket.', names(requests(followed))),
        tell: operation('send', 'socket', 'What a client is told over its socket.', names(answers(followed))),
      }),
      ...(channels.webhooks && {
        deliver: operation(
          'send',
          'webhook',
          'Each change, to those who subscribed to its type.',
          changeNames(followed),
        ),
      }),
      ...(channels.topic && {
        publish: operation('send', 'topic', 'Each change, to the topic.', changeNames(followed)),
      }),
      ...(channels.bus && { put: operation('send', 'bus', 'Each change, to the bus.', changeNames(followed)) }),
    },
    components: {
      messages: {
        ...Object.fromEntries(followed.map((resource) => [changeName(resource), changeMessage(resource)])),
        ...Object.fromEntries(frames.map((frame) => [frame.name, frameMessage(frame)])),
      },
      schemas: Object.fromEntries(
        followed.flatMap((resource) => [
          [schemaName(resource, 'Item'), itemOf(resource, resources, trusted)],
          [changeSchemaName(resource), changeSchema(resource)],
        ]),
      ),
    },
  };
}

/** An item as changes carry it: what it refers to is never in it. */
function itemOf(
  resource: Resource,
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  const item = collectionSchemas(resource, resources, trusted)[schemaName(resource, 'Item')] as Part & {
    readonly properties: Part;
  };
  const { expand: _expand, ...properties } = item.properties;
  return { ...item, properties };
}

const changeName = ({ name }: Resource): string => `${name}.changed`;

const changeNames = (followed: readonly Resource[]): string[] => followed.map(changeName);

const names = (frames: readonly Frame[]): string[] => frames.map(({ name }) => name);

function changeMessage(resource: Resource): Part {
  return {
    name: changeName(resource),
    title: `A change of ${resource.name}`,
    contentType: 'application/json',
    payload: { $ref: `#/components/schemas/${changeSchemaName(resource)}` },
  };
}

function frameMessage({ name, summary, payload }: Frame): Part {
  return { name, summary, contentType: 'application/json', payload };
}

function channel(description: string, messages: readonly string[], more: Part): Part {
  return {
    ...more,
    description,
    messages: Object.fromEntries(messages.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
  };
}

function operation(action: 'send' | 'receive', on: string, summary: string, messages: readonly string[]): Part {
  return {
    action,
    channel: { $ref: `#/channels/${on}` },
    summary,
    messages: messages.map((name) => ({ $ref: `#/channels/${on}/messages/${name}` })),
  };
}

function socket(frames: readonly Frame[]): Part {
  return channel(
    'A WebSocket. `POST /tickets` answers its address, with a ticket that is good once and for a minute.',
    names(frames),
    { address: null, title: 'Sockets', bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } } },
  );
}

function webhook(followed: readonly Resource[]): Part {
  return channel(
    'The URL of a webhook. Requests are signed as Standard Webhooks says (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature`.',
    changeNames(followed),
    { address: null, title: 'Webhooks' },
  );
}

function topic(followed: readonly Resource[], arn: string): Part {
  const isFifo = arn.endsWith('.fifo');
  return channel(
    `A topic of Amazon SNS. \`collection\` and \`type\` are message attributes, for filter policies${isFifo ? '; each item is a message group' : ''}. A change that is larger than 256 KB comes without \`data\`.`,
    changeNames(followed),
    {
      address: arn,
      title: 'Topic',
      bindings: {
        sns: {
          name: arn.split(':').at(-1),
          ordering: { type: isFifo ? 'FIFO' : 'standard' },
          bindingVersion: '0.1.0',
        },
      },
    },
  );
}

function bus(followed: readonly Resource[], name: string): Part {
  return channel(
    'A bus of Amazon EventBridge: `detail-type` is the type of a change, such as `tools.updated`, `detail` the change. One that is larger than 256 KB comes without `data`.',
    changeNames(followed),
    { address: name, title: 'Bus' },
  );
}
