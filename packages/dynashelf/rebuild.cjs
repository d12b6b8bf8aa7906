// Builds dist/ where a source is newer, in this repository, which uses what is built of it: the commands and the tests
// ask for it. It is not published, so that nobody else does.
'use strict';

const { execFileSync } = require('node:child_process');
const { readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');

/** What dist/ is made of. A folder is newer when a file of it is gone. */
const SOURCES = ['src', 'build.mjs', 'package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) =>
  join(__dirname, name),
);

function writtenAt(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 0 : stats.mtimeMs;
}

const written = [...SOURCES, ...readdirSync(SOURCES[0], { recursive: true }).map((name) => join(SOURCES[0], name))].map(
  writtenAt,
);
const built = writtenAt(join(__dirname, 'dist'));
if (Math.max(...written) > built) {
  process.stderr.write('Building packages/dynashelf, as its source has changed.\n');
  try {
    execFileSync(process.execPath, [join(__dirname, 'build.mjs')], { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch {
    process.stderr.write(
      `packages/dynashelf could not be built: mend what is said above.${built === 0 ? '' : ' Until then what was built before is used.'}\n`,
    );
    if (built === 0) process.exit(1);
  }
}
