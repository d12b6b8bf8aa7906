// Formats beyond what JSON Schema's test suite tries (json-schema-suite.test.ts): RFC 3986's own examples, and what
// looks nearly right.

import fc from 'fast-check';

import { FORMATS, type AttributeDefinition } from '../../../src/values/attribute';
import { FORMATS_BY_NAME } from '../../../src/values/formats';
import { runs } from '../../setup/runs';

type Format = NonNullable<AttributeDefinition['format']>;

const is = (format: Format, text: string): boolean => FORMATS_BY_NAME[format].holds(text);

test.each([
  '01.2.3.4',
  '1.2.3.04',
  '010.0.0.1',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '0x7f.0.0.1',
  '1.2.3.4\n',
  ' 1.2.3.4',
  '１.2.3.4',
])('%j is no ipv4', (text) => {
  expect(is('ipv4', text)).toBe(false);
});

test.each(['::1%eth0', '[::1]', '1::2::3', '::ffff:01.2.3.4', '12345::', '::1 ', ':::'])('%j is no ipv6', (text) => {
  expect(is('ipv6', text)).toBe(false);
});

test.each([
  '2026-03-31\t12:00:00Z',
  '2026-03-31\u00a012:00:00Z',
  '2026-03-31T12:00:00',
  '2026-03-31T24:00:00Z',
  '2026-03-31  12:00:00Z',
])('%j is no date-time', (text) => {
  expect(is('date-time', text)).toBe(false);
});

test.each(['2026-03-31 12:00:00Z', '2026-03-31t12:00:00.5+02:00'])('%j is a date-time', (text) => {
  expect(is('date-time', text)).toBe(true);
});

// RFC 3986 §1.1.2, §3, §5.4.
test.each([
  'ftp://ftp.is.co.za/rfc/rfc1808.txt',
  'ldap://[2001:db8::7]/c=GB?objectClass?one',
  'mailto:John.Doe@example.com',
  'news:comp.infosystems.www.servers.unix',
  'tel:+1-816-555-1212',
  'telnet://192.0.2.16:80/',
  'urn:oasis:names:specification:docbook:dtd:xml:4.1.2',
  'foo://example.com:8042/over/there?name=ferret#nose',
  'http://a/b/c/d;p?q',
  'g:h',
  'file:///etc/hosts',
  'http://[v7.a:b]/',
  'a:',
  'http://example.com:/',
  'x:/a//b',
])('%s is a uri, and so a uri-reference', (text) => {
  expect([is('uri', text), is('uri-reference', text)]).toEqual([true, true]);
});

test.each([
  'g',
  './g',
  'g/',
  '/g',
  '//g',
  '?y',
  'g?y',
  '#s',
  'g;x=1/./y',
  '',
  '..',
  '../../g',
  'a/b:c',
  '//user:pw@host:1/x',
])('%j is a uri-reference and no uri', (text) => {
  expect([is('uri-reference', text), is('uri', text)]).toEqual([true, false]);
});

test.each([
  '1:b',
  ':b',
  'http://a:b/',
  'http://a@b@c/',
  'http://[::ffff:01.2.3.4]/',
  'http://[::1',
  '/[::1]',
  'http:/[x]',
  '/a"b',
  '/a b',
  '%',
  '%4',
  '/%zz',
  '\\a',
  '/a\n',
  'http://ü.example/',
  '#a#b',
  'a^b',
  '{x}',
  '//[::1%25eth0]/',
])('%j is neither', (text) => {
  expect([is('uri', text), is('uri-reference', text)]).toEqual([false, false]);
});

test('whatever URL serializes is a uri, but for the characters that it leaves and RFC 3986 does not take', () => {
  fc.assert(
    fc.property(
      fc.webUrl({ withFragments: true, withQueryParameters: true, validSchemes: ['http', 'https', 'ftp'] }),
      (url) => {
        expect([url, is('uri', url)]).toEqual([url, true]);
      },
    ),
    { numRuns: runs(120) },
  );
});

test.each(FORMATS)('%s is decided in linear time', (format) => {
  for (const part of ['a', '%41', ':', '/', '@', '1.', '-', 'a.', '[', '"']) {
    const start = process.cpuUsage();
    is(format, `a:${part.repeat(100_000)} `);
    is(format, `//${part.repeat(100_000)}\n`);
    is(format, part.repeat(100_000));
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(500);
  }
});

test.each(FORMATS)('the example of %s is one', (format) => {
  expect(is(format, FORMATS_BY_NAME[format].example)).toBe(true);
});
