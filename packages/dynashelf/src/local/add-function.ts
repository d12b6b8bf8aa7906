// `dynashelf add function payments`, `dynashelf add subscriber told tools`: writes the file of a function, and its
// entry in serverless.yml.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROUTES } from '../serverless/routes';
import { DELIVER, PUBLISH, SOCKET } from '../serverless/stack-app';
import { mayTellChanges } from './app';
import { ENGINE_CONSUMERS } from '../store/layout/consumer';
import { Failure } from './failure';

const USAGE = 'npx dynashelf add function payments';
const SUBSCRIBER_USAGE = 'npx dynashelf add subscriber told tools';
const SERVICE = 'serverless.yml';
const FUNCTIONS = 'functions';
const SUBSCRIBERS = 'subscribers';

/**
 * Adds a function to the app in a folder.
 * @returns the path of its file
 * @throws Failure where the name is none, something has it, or serverless.yml is not in the form that it is made in
 */
export function addFunction(directory: string, name: string | undefined): string {
  requireName(name, USAGE);
  if (name === PUBLISH) {
    return write(directory, FUNCTIONS, name, mayTellChanges(directory) ? CHANGES_SOURCE : PUBLISH_SOURCE);
  }
  if (name === SOCKET) {
    return write(directory, FUNCTIONS, name, SOCKET_SOURCE);
  }
  if (name === DELIVER) {
    return write(directory, FUNCTIONS, name, DELIVER_SOURCE);
  }
  if (existsSync(join(directory, 'src', 'resources', `${name}.ts`))) {
    throw new Failure(`The collection "${name}" is served at /${name}: choose another name for the function.`);
  }
  return write(directory, FUNCTIONS, name, template('new-function.txt').replaceAll('{name}', name));
}

/**
 * Adds a subscriber to the app in a folder.
 * @param collection whose changes it handles; without it, those of the collection that has its name
 * @returns the path of its file
 * @throws Failure as `addFunction`, and where there is no such collection
 */
export function addSubscriber(directory: string, name: string | undefined, collection = name): string {
  requireName(name, SUBSCRIBER_USAGE);
  if (name === PUBLISH || ENGINE_CONSUMERS.includes(name)) {
    throw new Failure(`The engine has the name "${name}" for its own: choose another, as in ${SUBSCRIBER_USAGE}.`);
  }
  const resource = join('src', 'resources', `${collection}.ts`);
  if (!existsSync(join(directory, resource))) {
    throw new Failure(`There is no ${resource}: say whose changes it handles, as in ${SUBSCRIBER_USAGE}.`);
  }
  const constant = /\bexport const (\w+)\s*=\s*defineResource\b/.exec(
    readFileSync(join(directory, resource), 'utf8'),
  )?.[1];
  if (constant === undefined) {
    throw new Failure(
      `${resource} has no export const … = defineResource(…): say whose changes it handles, as in ${SUBSCRIBER_USAGE}.`,
    );
  }
  const source = template('new-subscriber.txt')
    .replaceAll('{collection}', collection!)
    .replaceAll('{constant}', constant);
  mkdirSync(join(directory, 'src', SUBSCRIBERS), { recursive: true });
  return write(directory, SUBSCRIBERS, name, source);
}

function requireName(name: string | undefined, usage: string): asserts name is string {
  if (name === undefined || !/^[a-z][A-Za-z0-9]{0,40}$/.test(name)) {
    throw new Failure(
      `The name of a function is letters and digits, a lower case letter first, at most 41, as in ${usage}.`,
    );
  }
  if (Object.hasOwn(ROUTES, name)) {
    throw new Failure(`The engine has a function "${name}": choose another name, as in ${usage}.`);
  }
}

function template(file: string): string {
  return readFileSync(join(__dirname, file), 'utf8');
}

/** Writes the file of a function and its entry. */
function write(directory: string, folder: string, name: string, source: string): string {
  const path = join('src', folder, `${name}.ts`);
  if (existsSync(join(directory, path))) {
    throw new Failure(`${path} is there already: change it, or choose another name.`);
  }
  const text = readFileSync(join(directory, SERVICE), 'utf8');
  const service = serviceWith(name === DELIVER ? withWriteEnvironment(text) : text, folder, name);
  writeFileSync(join(directory, path), source);
  writeFileSync(join(directory, SERVICE), service);
  return path;
}

/** The engine's own function, which an app has where it sends messages. */
const PUBLISH_SOURCE = `// The Lambda function \`publish\`: what was committed reaches whoever is to know.
import { publishFunction } from 'dynashelf/lambda';

export const handler = publishFunction();
`;

/** The same, of an app that keeps changes, too. */
const CHANGES_SOURCE = `// The Lambda function \`publish\`: what was committed reaches whoever is to know.
import { publishFunction } from 'dynashelf/lambda';
import { resources } from '../resources/index';

export const handler = publishFunction({ resources });
`;

/** The engine's own function, which an app has that tells changes on sockets. */
const SOCKET_SOURCE = `// The Lambda function \`socket\`: what clients do on their sockets.
import { socketFunction } from 'dynashelf/lambda';
import { resources } from '../resources/index';

export const handler = socketFunction({ resources });
`;

/** The engine's own function, which an app has that tells webhooks of changes. */
const DELIVER_SOURCE = `// The Lambda function \`deliver\`: changes are sent to webhooks.
import { deliverFunction } from 'dynashelf/lambda';
import { resources } from '../resources/index';

export const handler = deliverFunction({ resources });
`;

/** The line by which `write` is told what the secrets of webhooks are made of. */
export const WRITE_ENVIRONMENT =
  '    environment: ${file(node_modules/dynashelf/serverless/functions.cjs):write.environment}\n';

/** The entry of a function of the app's own: what it declares says its role, and what calls it. */
export function entryOf(name: string, folder = FUNCTIONS): string {
  const derived = (word: string): string =>
    `    ${word}: \${file(node_modules/dynashelf/serverless/functions.cjs):${name}.${word}}\n`;
  const words = [
    'description',
    'role',
    ...([PUBLISH, SOCKET, DELIVER].includes(name)
      ? ['timeout', 'environment']
      : folder === SUBSCRIBERS
        ? ['timeout']
        : []),
    'events',
  ];
  return `  ${name}:\n    handler: src/${folder}/${name}.handler\n${words.map(derived).join('')}`;
}

/** serverless.yml in which `write` has its part of the environment. */
function withWriteEnvironment(text: string): string {
  return text.includes(':write.environment}')
    ? text
    : text.replace(/^.*:write\.role\}\r?\n/m, `$&${WRITE_ENVIRONMENT}`);
}

/** serverless.yml with one entry more, behind the last of its functions. */
function serviceWith(text: string, folder: string, name: string): string {
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
  return `${before}${entries}\n\n${entryOf(name, folder)}${block.slice(entries.length).replace(/^\r?\n/, '')}${rest.slice(block.length)}`;
}
