// Merge patches against the cases of RFC 7396, appendix A.

import { applyMergePatch } from '../../../src/values/merge-patch';
import { MERGES } from '../../setup/merges';

test.each(MERGES)('%j patched with %j is %j', (target, patch, result) => {
  const before = structuredClone(target);
  expect(applyMergePatch(target, patch)).toEqual(result);
  expect(target).toEqual(before);
});
