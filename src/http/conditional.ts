// Conditional requests (RFC 9110 §13): entity tags, dates, and the headers that carry them.
import { createHash } from 'node:crypto';
import type { AnyItem } from '../definition/item';
import { MOST_TAGS } from '../definition/limits';
import { Problem, type Fault } from '../problem';
import type { Preconditions } from '../store/preconditions';
import { isCoded, takesGzip, uncoded } from './coding';
import type { Request } from './request';

/** The strong entity tag of an item: its version in quotes. */
export function entityTag({ version }: Pick<AnyItem, 'version'>): string {
  return `"${version}"`;
}

/** The weak entity tag of a body, such as a page: what is shown, in a hash. Pages have no version of their own. */
export function weakTag(body: string): string {
  return `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

/** A moment of RFC 3339 as an HTTP-date (RFC 9110 §5.6.7), in whole seconds. */
export function httpDate(moment: string): string {
  return new Date(moment).toUTCString();
}

/**
 * The preconditions of a request that writes, or of GET as far as they end in 412.
 * @throws Problem `malformed-request` for a header that is no list of tags
 */
export function readPreconditions(request: Pick<Request, 'header' | 'method'>): Preconditions {
  const faults: Fault[] = [];
  const match = readTags(request, 'If-Match', faults);
  const noneMatch = readTags(request, 'If-None-Match', faults);
  if (faults.length > 0) {
    throw new Problem('malformed-request', 'A precondition cannot be read: correct the header.', { errors: faults });
  }
  // §13.1.4: ignored beside If-Match, and where it is no date.
  const date = match === undefined ? readDate(request.header('if-unmodified-since')) : undefined;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return {
    // §13.1.1 compares strongly, so a weak tag never matches.
    ...(match !== undefined && { match: match === '*' ? match : versions(match.filter((tag) => !tag.startsWith('W/'))) }),
    // §13.1.2 compares weakly; for GET a match means 304, which the response finds.
    ...(noneMatch !== undefined && !isRead && { noneMatch: noneMatch === '*' ? noneMatch : versions(noneMatch.map(strong)) }),
    ...(date !== undefined && { unmodifiedBefore: new Date(date + 1000).toISOString() }),
  };
}

/** Whether GET of an item is answered 304 (RFC 9110 §13.2.2): the client has it as it is. */
export function isNotModified(request: Pick<Request, 'header'>, tag: string | undefined, modified: string | undefined): boolean {
  const noneMatch = readTags(request, 'If-None-Match', []);
  if (noneMatch !== undefined) {
    return noneMatch === '*' || (tag !== undefined && noneMatch.filter((one) => !isCoded(one) || takesGzip(request)).map((one) => strong(uncoded(one))).includes(strong(tag)));
  }
  const since = readDate(request.header('if-modified-since'));
  return since !== undefined && modified !== undefined && Math.floor(Date.parse(modified) / 1000) * 1000 <= since;
}

/** The tags of a header, as they stand there; `*` for any. */
function readTags(request: Pick<Request, 'header'>, header: 'If-Match' | 'If-None-Match', faults: Fault[]): '*' | string[] | undefined {
  const value = request.header(header.toLowerCase());
  if (value === undefined) {
    return undefined;
  }
  if (value.trim() === '*') {
    return '*';
  }
  // §8.8.3: a quoted tag, W/ before a weak one; §5.6.1 allows empty elements in a list.
  const list = /^(?:[ \t]*(?:(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"[ \t]*)?(?:,|$))+$/;
  const tags = value.match(/(?:W\/)?"[^"]*"/g) ?? [];
  if (!list.test(value) || tags.length === 0) {
    faults.push({ detail: `Must be * or entity tags in double quotes, as ETag gave them: ${header}: "7".`, header });
  } else if (tags.length > MOST_TAGS) {
    faults.push({ detail: `Must name at most ${MOST_TAGS} tags.`, header });
  }
  return tags;
}

function strong(tag: string): string {
  return tag.replace(/^W\//, '');
}

/** The versions that tags stand for; a tag that this API never gave stands for none. */
function versions(tags: string[]): number[] {
  return tags.map(uncoded).filter((tag) => /^"[1-9][0-9]{0,14}"$/.test(tag)).map((tag) => Number(tag.slice(1, -1)));
}

/** RFC 9110 §5.6.7: the preferred form and the two obsolete ones; anything else is no date. */
function readDate(value: string | undefined): number | undefined {
  const text = value?.trim() ?? '';
  const preferred = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
  const rfc850 = /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
  const asctime = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;
  const milliseconds = preferred.test(text) || rfc850.test(text) ? Date.parse(text) : asctime.test(text) ? Date.parse(`${text} GMT`) : NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
