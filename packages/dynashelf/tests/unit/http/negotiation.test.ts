// What a client says that it takes and sends: Prefer, Accept, Content-Type, Accept-Encoding.

import { gunzipSync } from 'node:zlib';

import { encode, isCoded, takesGzip, uncoded } from '../../../src/http/coding';
import { negotiate, PATCH_TYPES, readContentType } from '../../../src/http/media-type';
import { readPreferences } from '../../../src/http/input/item';
import { MOST_SENT } from '../../../src/store/query/answer-size';

function asked(headers: Record<string, string>, method = 'POST') {
  return { method, header: (name: string) => headers[name] };
}

test.each<[string | undefined, object]>([
  [undefined, {}],
  ['return=minimal', { return: 'minimal' }],
  ['return=representation', { return: 'representation' }],
  ['RETURN = minimal', { return: 'minimal' }],
  ['return="minimal"', { return: 'minimal' }],
  ['return=everything', {}],
  ['return="minimal', {}],
  ['return=minimal"', {}],
  ['return', {}],
  ['count=exact', { count: 'exact' }],
  ['count=about', {}],
  ['count=exact, return=minimal; wait=1', { count: 'exact', return: 'minimal' }],
  ['respond-async, return=minimal', { return: 'minimal' }],
  ['return=minimal, return=representation', { return: 'minimal' }],
  ['return=x, Return=minimal', {}],
])('Prefer: %s means %j', (prefer, preferences) => {
  expect(readPreferences(asked(prefer === undefined ? {} : { prefer }))).toEqual(preferences);
});

const HTML = 'text/html';
const JSON_TYPE = 'application/json';

test.each<[string | undefined, string[], string]>([
  [undefined, [JSON_TYPE], JSON_TYPE],
  ['', [JSON_TYPE], JSON_TYPE],
  ['  ', [JSON_TYPE], JSON_TYPE],
  ['*/*', [HTML, JSON_TYPE], HTML],
  [JSON_TYPE, [JSON_TYPE], JSON_TYPE],
  [JSON_TYPE, [HTML, JSON_TYPE], JSON_TYPE],
  ['application/*', [HTML, JSON_TYPE], JSON_TYPE],
  ['application/json;charset=utf-8', [JSON_TYPE], JSON_TYPE],
  ['text/html;q=0.5, application/json', [HTML, JSON_TYPE], JSON_TYPE],
  ['application/problem+json', [JSON_TYPE], JSON_TYPE],
  ['application/problem+json', [HTML, JSON_TYPE], JSON_TYPE],
  ['text/json', [JSON_TYPE], JSON_TYPE],
  ['Application/HAL+JSON', [JSON_TYPE], JSON_TYPE],
])('Accept: %s of %j is %s', (accept, offered, chosen) => {
  expect(negotiate(asked(accept === undefined ? {} : { accept }), offered)).toBe(chosen);
});

test.each([
  'text/html',
  'application/xml',
  'application/json;q=0',
  'application/problem+json, application/json;q=0',
  'application/problem+json, application/*;q=0',
  'application/jsonp',
  'xapplication/json',
  'video/json',
  'application/problem+jsonx',
])('Accept: %s takes no JSON, which is 406', (accept) => {
  expect(() => negotiate(asked({ accept }))).toThrow(
    expect.objectContaining({
      type: 'not-acceptable',
      more: { errors: [{ detail: 'Excludes application/json.', header: 'Accept' }] },
    }) as Error,
  );
});

test('where nothing of two types is taken, both are named', () => {
  expect(() => negotiate(asked({ accept: 'text/plain' }), [HTML, JSON_TYPE])).toThrow(
    expect.objectContaining({
      detail: expect.stringContaining('text/html or application/json') as string,
      more: { errors: [{ detail: 'Excludes text/html and application/json.', header: 'Accept' }] },
    }) as Error,
  );
});

test.each<[Record<string, string>, string]>([
  [{}, PATCH_TYPES[0]!],
  [{ 'content-type': ' ' }, PATCH_TYPES[0]!],
  [{ 'content-type': 'application/json' }, 'application/json'],
  [{ 'content-type': 'Application/JSON' }, 'application/json'],
  [{ 'content-type': 'application/json ; charset=UTF-8' }, 'application/json'],
  [{ 'content-type': 'application/json;a=b;charset="utf8"' }, 'application/json'],
  [{ 'content-type': 'application/json;a=latin1' }, 'application/json'],
  [{ 'content-type': 'application/json-patch+json' }, 'application/json-patch+json'],
  [{ 'content-type': 'application/json', 'content-encoding': ' Identity ' }, 'application/json'],
])('the type of a body with %j is %s', (headers, type) => {
  expect(readContentType(asked(headers), PATCH_TYPES)).toBe(type);
});

test.each<[Record<string, string>, string, string]>([
  [{ 'content-encoding': 'gzip' }, 'Content-Encoding', 'must not be compressed'],
  [{ 'content-type': 'text/plain' }, 'Content-Type', 'must be application/json.'],
  [{ 'content-type': ';charset=utf-8' }, 'Content-Type', 'must be application/json.'],
  [{ 'content-type': 'application/json;charset=latin1' }, 'Content-Type', 'JSON is UTF-8'],
])('a body with %j is 415 for its %s', (headers, header, detail) => {
  for (const [method, accept] of [
    ['POST', 'Accept-Post'],
    ['PATCH', 'Accept-Patch'],
    ['PUT', 'Accept'],
  ] as const) {
    expect(() => readContentType(asked(headers, method), [JSON_TYPE])).toThrow(
      expect.objectContaining({
        type: 'unsupported-media-type',
        more: {
          errors: [{ header, detail: expect.stringContaining(detail) as string }],
          headers: { [accept]: 'application/json' },
        },
      }) as Error,
    );
  }
});

