// The headers of conditional requests (RFC 9110 §13), one by one: what each form of a tag and of a date means.

import { entityTag, httpDate, isNotModified, readPreconditions, weakTag } from '../../../src/http/conditional';

/** A request with these headers. */
function asked(headers: Record<string, string>, method = 'PUT') {
  return { method, header: (name: string) => headers[name] };
}

const revision = (version: number, birth?: string) => ({ version, birth, isDeleting: false });

test.each<[string, Record<string, string>, object]>([
  ['no header is no precondition', {}, {}],
  ['* is any item', { 'if-match': '*' }, { match: '*' }],
  ['* may have spaces around', { 'if-match': ' * ' }, { match: '*' }],
  ['a tag is a revision', { 'if-match': '"7"' }, { match: [revision(7)] }],
  ['a tag has the birth of its item', { 'if-match': '"7-k3f9a2Xy"' }, { match: [revision(7, 'k3f9a2Xy')] }],
  ['a list has several', { 'if-match': '"7", "8"' }, { match: [revision(7), revision(8)] }],
  ['elements of a list may be empty', { 'if-match': ', "7",,\t"8" ,' }, { match: [revision(7), revision(8)] }],
  ['a tag that was never given stands for nothing', { 'if-match': '"x", "7"' }, { match: [revision(7)] }],
  ['the tag of a compressed body is that of the item', { 'if-match': '"7+gzip"' }, { match: [revision(7)] }],
  ['If-Match compares strongly: a weak tag stands for nothing', { 'if-match': 'W/"7"' }, { match: [] }],
  ['If-None-Match compares weakly', { 'if-none-match': 'W/"7", "8"' }, { noneMatch: [revision(7), revision(8)] }],
  ['If-None-Match: * is no item', { 'if-none-match': '*' }, { noneMatch: '*' }],
  ['a tag may have a comma', { 'if-none-match': '"a,b", "7"' }, { noneMatch: [revision(7)] }],
  ['a tag may have a character beyond ASCII', { 'if-match': '"ü\uffff"' }, { match: [] }],
  [
    'a date is a precondition',
    { 'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' },
    { unmodifiedSince: '1994-11-06T08:49:37.000Z' },
  ],
  [
    'a date does not count beside If-Match',
    { 'if-match': '"7"', 'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' },
    { match: [revision(7)] },
  ],
  ['what is no date does not count', { 'if-unmodified-since': 'yesterday' }, {}],
])('%s', (_fact, headers, preconditions) => {
  expect(readPreconditions(asked(headers))).toEqual(preconditions);
});

test.each(['GET', 'HEAD'])('If-None-Match of %s is not for the operation, and If-Match is', (method) => {
  expect(readPreconditions(asked({ 'if-match': '"7"', 'if-none-match': '"8"' }, method))).toEqual({
    match: [revision(7)],
  });
});

const manyTags = (count: number): string => Array.from({ length: count }, (_, index) => `"${index + 1}"`).join(', ');

test.each([
  ['if-match', 'If-Match'],
  ['if-none-match', 'If-None-Match'],
])('%s that is no list of tags is 400 and names the header', (name, header) => {
  for (const value of [
    '7',
    '"7',
    '"7" "8"',
    'w/"7"',
    '"7", *',
    '',
    ' , ',
    '"a b"',
    '"\u007f"',
    'W/ "7"',
    'x"7"',
    '"7"x',
  ]) {
    expect(() => readPreconditions(asked({ [name]: value }))).toThrow(
      expect.objectContaining({
        type: 'malformed-request',
        more: { errors: [{ header, detail: expect.stringContaining('entity tags in double quotes') as string }] },
      }) as Error,
    );
  }
  expect(readPreconditions(asked({ [name]: manyTags(50) }))).not.toEqual({});
  expect(() => readPreconditions(asked({ [name]: manyTags(51) }))).toThrow(
    expect.objectContaining({
      more: { errors: [{ header, detail: expect.stringContaining('at most 50 tags') as string }] },
    }) as Error,
  );
});

test('both headers are faulty together', () => {
  expect(() => readPreconditions(asked({ 'if-match': '7', 'if-none-match': '8' }))).toThrow(
    expect.objectContaining({
      more: {
        errors: [expect.objectContaining({ header: 'If-Match' }), expect.objectContaining({ header: 'If-None-Match' })],
      },
    }) as Error,
  );
});

/** The moment of a date, or undefined where it is none. */
function moment(date: string): string | undefined {
  return readPreconditions(asked({ 'if-unmodified-since': date })).unmodifiedSince;
}

