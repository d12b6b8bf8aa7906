// The files of a new app: those of the template under the app's name, and without the sample where it is not wanted.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TEMPLATE = join(dirname(fileURLToPath(import.meta.url)), 'template');

/** What stands in the way, in a sentence for a person. */
export class Refusal extends Error {}

/**
 * Writes an app into a folder that is new, or empty.
 * @param {string} directory
 * @param {string} name of the package and of the service
 * @param {'library' | 'none'} sample
 * @throws {Refusal}
 */
export function writeApp(directory, name, sample) {
  // A name that npm, CloudFormation and DynamoDB take.
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(name)) throw new Refusal(`"${name}" names a package, a stack and a table: use lower case letters, digits and hyphens, a letter first, at most 41 in all.`);
  if (existsSync(directory) && readdirSync(directory).some((file) => file !== '.git')) throw new Refusal(`${directory} is not empty: choose another folder.`);
  mkdirSync(directory, { recursive: true });
  cpSync(TEMPLATE, directory, { recursive: true });
  renameSync(join(directory, 'gitignore'), join(directory, '.gitignore'));
  change(join(directory, 'package.json'), (text) => text.replace('"name": "app"', `"name": "${name}"`));
  change(join(directory, 'README.md'), (text) => text.replace('{name}', name));
  change(join(directory, 'serverless.yml'), (text) => text.replace(/^service: .*$/m, `service: ${name}`).replace('# tokenAudience: dynashelf', `# tokenAudience: ${name}`));
  if (sample === 'none') leaveOutSample(directory);
}

function leaveOutSample(directory) {
  for (const folder of ['samples', 'tests', 'src/resources']) rmSync(join(directory, folder), { recursive: true });
  for (const folder of ['tests', 'src/resources']) mkdirSync(join(directory, folder));
  writeFileSync(join(directory, 'src/resources/index.ts'), INDEX);
  writeFileSync(join(directory, 'src/resources/things.ts'), THINGS);
  writeFileSync(join(directory, 'tests/things.test.ts'), TEST);
  // The roles of the sample.
  change(join(directory, 'serverless.yml'), (text) => text.replace(/ {6}# The roles that access rules name[^]*$/, ''));
}

function change(path, by) {
  writeFileSync(path, by(readFileSync(path, 'utf8')));
}

const INDEX = `// What is served: one line per resource.
import { listResources } from 'dynashelf';
import { things } from './things';

export const resources = listResources(
  things,
);
`;

const THINGS = `// Things: rename them, and say what they are. docs: https://www.npmjs.com/package/dynashelf
import { defineResource } from 'dynashelf';

export const things = defineResource({
  name: 'things',
  description: 'Things.',
  schema: {
    name: { type: String, required: true, minLength: 1, maxLength: 200 },
  },
  indexes: {
    byName: { sort: 'name' },
  },
  // Who may do what on a deployed stage; \`npm start\` lets everyone do everything.
  access: {
    list: 'public',
    read: 'public',
    create: 'authenticated',
    replace: 'authenticated',
    patch: 'authenticated',
    delete: 'authenticated',
  },
});
`;

const TEST = `// What the things promise.

import { createClient, RULES, useTable } from 'dynashelf/testing';

// Every answer is held against the description of the API, too.
const ask = createClient({ config: RULES });

useTable();

test('whoever has a token makes things, and everyone reads them', async () => {
  expect((await ask('POST /things', { body: { name: 'One' } })).status).toBe(401);
  const { status, body } = await ask('POST /things', { as: { subject: 'ada' }, body: { name: 'One' } });
  expect(status).toBe(201);
  expect((await ask(\`GET /things/\${body.id}\`)).body).toMatchObject({ name: 'One' });
  expect((await ask('GET /things?sort=name')).body.items).toHaveLength(1);
});

test('a thing has a name', async () => {
  expect((await ask('POST /things', { as: { subject: 'ada' }, body: {} })).status).toBe(422);
});
`;
