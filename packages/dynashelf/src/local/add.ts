// `dynashelf add shelves`: writes the file of a resource, and its line into the list of them.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { RESOURCES } from './app';
import { Failure, messageOf } from './failure';

const USAGE = 'npx dynashelf add shelves';

/** Words that no constant may be named by (ECMAScript §12.7.2), as far as a collection may be. */
const RESERVED = new Set('break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return static super switch this throw true try typeof var void while with yield let await'.split(' '));

/**
 * Adds a resource to the app in a folder.
 * @returns the path of its file
 * @throws Failure where the name is none, the resource is there, or the list is not in the form that it is made in
 */
export function addResource(directory: string, name: string | undefined): string {
  if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) throw new Failure(`The name of a collection is lower case letters, digits and hyphens, as in ${USAGE}.`);
  const constant = name.replace(/-+(.?)/g, (_all, letter: string) => letter.toUpperCase());
  if (RESERVED.has(constant)) throw new Failure(`"${constant}" is a word of JavaScript's own: name the collection otherwise, as in ${USAGE}.`);
  const path = join('src', 'resources', `${name}.ts`);
  if (existsSync(join(directory, path))) throw new Failure(`${path} is there already: change it, or choose another name.`);
  const list = listWith(readFileSync(join(directory, RESOURCES), 'utf8'), name, constant);
  writeFileSync(join(directory, path), source(name, constant));
  writeFileSync(join(directory, RESOURCES), list);
  return path;
}

/** The list of resources with one more: an import after the last one, and a line at the end of the call. */
function listWith(text: string, name: string, constant: string): string {
  const lastImport = [...text.matchAll(/^import .*;\n/gm)].at(-1);
  const call = /listResources\(([^()]*)\)/.exec(text);
  if (lastImport === undefined || call === null) throw new Failure(`${RESOURCES} does not list its resources in one call of listResources: add a line for "${name}" by hand.`);
  const names = [...call[1]!.split(',').map((one) => one.trim()).filter((one) => one !== ''), constant];
  const at = lastImport.index + lastImport[0].length;
  const listed = `listResources(\n${names.map((one) => `  ${one},\n`).join('')})`;
  return `${text.slice(0, at)}import { ${constant} } from './${name}';\n${text.slice(at, call.index)}${listed}${text.slice(call.index + call[0].length)}`;
}

function source(name: string, constant: string): string {
  return `// The ${name}: say here what they are.
import { defineResource } from 'dynashelf';

export const ${constant} = defineResource({
  name: '${name}',
  description: 'The ${name}.',
  schema: {
    name: { type: String, required: true, minLength: 1, maxLength: 200 },
  },
  indexes: {
    byName: { sort: 'name' },
  },
  // Who may do what on a deployed stage; \`npm start\` lets everyone do everything.
  access: {
    list: 'authenticated',
    read: 'authenticated',
    create: 'authenticated',
    replace: 'authenticated',
    patch: 'authenticated',
    delete: 'authenticated',
  },
});
`;
}

/** The command. */
export function add(): void {
  try {
    const path = addResource(process.cwd(), process.argv[2]);
    console.log(`Wrote ${path}, and its line in ${RESOURCES}.`);
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Failure || !(error instanceof Error) ? messageOf(error) : error.stack);
  }
}