describe('a date of RFC 9110 §5.6.7', () => {
  test.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    '  Sun, 06 Nov 1994 08:49:37 GMT ',
  ])('%j is one moment', (date) => {
    expect(moment(date)).toBe('1994-11-06T08:49:37.000Z');
  });

  test.each([
    ['Jan', '01'],
    ['Feb', '02'],
    ['Mar', '03'],
    ['Apr', '04'],
    ['May', '05'],
    ['Jun', '06'],
    ['Jul', '07'],
    ['Aug', '08'],
    ['Sep', '09'],
    ['Oct', '10'],
    ['Nov', '11'],
    ['Dec', '12'],
  ])('%s is month %s', (month, number) => {
    expect(moment(`Mon, 13 ${month} 2023 01:02:03 GMT`)).toBe(`2023-${number}-13T01:02:03.000Z`);
    expect(moment(`Mon ${month} 13 01:02:03 2023`)).toBe(`2023-${number}-13T01:02:03.000Z`);
  });

  test.each(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])('%s begins one', (day) => {
    expect(moment(`${day}, 13 Nov 2023 01:02:03 GMT`)).toBeDefined();
  });

  test.each([
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Son, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nox 1994 08:49:37 GMT',
    'Sun, 31 Feb 2023 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:01 GMT',
    'Sun, 06 Nov 1994 08:49 GMT',
    'xSun, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMTx',
    'xSunday, 06-Nov-94 08:49:37 GMT',
    'sunday, 06-Nov-94 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMTx',
    'Sunday, 06-Nov-1994 08:49:37 GMT',
    'xSun Nov  6 08:49:37 1994',
    'Sun Nov  6 08:49:37 1994x',
    'Sun Nov 6 08:49:37 1994',
    '1994-11-06T08:49:37Z',
    '',
  ])('%j is none', (date) => {
    expect(moment(date)).toBeUndefined();
  });

  test('a year of two digits is at most 50 years ahead', () => {
    const now = new Date().getUTCFullYear();
    for (const year of [now - 49, now, now + 49, now + 50]) {
      expect(moment(`Monday, 13-Nov-${String(year % 100).padStart(2, '0')} 01:02:03 GMT`)).toBe(
        `${year}-11-13T01:02:03.000Z`,
      );
    }
    expect(moment(`Monday, 13-Nov-${(now + 51) % 100} 01:02:03 GMT`)).toBe(`${now - 49}-11-13T01:02:03.000Z`);
  });
});

describe('GET is answered 304', () => {
  const modified = '2026-05-04T03:02:01.500Z';

  test.each<[string, Record<string, string>, boolean]>([
    ['never without a header', {}, false],
    ['for the tag', { 'if-none-match': '"7"' }, true],
    ['for the tag among others', { 'if-none-match': '"6", W/"7"' }, true],
    ['not for another tag', { 'if-none-match': '"6"' }, false],
    ['for any tag', { 'if-none-match': '*' }, true],
    ['not for the tag of a compressed body where none is taken', { 'if-none-match': '"7+gzip"' }, false],
    ['for that tag where it is', { 'if-none-match': '"7+gzip"', 'accept-encoding': 'gzip' }, true],
    ['for a date of a later second', { 'if-modified-since': 'Mon, 04 May 2026 03:02:02 GMT' }, true],
    ['not for a date within the second', { 'if-modified-since': 'Mon, 04 May 2026 03:02:01 GMT' }, false],
    [
      'not by the date where there is a tag',
      { 'if-none-match': '"6"', 'if-modified-since': 'Mon, 04 May 2026 03:02:02 GMT' },
      false,
    ],
    ['not for what is no date', { 'if-modified-since': 'tomorrow' }, false],
  ])('%s', (_fact, headers, answer) => {
    expect(isNotModified(asked(headers, 'GET'), '"7"', modified)).toBe(answer);
  });

  test('not where the answer has neither tag nor date, unless any tag would do', () => {
    expect(isNotModified(asked({ 'if-none-match': '"7"' }), undefined, undefined)).toBe(false);
    expect(isNotModified(asked({ 'if-none-match': '*' }), undefined, undefined)).toBe(true);
    expect(isNotModified(asked({ 'if-modified-since': 'Mon, 04 May 2026 03:02:02 GMT' }), undefined, undefined)).toBe(
      false,
    );
  });

  test('not for exactly the date, within whose second there may have been several states', () => {
    const since = { 'if-modified-since': 'Mon, 04 May 2026 03:02:02 GMT' };
    expect(isNotModified(asked(since), undefined, '2026-05-04T03:02:02.000Z')).toBe(false);
  });

  test('for a weak tag, by its text', () => {
    expect(isNotModified(asked({ 'if-none-match': '"abc"' }), 'W/"abc"', undefined)).toBe(true);
  });
});

test('an entity tag is the revision in quotes, that of a page a weak one of 22 characters', () => {
  expect(entityTag('7-k3f9a2Xy')).toBe('"7-k3f9a2Xy"');
  expect(weakTag('{}')).toMatch(/^W\/"[A-Za-z0-9_-]{22}"$/);
  expect(weakTag('{}')).toBe(weakTag('{}'));
  expect(weakTag('{}')).not.toBe(weakTag('[]'));
  expect(httpDate('1994-11-06T08:49:37.999Z')).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
});
