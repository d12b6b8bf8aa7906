// The command `dynashelf`, by its first word: what is in the file of that name.

import { existsSync } from 'node:fs';

import { RESOURCES } from './app';

const COMMANDS: Readonly<Record<string, { readonly does: string; readonly run: () => Promise<unknown> }>> = {
  start: {
    does: 'a database, the table, sample data and the API on this machine',
    run: async () => import('./start.js'),
  },
  build: {
    does: 'the bundles that a deployment uploads, with their source maps, in .build/',
    run: async () => import('./build.js'),
  },
  token: {
    does: 'a token of the issuer that ACCESS=rules dynashelf start runs',
    run: async () => import('./token.js'),
  },
  rekey: { does: 'brings the items of a table to what the resource files say', run: async () => import('./rekey.js') },
  check: {
    does: 'what the resource files change: compatible, a migration, or breaking clients',
    run: async () => import('./check.js'),
  },
  verify: {
    does: 'proves that every invariant of a table holds, and with --repair mends it',
    run: async () => import('./verify.js'),
  },
  export: {
    does: 'the items of collections, to files: one JSON object or one row of a CSV for each',
    run: async () => import('./export.js'),
  },
  import: {
    does: 'the items of such files into their collections, each checked, or with --keep as they were',
    run: async () => import('./import.js'),
  },
  openapi: {
    does: 'the description of the API, to a file or to standard output',
    run: async () => import('./openapi.js'),
  },
  access: {
    does: 'who may do what by the access rules, as a table or with --json as an object',
    run: async () => import('./access.js'),
  },
  client: { does: 'a typed client of the API, in a folder', run: async () => import('./client.js') },
  follow: {
    does: 'each change of collections as it is committed, such as `follow tools bookings`',
    run: async () => import('./follow.js'),
  },
  call: {
    does: 'calls a function of your own on this machine, such as `call expire`',
    run: async () => import('./call.js'),
  },
  redeliver: {
    does: 'what was put aside, messages and changes: lists it, or sends it again by names or with --all',
    run: async () => import('./redeliver.js'),
  },
  add: {
    does: 'a resource, `add function` a function or `add subscriber` a subscriber of your own: its file, and its line in what lists them',
    run: async () => (await import('./add.js')).add(),
  },
};

const [, , word = '', ...rest] = process.argv;
const command = COMMANDS[word];
if (command === undefined) {
  const isAsked = ['help', '--help', '-h'].includes(word);
  const lines = Object.entries(COMMANDS).map(([name, { does }]) => `  dynashelf ${name.padEnd(9)} ${does}`);
  (isAsked ? console.log : console.error)(
    `${isAsked || word === '' ? '' : `There is no command "${word}".\n`}${lines.join('\n')}`,
  );
  process.exitCode = isAsked ? 0 : 2;
} else if (!existsSync(RESOURCES)) {
  console.error(
    `There is no ${RESOURCES} here: run dynashelf in the folder of an app. \`npm create dynashelf my-api\` makes one.`,
  );
  process.exitCode = 1;
} else {
  process.argv = [...process.argv.slice(0, 2), ...rest];
  void command.run();
}
