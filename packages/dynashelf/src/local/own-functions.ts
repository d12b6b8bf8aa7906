// The functions of an app's own, its subscribers among them: the entries of serverless.yml whose files define one,
// loaded; and what is wrong with them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

import { parse } from 'yaml';

import { isUnguarded, type FunctionDeclaration } from '../definition/function';
import { definedMessages } from '../definition/define-message';
import { definedOf, type FunctionHandler } from '../functions/defined';
import { declare } from '../functions/handler';
import { ROUTES } from '../serverless/routes';
import { DELIVER, hasMessages, hasSockets, PUBLISH, SOCKET, type StackApp } from '../serverless/stack-app';
import { ENGINE_CONSUMERS } from '../store/layout/consumer';
import { Failure, messageOf } from './failure';
import { functionClashes } from './function-clashes';

/** What was found of them. */
export interface OwnFunctions {
  readonly declarations: readonly FunctionDeclaration[];
  /** By name. */
  readonly handlers: ReadonlyMap<string, FunctionHandler>;
  /** Each a sentence with its file. */
  readonly mistakes: readonly string[];
}

/** An entry of serverless.yml whose file defines a function. */
interface Entry {
  readonly name: string;
  /** The file, and what of it is the handler. */
  readonly file: string;
  readonly exported: string;
  /** Its role and events, as they are written. */
  readonly role: string;
  readonly events: string;
}

/** What serverless.yml has of functions, as it is written. */
type Functions = Readonly<Record<string, { handler?: unknown; role?: unknown; events?: unknown } | null>>;

const SERVICE = 'serverless.yml';
const FOLDER = 'src/functions';
const SUBSCRIBERS = 'src/subscribers';

/** What the text of a file shows that defines a function, by its folder. */
const DEFINES = { [FOLDER]: 'defineFunction', [SUBSCRIBERS]: 'onChange' };

/** Whether an app has functions of its own, by the texts of its files. */
export function hasOwnFunctions(directory: string): boolean {
  return definingFiles(directory).length > 0;
}

/** Loads the functions of an app, once in a process. A TypeScript loader is in place. */
export function ownFunctions(directory = process.cwd()): OwnFunctions {
  const files = definingFiles(directory);
  if (files.length === 0) {
    return { declarations: [], handlers: new Map(), mistakes: untaken([]) };
  }
  const entries = entriesOf(directory);
  const defining = entries.filter(({ file }) => files.includes(file));
  const mistakes = [
    ...files
      .filter((file) => !entries.some((entry) => entry.file === file))
      .map(
        (file) =>
          `${file}: ${SERVICE} has no function whose handler is in this file, so it is never called: add an entry as "npx dynashelf add ${isSubscriber(file) ? 'subscriber' : 'function'}" writes one, or remove the file`,
      ),
    ...defining.flatMap((entry) => [...entryMistakes(entry)]),
  ];
  const handlers = new Map<string, FunctionHandler>();
  for (const entry of defining) {
    const handler = load(directory, entry);
    if (typeof handler === 'string') {
      mistakes.push(...handler.split('\n').map((line) => `${entry.file}: ${line}`));
    } else {
      handlers.set(entry.name, handler);
    }
  }
  const declarations = [...handlers].map(([name, handler]) => declare(name, definedOf(handler)!));
  return {
    declarations,
    handlers,
    mistakes: [...mistakes, ...functionClashes(declarations), ...publishMistakes(declarations, entries)],
  };
}

/**
 * The functions of the app, for a command.
 * @throws Failure with each mistake
 */
export function soundFunctions(): readonly FunctionDeclaration[] {
  const { declarations, mistakes } = ownFunctions();
  if (mistakes.length > 0) {
    throw new Failure(mistakes.join('\n'));
  }
  return declarations;
}

/**
 * The handlers of the app's functions, by name.
 * @throws Error with each mistake as a sentence
 */
export function appFunctions(): Record<string, FunctionHandler> {
  const { handlers, mistakes } = ownFunctions();
  if (mistakes.length > 0) {
    throw new Error(mistakes.join('\n'));
  }
  return Object.fromEntries(handlers);
}

/** Functions that nobody may call by their routes, though nothing says so. */
export function unreachableFunctions(declarations: readonly FunctionDeclaration[]): string[] {
  return declarations
    .filter(({ route, access }) => route !== undefined && access.length === 0)
    .map(
      ({ name, route }) =>
        `${FOLDER}/${name}.ts: nobody may call ${route!.method} ${route!.path} where access goes by rules, for the function has no access: add it.`,
    );
}

/** How functions are called, in lines that change when that does. */
export function callLines(declarations: readonly FunctionDeclaration[]): string[] {
  return declarations.map((declaration) =>
    JSON.stringify([
      declaration.name,
      declaration.route,
      declaration.schedule,
      declaration.message,
      declaration.subscribes,
      isUnguarded(declaration),
    ]),
  );
}

/** The functions that take messages, by kind. */
export function takersOf(declarations: readonly FunctionDeclaration[]): Record<string, string> {
  return Object.fromEntries(
    declarations.flatMap(({ name, message }) => (message === undefined ? [] : [[message, name] as const])),
  );
}

function definingFiles(directory: string): string[] {
  return Object.entries(DEFINES).flatMap(([folder, word]) => {
    const path = join(directory, folder);
    const defines = new RegExp(`\\b${word}\\s*\\(`);
    return !existsSync(path)
      ? []
      : readdirSync(path)
          .filter((name) => extname(name) === '.ts' && defines.test(readFileSync(join(path, name), 'utf8')))
          .map((name) => `${folder}/${name}`);
  });
}

