// Changes put on a bus of EventBridge (PutEvents, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html).
import { MOST_BYTES, sendBatches, type Entry, type Untaken } from './batch';
import { withoutData, type Published, type PublishChanges } from './published';
import { openSignedPost } from './signed-post';

/** An entry of PutEvents. */
interface BusEntry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly EventBusName: string;
  /** Seconds since 1970. */
  readonly Time: number;
}

/** Milliseconds for one answer. */
const TIMEOUT = 5_000;

/** Bytes that the time of an entry counts as. */
const TIME_BYTES = 14;

/**
 * Puts changes on a bus: `detail-type` is the type of a change, `detail` the change.
 * @param bus its name or ARN
 * @param source what rules find the events of this service by
 * @throws Error naming the variable that is missing
 */
export function openBus(bus: string, source: string, environment: NodeJS.ProcessEnv = process.env): PublishChanges {
  const post = openSignedPost(
    { signedAs: 'events', host: 'events', variable: 'EVENTBRIDGE', region: bus.split(':')[3] || undefined },
    environment,
  );

  async function send(Entries: readonly BusEntry[]): Promise<Untaken[]> {
    const { status, text } = await post(
      { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
      JSON.stringify({ Entries }),
      TIMEOUT,
    );
    if (status !== 200) {
      throw Object.assign(new Error(`EventBridge answered ${status}: ${text.slice(0, 500)}`), {
        isTransient: status >= 500 || status === 429 || /throttl/i.test(text),
      });
    }
    const { Entries: answers = [] } = JSON.parse(text) as {
      Entries?: { readonly ErrorCode?: string; readonly ErrorMessage?: string }[];
    };
    return answers.flatMap(({ ErrorCode, ErrorMessage = '' }, index) =>
      ErrorCode === undefined
        ? []
        : [
            {
              index,
              reason: `${ErrorCode}: ${ErrorMessage}`,
              isTransient: /throttl|internal/i.test(ErrorCode),
            },
          ],
    );
  }

  return async (changes, deadline) =>
    sendBatches(
      changes.map((change) => entryOf(change, bus, source)),
      send,
      deadline,
    );
}

function entryOf({ event }: Published, EventBusName: string, Source: string): Entry<BusEntry> {
  const whole = content(event);
  const used = sizeOf(whole) > MOST_BYTES ? content(withoutData(event)) : whole;
  return { content: used, size: sizeOf(used) };

  function content(detail: Published['event']): BusEntry {
    return {
      Source,
      DetailType: event.type,
      Detail: JSON.stringify(detail),
      EventBusName,
      Time: Math.floor(Date.parse(event.time) / 1000),
    };
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-event-size */
function sizeOf({ Source, DetailType, Detail }: BusEntry): number {
  return TIME_BYTES + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}
