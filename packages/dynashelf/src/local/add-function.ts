// `dynashelf add function payments`: writes the file of a function, and its entry in serverless.yml.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { PUBLISH, ROUTES } from '../serverless/routes';
import { Failure } from './failure';

const USAGE = 'npx dynashelf add function payments';
const SERVICE = 'serverless.yml';

/**
 * Adds a function to the app in a folder.
 * @returns the path of its file
 * @throws Failure where the name is none, something has it, or serverless.yml is not in the form that it is made in
 */
export function addFunction(directory: string, name: string | undefined): string {
  if (name === undefined || !/^[a-z][A-Za-z0-9]{0,40}$/.test(name)) {
    throw new Failure(
      `The name of a function is letters and digits, a lower case letter first, at most 41, as in ${USAGE}.`,
    );
  }
  if (name === PUBLISH) {
    return write(directory, name, PUBLISH_SOURCE);
  }
  if (Object.hasOwn(ROUTES, name)) {
    throw new Failure(`The engine has a function "${name}": choose another name, as in ${USAGE}.`);
  }
  if (existsSync(join(directory, 'src', 'resources', `${name}.ts`))) {
    throw new Failure(`The collection "${name}" is served at /${name}: choose another name for the function.`);
  }
  return write(directory, name, readFileSync(join(__dirname, 'new-function.txt'), 'utf8').replaceAll('{name}', name));
}

/** Writes the file of a function and its entry. */
function write(directory: string, name: string, source: string): string {
  const path = join('src', 'functions', `${name}.ts`);
  if (existsSync(join(directory, path))) {
    throw new Failure(`${path} is there already: change it, or choose another name.`);
  }
  const service = serviceWith(readFileSync(join(directory, SERVICE), 'utf8'), name);
  writeFileSync(join(directory, path), source);
  writeFileSync(join(directory, SERVICE), service);
  return path;
}

/** The engine's own function, which an app has where a function of its own takes messages. */
const PUBLISH_SOURCE = `// The Lambda function \`publish\`: messages that were committed reach the functions that take them.
import { publishFunction } from 'dynashelf/lambda';

export const handler = publishFunction();
`;

/** The entry of a function of the app's own: what it declares says its role, and what calls it. */
export function entryOf(name: string): string {
  const derived = (word: string): string =>
    `    ${word}: \${file(node_modules/dynashelf/serverless/functions.cjs):${name}.${word}}\n`;
  const words = ['description', 'role', ...(name === PUBLISH ? ['timeout', 'environment'] : []), 'events'];
  return `  ${name}:\n    handler: src/functions/${name}.handler\n${words.map(derived).join('')}`;
}

/** serverless.yml with one entry more, behind the last of its functions. */
function serviceWith(text: string, name: string): string {
  const [head = '', rest] = text.split(/^functions:[ \t]*\r?\n/m);
  if (rest === undefined) {
    throw new Failure(`${SERVICE} has no block "functions:" with an entry in each line: add "${name}" by hand.`);
  }
  if (new RegExp(`^ +${name}:`, 'm').test(rest.split(/^\S/m)[0]!)) {
    throw new Failure(`${SERVICE} has a function "${name}" already: remove that entry, or choose another name.`);
  }
  const [block = ''] = rest.split(/^(?=\S)/m);
  const entries = block.trimEnd();
  const before = text.slice(0, head.length + (text.length - head.length - rest.length));
  return `${before}${entries}\n\n${entryOf(name)}${block.slice(entries.length).replace(/^\r?\n/, '')}${rest.slice(block.length)}`;
}
