// What a topic or a bus is given of a change.
import type { CloudEvent } from './cloud-event';

/** A change as it is published: whole, as the system sees it. */
export interface Published {
  readonly collection: string;
  readonly event: CloudEvent;
}

/**
 * Publishes changes, in their order.
 * @param deadline when to stop trying, in milliseconds since 1970
 * @throws Error where one was not taken; what stands before it may have been
 */
export type PublishChanges = (changes: readonly Published[], deadline: number) => Promise<void>;

/**
 * An event that is too large with its data, and says where they are
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/dataref.md).
 */
export function withoutData({ data: _data, datacontenttype: _type, ...event }: CloudEvent): CloudEvent {
  return { ...event, dataref: event.source };
}
