// Where the changes of an API go besides the feed.
import type { ChangeChannels } from '../../description/asyncapi';
import { changingOf } from '../../description/changes';
import type { Api } from './endpoint';

/** The channels of a deployment, as its configuration and its resources say. */
export function channelsOf({ resources, config, publishedTo }: Api): ChangeChannels {
  return {
    sockets: !globalThis.bundleLacks?.sockets && config.socketUrl !== undefined,
    webhooks: [...resources.values()].some(({ shownAtCreation }) => shownAtCreation !== undefined),
    ...publishedTo,
  };
}

/** Whether changes go anywhere besides the feed, so that there is something to describe. */
export function hasChannels(api: Api): boolean {
  const { sockets, webhooks, topic, bus } = channelsOf(api);
  return changingOf(api.resources).length > 0 && (sockets || webhooks || Boolean(topic) || Boolean(bus));
}
