// Which Java is found, by what `java -version` prints.

import { findJava, majorVersion } from '../../../src/local/java';

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_402"', 8],
  ['openjdk version "21" 2023-09-19', 21],
  ['openjdk version "26-ea" 2026-03-17', 26],
  ['The operation couldn’t be completed. Unable to locate a Java Runtime.', undefined],
])('%s', (text, version) => {
  expect(majorVersion(text)).toBe(version);
});

test('without Java on the PATH the problem is said', async () => {
  expect(await findJava({ PATH: '/nowhere' })).toEqual({ problem: 'Java was not found' });
});
