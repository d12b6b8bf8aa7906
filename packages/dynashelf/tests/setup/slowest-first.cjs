// The order of the test files: a long one that begins last would keep one core waiting. Jest knows what took long
// where it has run before; on a fresh machine it goes by the sizes of files, which say nothing of what they start.
'use strict';

const { default: Sequencer } = require('@jest/test-sequencer');

/** The longest, those that start processes first. */
const SLOWEST = [
  'api/docs',
  'api/start',
  'api/start-functions',
  'api/start-access',
  'unit/package',
  'unit/package-functions',
  'api/cascade',
  'unit/local/resource-mistakes',
  'api/readme',
  'api/hardening-cost',
  'api/pages',
  'api/states',
  'unit/description/openapi',
  'unit/local/patterns',
  'api/transaction-list-kept',
  'api/sums',
  'api/read-bounds',
  'api/access-owners',
  'api/lists-cost',
  'api/client',
  'api/killed',
].map((name) => `/tests/${name}.test.ts`);

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return sorted.some(({ duration }) => duration !== undefined)
      ? sorted
      : sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
};

function rankOf({ path }) {
  const index = SLOWEST.findIndex((name) => path.replaceAll('\\', '/').endsWith(name));
  return index < 0 ? SLOWEST.length : index;
}
