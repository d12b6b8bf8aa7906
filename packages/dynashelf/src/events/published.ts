// What a topic or a bus is given of a change.

/** A change as it is published: whole, as the system sees it. */
export interface Published {
  readonly collection: string;
  readonly event: {
    readonly type: string;
    /** The id of the item. */
    readonly subject: string;
    /** Its place in the order of the collection. */
    readonly sequence: string;
    /** ISO 8601. */
    readonly time: string;
    readonly data?: unknown;
  };
}

/**
 * Publishes changes, in their order.
 * @param deadline when to stop trying, in milliseconds since 1970
 * @throws Error where one was not taken; what stands before it may have been
 */
export type PublishChanges = (changes: readonly Published[], deadline: number) => Promise<void>;

/** An event that is too large with its data; whoever needs the item asks for `source`. */
export function withoutData<E extends Published['event']>({ data: _data, ...event }: E): Omit<E, 'data'> {
  return event;
}
