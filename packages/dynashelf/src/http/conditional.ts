// Conditional requests (RFC 9110 §13): entity tags, dates, and the headers that carry them.
import { hash } from 'node:crypto';
import { MOST_TAGS } from '../definition/limits';
import { Problem, type Fault } from '../problem';
import { readRevision, type Preconditions, type Revision } from '../store/write/preconditions';
import { isCoded, takesGzip, uncoded } from './coding';
import type { Request } from './request';

/** The strong entity tag of an item (RFC 9110 §8.8.3): its revision in quotes. */
export function entityTag(revision: string): string {
  return `"${revision}"`;
}

/** The weak entity tag of a body, such as a page: what is shown, in a hash. Pages have no version of their own. */
export function weakTag(body: string): string {
  return `W/"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
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
    // §13.1.1 compares strongly: a weak tag stands for no revision, so it never matches.
    ...(match !== undefined && { match: match === '*' ? match : revisions(match) }),
    // §13.1.2 compares weakly; for GET a match means 304, which the response finds.
    ...(noneMatch !== undefined &&
      !isRead && { noneMatch: noneMatch === '*' ? noneMatch : revisions(noneMatch.map(strong)) }),
    ...(date !== undefined && { unmodifiedSince: new Date(date).toISOString() }),
  };
}

/** Whether GET of an item is answered 304 (RFC 9110 §13.2.2): the client has it as it is. */
export function isNotModified(
  request: Pick<Request, 'header'>,
  tag: string | undefined,
  modified: string | undefined,
): boolean {
  const noneMatch = readTags(request, 'If-None-Match', []);
  if (noneMatch !== undefined) {
    return (
      noneMatch === '*' ||
      (tag !== undefined &&
        noneMatch
          .filter((one) => !isCoded(one) || takesGzip(request))
          .map((one) => strong(uncoded(one)))
          .includes(strong(tag)))
    );
  }
  const since = readDate(request.header('if-modified-since'));
  // §8.8.2.2: a date has whole seconds, and within one there may have been several states.
  return since !== undefined && modified !== undefined && Date.parse(modified) < since;
}

/** The tags of a header, as they stand there; `*` for any. */
function readTags(
  request: Pick<Request, 'header'>,
  header: 'If-Match' | 'If-None-Match',
  faults: Fault[],
): '*' | string[] | undefined {
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

/** The revisions that tags stand for; a tag that this API never gave stands for none. */
function revisions(tags: string[]): Revision[] {
  return tags.map((tag) => readRevision(uncoded(tag).slice(1, -1))).filter((revision) => revision !== undefined);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * RFC 9110 §5.6.7: the preferred form and the two obsolete ones, in milliseconds since 1970; anything else is no date,
 * and neither is a day that no month has.
 */
function readDate(value: string | undefined): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const text = value.trim();
  const preferred =
    /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/;
  const rfc850 =
    /^[A-Z][a-z]+day, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/;
  const asctime = /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/;
  const {
    day = '',
    month = '',
    year = '',
    time = '',
  } = (preferred.exec(text) ?? rfc850.exec(text) ?? asctime.exec(text))?.groups ?? {};
  const number = MONTHS.indexOf(month) + 1;
  const iso = `${year.length === 2 ? fullYear(year) : year}-${String(number).padStart(2, '0')}-${day.trim().padStart(2, '0')}T${time}`;
  const date = new Date(`${iso}Z`);
  return number > 0 && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? date.getTime() : undefined;
}

/**
 * §5.6.7: a year of two digits that seems to be more than 50 years in the future is the latest past one that ends so.
 */
function fullYear(digits: string): string {
  const now = new Date().getUTCFullYear();
  const year = Math.floor(now / 100) * 100 + Number(digits);
  return String(year > now + 50 ? year - 100 : year);
}
