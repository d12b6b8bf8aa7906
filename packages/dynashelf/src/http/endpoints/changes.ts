// GET of /changes: what was written, in order, from a place on, as the caller may see it.
import { identityOf, readCaller } from '../../authentication/caller';
import { accessOf, type CallerAccess } from '../../authorization/permission';
import { hidesNothing } from '../../definition/access';
import type { Resource } from '../../definition/resource';
import type { CloudEvent } from '../../events/cloud-event';
import { readPlace, writePlace, type Place } from '../../events/place';
import { awaitChanges, readChanges } from '../../events/read-changes';
import { Problem } from '../../problem';
import { openFeed, type Feed, type KnownHeads } from '../../store/feed';
import type { Reader } from '../../store/reader';
import { isNotModified, readPreconditions, weakTag } from '../conditional';
import { readChangesInput, type ChangesInput } from '../input/changes';
import { JSON_TYPE, negotiate } from '../media-type';
import type { Request } from '../request';
import { linkTo, type Reply } from '../response';
import type { DocumentEndpoint } from './endpoint';

/** Milliseconds that stay when the waiting is over. */
const MARGIN = 1_000;

/** The endpoint of the feed; it keeps what it knows of heads from request to request. */
export function changesEndpoint(): DocumentEndpoint<Reader> {
  const known: KnownHeads = new Map();
  return async ({ config, resources, send }, request, store, timing) => {
    const caller = readCaller(config, request.credentials);
    const access = accessOf(caller);
    timing.end('caller');

    const input = readChangesInput(resources, request, access);
    const { match } = readPreconditions(request);
    negotiate(request);
    const given = givenPlace(config.cursorKeys, identityOf(caller), input);
    timing.end('input');

    const feed = openFeed(send, config.tableName, request.deadline, known);
    const begun = Date.now();
    const read = { ...input, rounds: config.readLimit, deadline: request.deadline };
    const place = given ?? (await beginning(feed, input));
    // Behind the newest there is nothing yet.
    let page = input.since === 'now' ? { events: [], place } : await readChanges(feed, access, { ...read, place });
    const until = Math.min(begun + input.wait * 1_000, request.deadline - MARGIN);
    while (page.events.length === 0 && (await awaitChanges(feed, page.place, until))) {
      page = await readChanges(feed, access, { ...read, place: page.place });
    }
    Object.assign(store.cost, feed.cost);
    timing.end('operation');

    if (match !== undefined && match !== '*') {
      throw new Problem(
        'precondition-failed',
        'The feed has a weak ETag, which If-Match never matches: leave If-Match out, or send the tag in If-None-Match.',
      );
    }
    const since = writePlace(config.cursorKeys, identityOf(caller), page.place);
    return write(request, page.events, since, isCostHidden(access, input.resources));
  };
}

/** The place that the request names; undefined where it names none, or `now`. */
function givenPlace(keys: readonly string[], caller: string, { since, resources }: ChangesInput): Place | undefined {
  return since === undefined || since === 'now'
    ? undefined
    : readPlace(
        keys,
        caller,
        since,
        resources.map(({ name }) => name),
      );
}

async function beginning(feed: Feed, { since, resources }: ChangesInput): Promise<Place> {
  const names = resources.map(({ name }) => name);
  const places =
    since === 'now'
      ? await feed.heads(names)
      : await Promise.all(resources.map(async (resource) => feed.oldest(resource)));
  return Object.fromEntries(names.map((name, index) => [name, places[index]!]));
}

/** What the caller does not see is read, too. */
function isCostHidden(access: CallerAccess, resources: readonly Resource[]): boolean {
  return resources.some((resource) => {
    const permission = access.permission(resource, 'list');
    return permission.grant !== 'all' || !hidesNothing(permission);
  });
}

function write(request: Request, changes: readonly CloudEvent[], since: string, isHidden: boolean): Reply {
  const next = linkTo(request, 'since', since);
  const text = JSON.stringify({ changes, next });
  const tag = weakTag(text);
  const reply = { headers: { 'Cache-Control': 'no-cache', ETag: tag }, isCostHidden: isHidden };
  return isNotModified(request, tag, undefined)
    ? { ...reply, status: 304 }
    : {
        ...reply,
        status: 200,
        // RFC 8288
        headers: { 'Content-Type': JSON_TYPE, ...reply.headers, Link: `<${next}>; rel="next"` },
        text,
      };
}
