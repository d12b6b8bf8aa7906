// The files of a new app: those of the template under the app's name, and without the sample where it is not wanted.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(name))
    throw new Refusal(
      `"${name}" names a package, a stack and a table: use lower case letters, digits and hyphens, a letter first, at most 41 in all.`,
    );
  // npm installs no package into one of the same name.
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(TEMPLATE, 'package.json'), 'utf8'));
  if (Object.hasOwn({ ...dependencies, ...devDependencies }, name))
    throw new Refusal(`"${name}" is the name of a package that the app needs: choose another one.`);
  if (existsSync(directory) && !statSync(directory).isDirectory())
    throw new Refusal(`${directory} is a file: choose another folder.`);
  if (existsSync(directory) && readdirSync(directory).some((file) => file !== '.git'))
    throw new Refusal(`${directory} is not empty: choose another folder.`);
  mkdirSync(directory, { recursive: true });
  cpSync(TEMPLATE, directory, { recursive: true });
  renameSync(join(directory, 'gitignore'), join(directory, '.gitignore'));
  change(join(directory, 'package.json'), (text) => text.replace('"name": "app"', `"name": "${name}"`));
  change(join(directory, 'README.md'), (text) => text.replace('{name}', name));
  change(join(directory, 'serverless.yml'), (text) =>
    text
      .replace(/^service: .*$/m, `service: ${name}`)
      .replace('# tokenAudience: dynashelf', `# tokenAudience: ${name}`),
  );
  if (sample === 'none') leaveOutSample(directory);
  rmSync(join(directory, 'new-resource.txt'));
}

function leaveOutSample(directory) {
  for (const folder of ['samples', 'tests', 'src/resources', 'src/subscribers'])
    rmSync(join(directory, folder), { recursive: true });
  // What is told of changes, and who tells it.
  for (const name of ['publish', 'socket']) rmSync(join(directory, `src/functions/${name}.ts`));
  for (const folder of ['tests', 'src/resources']) mkdirSync(join(directory, folder));
  writeFileSync(join(directory, 'src/resources/index.ts'), INDEX);
  writeFileSync(
    join(directory, 'src/resources/things.ts'),
    readFileSync(join(directory, 'new-resource.txt'), 'utf8').replace(/\{(name|constant)\}/g, 'things'),
  );
  writeFileSync(join(directory, 'tests/things.test.ts'), TEST);
  writeFileSync(join(directory, 'tests/access.test.ts'), ACCESS_TEST);
  // The roles of the sample.
  change(join(directory, 'serverless.yml'), (text) =>
    text
      .replace(/ {6}# The roles that access rules name[^]*$/, '')
      .split('\n\n')
      .filter((block) => {
        const file = /^ {4}handler: (.*)\.handler$/m.exec(block)?.[1];
        return file === undefined || existsSync(join(directory, `${file}.ts`));
      })
      .join('\n\n'),
  );
}

function change(path, by) {
  writeFileSync(path, by(readFileSync(path, 'utf8')));
}

const INDEX = `// What is served.
import { listResources } from 'dynashelf';
import { things } from './things';

export const resources = listResources(things);
`;

const TEST = `// What the things promise.

import { createClient, useTable, useTokens } from 'dynashelf/testing';

useTable();
const tokens = useTokens();

// The authorizer verifies each token, and every answer is held against the description of the API, too.
const ask = createClient({ tokens });
const ada = { token: tokens.sign({ subject: 'ada' }) };

test('whoever has a token makes things and reads them, and nobody else does', async () => {
  expect((await ask('POST /things', { body: { name: 'One' } })).status).toBe(401);
  const { status, body } = await ask('POST /things', { as: ada, body: { name: 'One' } });
  expect(status).toBe(201);
  expect((await ask(\`GET /things/\${body.id}\`, { as: ada })).body).toMatchObject({ name: 'One' });
  expect((await ask('GET /things?sort=name', { as: ada })).body.items).toHaveLength(1);
  expect((await ask('GET /things')).status).toBe(401);
});

test('a thing has a name', async () => {
  expect((await ask('POST /things', { as: ada, body: {} })).status).toBe(422);
});
`;

// A test of the engine holds the table to be what is printed of the resource.
const ACCESS_TEST = `// Who may do what, as \`npx dynashelf access\` prints it: whoever changes a rule sees here what that comes to, and takes
// it over by \`npx jest -u\`.

import { accessMatrix } from 'dynashelf/testing';

test('everyone may do what the rules of the resource files were meant to say', () => {
  expect(accessMatrix()).toMatchInlineSnapshot(\`
[
  "things     everyone  signed in  owner",
  "  list     -         yes        yes",
  "  read     -         yes        yes",
  "  create   -         yes        yes",
  "  replace  -         yes        yes",
  "  patch    -         yes        yes",
  "  delete   -         yes        yes",
  "",
  "yes: with every item. The name of an attribute: with those in which it holds the caller’s subject.",
  "rule: as a function of the resource file says. -: with none.",
]
\`);
});
`;
