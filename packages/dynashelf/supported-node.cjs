// Says so where Node is too old, instead of what then fails somewhere. It runs on any Node.
'use strict';

const { engines } = require('./package.json');

const OLDEST = engines.node.replace('>=', '');
const numbers = (version) => version.split('.').map(Number);
const [major, minor] = numbers(process.versions.node);
const [oldestMajor, oldestMinor] = numbers(OLDEST);

if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
  console.error(
    `Dynashelf needs Node 22 or 24 (${OLDEST} at least), and this is ${process.version}: install a newer one.`,
  );
  process.exit(1);
}
