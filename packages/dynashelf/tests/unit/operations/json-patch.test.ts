// JSON Patch against the public suite (github.com/json-patch/json-patch-tests), on documents of any kind.

import specSuite from 'json-patch-test-suite/spec_tests.json';
import suite from 'json-patch-test-suite/tests.json';

import type { Json } from '../../../src/values/json';
import { applyJsonPatch, findPatchFaults, type JsonPatch } from '../../../src/operations/json-patch';
import { Problem } from '../../../src/problem';

interface Case {
  comment?: string;
  doc: Json;
  patch?: Json[];
  expected?: Json;
  error?: string;
  disabled?: boolean;
}

const cases = ([...specSuite, ...suite] as Case[]).filter(
  (entry) => entry.patch !== undefined && entry.disabled !== true,
);

test('the suite is there', () => {
  expect(cases.length).toBeGreaterThan(85);
});

test.each(
  cases.map(
    (entry, index) => [`${index}: ${entry.comment ?? entry.error ?? JSON.stringify(entry.patch)}`, entry] as const,
  ),
)('%s', (_name, { doc, patch, expected, error }) => {
  const before = structuredClone(doc);
  const isMalformed = findPatchFaults(patch!).count > 0;
  if (error === undefined) {
    expect(isMalformed).toBe(false);
    expect(applyJsonPatch(doc, patch as unknown as JsonPatch)).toEqual(expected ?? doc);
  } else if (!isMalformed) {
    expect(() => applyJsonPatch(doc, patch as unknown as JsonPatch)).toThrow(Problem);
  }
  expect(doc).toEqual(before);
});
