// The package recheck, run outside of the realm that jest makes for each test file, in which it takes several times as
// long. What goes in and out is made anew, as it takes no objects of another realm.
'use strict';

const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { Script } = require('node:vm');

const filename = require.resolve('recheck/lib/main.js');
// What src/local/patterns.ts says in this realm's environment does not reach the process's own.
const text = `(function (require, module, exports) {
process.env.RECHECK_SYNC_BACKEND = 'pure';
${readFileSync(filename, 'utf8')}
return (input) => JSON.stringify(module.exports.checkSync(...JSON.parse(input)));
})`;
const run = new Script(text, { filename }).runInThisContext();
const check = run(createRequire(filename), { exports: {} }, {});

exports.checkSync = (...input) => JSON.parse(check(JSON.stringify(input)));