function isSubscriber(file: string): boolean {
  return file.startsWith(`${SUBSCRIBERS}/`);
}

/** The names of all functions in serverless.yml. */
export function functionNames(directory: string): string[] {
  return Object.keys(functionsOf(directory));
}

/** None where serverless.yml is not there; nor where it cannot be read, which Serverless says with the line. */
function functionsOf(directory: string): Functions {
  const path = join(directory, SERVICE);
  if (!existsSync(path)) {
    return {};
  }
  try {
    return (parse(readFileSync(path, 'utf8')) as { functions?: Functions } | null)?.functions ?? {};
  } catch {
    return {};
  }
}

function entriesOf(directory: string): Entry[] {
  return Object.entries(functionsOf(directory)).flatMap(([name, entry]): Entry[] => {
    const handler = typeof entry?.handler === 'string' ? entry.handler : '';
    const [, file, exported] = /^(.+)\.(\w+)$/.exec(handler) ?? [];
    return file === undefined || exported === undefined
      ? []
      : [
          {
            name,
            file: `${file}.ts`,
            exported,
            role: JSON.stringify(entry?.role ?? ''),
            events: JSON.stringify(entry?.events ?? ''),
          },
        ];
  });
}

/** What of an entry is not as it is derived, so that the function would be deployed with other rights or routes. */
function* entryMistakes({ name, file, role, events }: Entry): Generator<string> {
  if (Object.hasOwn(ROUTES, name) || [PUBLISH, SOCKET, DELIVER].includes(name)) {
    yield `${SERVICE}: the function "${name}" is one that the engine has, and ${file} defines another: give it another name`;
    return;
  }
  if (isSubscriber(file) && ENGINE_CONSUMERS.includes(name)) {
    yield `${SERVICE}: the subscriber "${name}" has a name by which the engine keeps a place of its own: give it another name`;
  }
  if (!/^[a-z][A-Za-z0-9]{0,40}$/.test(name)) {
    yield `${SERVICE}: the function "${name}" has a name that its role cannot have: use letters and digits, a lower case letter first, at most 41`;
  }
  for (const [word, value] of Object.entries({ role, events })) {
    const wanted = `\${file(node_modules/dynashelf/serverless/functions.cjs):${name}.${word}}`;
    if (value !== JSON.stringify(wanted)) {
      yield `${SERVICE}: the function "${name}" does not take its ${word} from what ${file} declares: write ${word}: ${wanted}`;
    }
  }
}

/** The handler of an entry, or what is wrong with it. */
function load(directory: string, { file, exported }: Entry): FunctionHandler | string {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the command's TypeScript loader is in place
    const handler = (require(join(directory, file)) as Record<string, unknown>)[exported];
    const defined = definedOf(handler);
    const form = isSubscriber(file) ? 'onChange(tools, { resources, … })' : 'defineFunction({ resources }, { … })';
    return defined === undefined || isSubscriber(file) !== (defined.loaded.subscribes !== undefined)
      ? `its "${exported}", which ${SERVICE} names, is not what ${form.split('(')[0]} gives: write export const ${exported} = ${form}`
      : (handler as FunctionHandler);
  } catch (error) {
    const isOfLoading = error instanceof Error && error.name !== 'Error';
    return isOfLoading
      ? `it cannot be loaded (${messageOf(error).split('\n')[0]}): correct it, and make what needs the environment of the function within run`
      : messageOf(error);
  }
}

/**
 * Changes that would reach nobody: without `publish`, or where that does not know of them; and sockets on which nothing
 * is told.
 */
export function changesMistakes({ declarations, changing, names }: StackApp, directory = process.cwd()): string[] {
  const [first] = changing;
  const file = join(directory, FOLDER, `${PUBLISH}.ts`);
  const publish = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return [
    ...(first !== undefined && /\bpublishFunction\(\s*\)/.test(publish)
      ? [
          `src/functions/${PUBLISH}.ts: src/resources/${first}.ts declares changes, which this function is to keep: write publishFunction({ resources }), and import { resources } from '../resources/index'`,
        ]
      : []),
    ...(first !== undefined && !names.includes(PUBLISH) && !hasMessages({ declarations })
      ? [
          `src/resources/${first}.ts declares changes, and ${SERVICE} has no function that keeps them: npx dynashelf add function publish`,
        ]
      : []),
    ...(names.includes(SOCKET) && !hasSockets({ changing, names })
      ? [
          `${SERVICE} has the function "${SOCKET}", and no resource file declares changes, which it would tell: add changes: true to one, or remove the function`,
        ]
      : []),
  ];
}

/** Messages that would never be delivered: without `publish`, or without a function that takes them. */
function publishMistakes(declarations: readonly FunctionDeclaration[], entries: readonly Entry[]): string[] {
  const isThere = entries.some(({ name, file }) => name === PUBLISH && file === 'src/functions/publish.ts');
  return [
    ...(hasMessages({ declarations }) && !isThere
      ? [
          `${SERVICE}: there are functions that take messages, and none that delivers them: npx dynashelf add function publish`,
        ]
      : []),
    ...untaken(declarations),
  ];
}

function untaken(declarations: readonly FunctionDeclaration[]): string[] {
  const taken = declarations.map(({ message }) => message);
  return definedMessages()
    .filter((name) => !taken.includes(name))
    .map(
      (name) =>
        `the message "${name}" is defined, and no function takes it: define one with message, or remove it (npx dynashelf add function …)`,
    );
}