test('a refused type of several names all', () => {
  expect(() => readContentType(asked({ 'content-type': 'text/plain' }, 'PATCH'), PATCH_TYPES)).toThrow(
    expect.objectContaining({
      detail: `Content-Type must be ${PATCH_TYPES.join(' or ')}.`,
      more: expect.objectContaining({ headers: { 'Accept-Patch': PATCH_TYPES.join(', ') } }) as object,
    }) as Error,
  );
});

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ['gzip', true],
  ['gzip, deflate, br', true],
  ['*', true],
  ['br', false],
  ['gzip;q=0', false],
  ['gzip;q=0.5, identity', false],
  ['identity', false],
])('Accept-Encoding: %s takes gzip: %j', (accept, takes) => {
  expect(takesGzip(asked(accept === undefined ? {} : { 'accept-encoding': accept }))).toBe(takes);
});

test('the tag of a compressed body is another, and leads back to that of the body', () => {
  expect(['"7+gzip"', 'W/"7+gzip"', '"7"', '"+gzip7"'].map(isCoded)).toEqual([true, true, false, false]);
  expect(['"7+gzip"', '"7"', '"+gzip7"'].map(uncoded)).toEqual(['"7"', '"7"', '"+gzip7"']);
});

describe('a body', () => {
  const gzip = asked({ 'accept-encoding': 'gzip' });
  const text = JSON.stringify('ü'.repeat(600));
  const plain = { status: 200, headers: { ETag: '"7"' }, text };

  test('is compressed for who takes it, under a tag of its own', () => {
    const { headers, body, isBase64Encoded } = encode(gzip, plain);
    expect([headers, isBase64Encoded]).toEqual([{ ETag: '"7+gzip"', 'Content-Encoding': 'gzip' }, true]);
    expect(gunzipSync(Buffer.from(body, 'base64')).toString()).toBe(text);
  });

  test.each<[string, Record<string, string>, number, Record<string, string>]>([
    ['a weak tag', { ETag: 'W/"7"' }, 200, { ETag: 'W/"7"' }],
    ['the tag of a problem', { ETag: '"7"' }, 412, { ETag: '"7"' }],
    ['no tag', {}, 200, {}],
  ])('compressed keeps %s', (_what, headers, status, kept) => {
    expect(encode(gzip, { ...plain, headers, status }).headers).toEqual({ ...kept, 'Content-Encoding': 'gzip' });
    expect(encode(gzip, { ...plain, headers, status }).headers).not.toHaveProperty('ETag', undefined);
  });

  test('is sent as it is to who does not take it, or under a kilobyte in bytes', () => {
    const same = { headers: plain.headers, body: text, isBase64Encoded: false };
    expect(encode(asked({}), plain)).toEqual(same);
    expect(encode(gzip, { ...plain, text: 'x'.repeat(1023) }).isBase64Encoded).toBe(false);
    expect(encode(gzip, { ...plain, text: 'x'.repeat(1024) }).isBase64Encoded).toBe(true);
    expect(encode(gzip, { ...plain, text: 'ü'.repeat(512) }).isBase64Encoded).toBe(true);
  });

  test('that is kept is compressed once', () => {
    const kept: { gzip?: string } = {};
    const { body } = encode(gzip, { ...plain, kept });
    expect(kept.gzip).toBe(body);
    expect(encode(gzip, { ...plain, kept: { gzip: 'kept' } }).body).toBe('kept');
  });

  test('that would be longer than Lambda sends is not compressed', () => {
    expect(encode(gzip, { ...plain, kept: { gzip: 'x'.repeat(MOST_SENT) } }).isBase64Encoded).toBe(true);
    expect(encode(gzip, { ...plain, kept: { gzip: 'x'.repeat(MOST_SENT + 1) } })).toEqual({
      headers: plain.headers,
      body: text,
      isBase64Encoded: false,
    });
  });

  test.each<[string, string | undefined, string]>([
    ['the compressed one', '"7+gzip"', '"7+gzip"'],
    ['the other', '"7"', '"7"'],
    ['both', '"7", "7+gzip"', '"7"'],
    ['neither', undefined, '"7"'],
  ])('304 has the tag of what the client has: %s', (_what, named, tag) => {
    const request = asked({ 'accept-encoding': 'gzip', ...(named !== undefined && { 'if-none-match': named }) });
    expect(encode(request, { ...plain, status: 304 })).toEqual({
      headers: { ETag: tag },
      body: '',
      isBase64Encoded: false,
    });
  });

  test('304 without a tag, or with a weak one, keeps its headers', () => {
    const request = asked({ 'if-none-match': 'W/"7+gzip"' });
    expect(encode(request, { ...plain, status: 304, headers: {} }).headers).toEqual({});
    expect(encode(request, { ...plain, status: 304, headers: { ETag: 'W/"7"' } }).headers).toEqual({ ETag: 'W/"7"' });
  });
});
