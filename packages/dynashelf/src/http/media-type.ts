// Media types: of what is sent (415) and of what may be answered (406).
import Negotiator from 'negotiator';
import { Problem } from '../problem';
import type { Request } from './request';

export const JSON_TYPE = 'application/json';
const MERGE_PATCH_TYPE = 'application/merge-patch+json';
export const JSON_PATCH_TYPE = 'application/json-patch+json';

/** What PATCH takes; `application/json` means a merge patch. */
export const PATCH_TYPES = [MERGE_PATCH_TYPE, JSON_PATCH_TYPE, JSON_TYPE];

/**
 * The first of `offered` that `Accept` allows (RFC 9110 §12.5.1). JSON is allowed by whoever takes any JSON type, too:
 * a client that reads `application/problem+json` reads JSON.
 * @throws Problem `not-acceptable`
 */
export function negotiate(request: Pick<Request, 'header'>, offered: readonly string[] = [JSON_TYPE]): string {
  const accept = request.header('accept');
  // What most clients send takes no negotiation.
  if (accept === undefined || accept === offered[0] || accept === '*/*' || accept.trim() === '') {
    return offered[0]!;
  }
  // A client that names the character set of JSON, which has but one, means JSON all the same.
  const candidates = offered.flatMap((type) => [type, `${type};charset=utf-8`]);
  const chosen =
    new Negotiator({ headers: { accept } }).mediaType(candidates) ?? implied(accept, offered.filter(isJson));
  if (chosen === undefined) {
    throw new Problem(
      'not-acceptable',
      `Answers are ${offered.join(' or ')} only: allow it in Accept, or leave Accept out.`,
      {
        errors: [{ detail: `Excludes ${offered.join(' and ')}.`, header: 'Accept' }],
      },
    );
  }
  return chosen.split(';')[0]!;
}

/** The first of some JSON types for a client that names another, unless it refuses the offered ones by name. */
function implied(accept: string, offered: string[]): string | undefined {
  const namesJson = new Negotiator({ headers: { accept } }).mediaTypes().some(isJson);
  // What is added is the least specific of all, so that q=0 of a more specific range stays.
  return namesJson ? new Negotiator({ headers: { accept: `${accept}, */*;q=0.001` } }).mediaType(offered) : undefined;
}

/** A JSON media type, as https://mimesniff.spec.whatwg.org/#json-mime-type has it. */
function isJson(type: string): boolean {
  return /^(?:application|text)\/json$|\+json$/i.test(type);
}

/**
 * The media type of the body: one of `accepted`, the first where `Content-Type` is absent.
 * @throws Problem `unsupported-media-type` with `Accept-Post`, `Accept-Patch` or `Accept`
 */
export function readContentType(request: Pick<Request, 'header' | 'method'>, accepted: readonly string[]): string {
  const refuse = (detail: string, header: string): Problem => {
    const name = request.method === 'PATCH' ? 'Accept-Patch' : request.method === 'POST' ? 'Accept-Post' : 'Accept';
    return new Problem('unsupported-media-type', detail, {
      errors: [{ detail, header }],
      headers: { [name]: accepted.join(', ') },
    });
  };
  const coding = request.header('content-encoding');
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity') {
    throw refuse('The body must not be compressed: send it without Content-Encoding.', 'Content-Encoding');
  }
  const header = request.header('content-type');
  if (header === undefined || header.trim() === '') {
    return accepted[0]!;
  }
  const [type = '', ...parameters] = header
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (!accepted.includes(type)) {
    throw refuse(`Content-Type must be ${accepted.join(' or ')}.`, 'Content-Type');
  }
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice('charset='.length)
    .replace(/"/g, '');
  if (charset !== undefined && !['utf-8', 'utf8'].includes(charset)) {
    throw refuse('JSON is UTF-8 (RFC 8259 §8.1): send it so, and leave charset out.', 'Content-Type');
  }
  return type;
}
