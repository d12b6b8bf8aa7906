// TypeScript, and packages that are ES modules alone, as jest runs them: by esbuild, which takes a tenth of the
// compiler's time. `npm run types` checks the types.
'use strict';

const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');

const { transformSync, version } = require('esbuild');

const options = { format: 'cjs', target: 'node20', platform: 'node', sourcemap: 'external', sourcesContent: false };
const own = readFileSync(__filename);

/** @type {import('@jest/transform').SyncTransformer} */
module.exports = {
  process(text, path) {
    const { code, map } = transformSync(text, {
      ...options,
      loader: path.endsWith('.ts') ? 'ts' : 'js',
      sourcefile: path,
    });
    return { code, map };
  },
  getCacheKey: (text, path) =>
    createHash('sha256').update(version).update(own).update(path).update('\0').update(text).digest('hex').slice(0, 32),
};
