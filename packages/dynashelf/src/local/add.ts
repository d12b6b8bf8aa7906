// `dynashelf add shelves`: writes the file of a resource, and its line into the list of them. `dynashelf add function
// payments`: a function's.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { defineResource } from '../definition/define-resource';
import { addFunction, addSubscriber } from './add-function';
import { RESOURCES } from './app';
import { PUBLISH, SOCKET } from '../serverless/stack-app';
import { Failure, messageOf } from './failure';

const USAGE = 'npx dynashelf add shelves';

/**
 * Words that no constant of a module may be named by (ECMAScript §12.7.2), and those that the two files use, as far as
 * a collection may be.
 */
const RESERVED = new Set([
  ...'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null'.split(
    ' ',
  ),
  ...'package private protected public return static super switch this throw true try typeof undefined var void while with yield defineResource listResources resources'.split(
    ' ',
  ),
]);

/**
 * Adds a resource to the app in a folder.
 * @returns the path of its file
 * @throws Failure where the name is none, the resource is there, or the list is not in the form that it is made in
 */
export function addResource(directory: string, name: string | undefined): string {
  if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new Failure(`The name of a collection is lower case letters, digits and hyphens, as in ${USAGE}.`);
  }
  const constant = name.replace(/-+(.?)/g, (_all, letter: string) => letter.toUpperCase());
  if (RESERVED.has(constant)) {
    throw new Failure(
      `"${constant}" cannot be the name of a constant in ${RESOURCES}: name the collection otherwise, as in ${USAGE}.`,
    );
  }
  checkName(name);
  const path = join('src', 'resources', `${name}.ts`);
  if (existsSync(join(directory, path))) {
    throw new Failure(`${path} is there already: change it, or choose another name.`);
  }
  const list = listWith(readFileSync(join(directory, RESOURCES), 'utf8'), name, constant);
  writeFileSync(join(directory, path), source(name, constant));
  writeFileSync(join(directory, RESOURCES), list);
  return path;
}

/** What the start would say of it. */
function checkName(name: string): void {
  try {
    defineResource({ name, description: name, schema: { name: { type: String } } });
  } catch (error) {
    throw new Failure(messageOf(error));
  }
}

/** The list of resources with one more: an import after the last one, and a line at the end of the call. */
function listWith(text: string, name: string, constant: string): string {
  const lastImport = [...text.matchAll(/^import .*;\r?\n/gm)].at(-1);
  const call = /listResources\(([^()/]*)\)/.exec(text);
  if (lastImport === undefined || call === null) {
    throw new Failure(
      `${RESOURCES} does not list its resources in one call of listResources: add a line for "${name}" by hand.`,
    );
  }
  const names = [
    ...call[1]!
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
    constant,
  ];
  const at = lastImport.index + lastImport[0].length;
  const line = `listResources(${names.join(', ')})`;
  const listed =
    call.index - text.lastIndexOf('\n', call.index) + line.length <= 120
      ? line
      : `listResources(\n${names.map((one) => `  ${one},\n`).join('')})`;
  return `${text.slice(0, at)}import { ${constant} } from './${name}';\n${text.slice(at, call.index)}${listed}${text.slice(call.index + call[0].length)}`;
}

/** What `npm create dynashelf` begins with, too. */
function source(name: string, constant: string): string {
  return readFileSync(join(__dirname, 'new-resource.txt'), 'utf8')
    .replaceAll('{name}', name)
    .replaceAll('{constant}', constant);
}

/** The command. */
export function add(): void {
  try {
    const [, , first, second, third] = process.argv;
    console.log(
      first === 'function'
        ? `Wrote ${addFunction(process.cwd(), second)}, and its entry in serverless.yml${second === PUBLISH || second === SOCKET ? '.' : ': say in the file who may call it.'}`
        : first === 'subscriber'
          ? `Wrote ${addSubscriber(process.cwd(), second, third)}, and its entry in serverless.yml: say in the file what follows from a change.`
          : `Wrote ${addResource(process.cwd(), first)}, and its line in ${RESOURCES}.`,
    );
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Failure || !(error instanceof Error) ? messageOf(error) : error.stack);
  }
}
