// `dynashelf call expire --body '{}'`: calls a function of the app's own on this machine, on the data of `npm start`,
// which may run beside. Everything is open to it, as it is to whoever has the machine.

import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

import { definedOf, type FunctionHandler } from '../functions/defined';
import { filledIn, variablesIn } from '../definition/route-path';
import { Failure } from './failure';
import { readWords, runCommand } from './run-command';
import { onLocalData } from './local-data';
import { ownFunctions } from './own-functions';
import { scheduleEvent } from './schedules';
import { didYouMean } from '../values/nearest';

const USAGE = `npx dynashelf call expire [--body '{"dry": true}'] [--param name=value]… [--query name=value]… [--header 'Name: value']…`;

interface Words {
  readonly body?: string;
  readonly param?: string[];
  readonly query?: string[];
  readonly header?: string[];
}

runCommand(run);

async function run(): Promise<void> {
  const { name, words } = wordsOf(process.argv.slice(2));
  await onLocalData(async () => {
    const { handlers, mistakes } = ownFunctions();
    if (mistakes.length > 0) {
      throw new Failure(mistakes.join('\n'));
    }
    const handler = handlers.get(name);
    if (handler === undefined) {
      throw new Failure(
        `There is no function "${name}" of your own here${handlers.size === 0 ? '' : `, but ${[...handlers.keys()].join(', ')}`}.${didYouMean(name, handlers.keys())}`,
      );
    }
    show(await handler(eventFor(handler, words)));
  });
}

function wordsOf(args: string[]): { name: string; words: Words } {
  const many = { type: 'string', multiple: true } as const;
  return readWords(USAGE, () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { body: { type: 'string' }, param: many, query: many, header: many },
    });
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0) {
      throw new Failure('Which function?');
    }
    return { name, words: values };
  });
}

/** The event that would call the function. */
function eventFor(handler: FunctionHandler, { body, param = [], query = [], header = [] }: Words): unknown {
  const { route, schedule } = definedOf(handler)!.loaded;
  if (route === undefined) {
    return schedule === undefined ? jsonOf(body ?? '{}') : scheduleEvent(Date.now());
  }
  const pairs = (lines: readonly string[], sign: string): Record<string, string> =>
    Object.fromEntries(
      lines.map((line) => {
        const at = line.indexOf(sign);
        if (at < 1) {
          throw new Failure(
            `"${line}" has no ${sign === '=' ? '= between name and value' : 'colon behind its name'}. ${USAGE}`,
          );
        }
        return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      }),
    );
  const values = pairs(param, '=');
  for (const name of variablesIn(route.path).filter((one) => (values[one] ?? '') === '')) {
    throw new Failure(`Its path is ${route.path}: say what "${name}" is, by --param ${name}=…`);
  }
  const path = filledIn(route.path, values);
  return {
    httpMethod: route.method,
    path,
    resource: route.path,
    headers: pairs(header, ':'),
    queryStringParameters: pairs(query, '='),
    body: body ?? null,
    isBase64Encoded: false,
    requestContext: { requestId: randomUUID(), path },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`--body is no JSON: ${text.slice(0, 100)}. ${USAGE}`);
  }
}

/** Prints what came of it; a refusal ends the command with 1. */
function show(result: unknown): void {
  const { statusCode, body, isBase64Encoded } = (result ?? {}) as {
    statusCode?: number;
    body?: string;
    isBase64Encoded?: boolean;
  };
  if (statusCode === undefined) {
    console.log(result === undefined ? 'Done.' : JSON.stringify(result, undefined, 2));
    return;
  }
  console.error(String(statusCode));
  process.stdout.write(isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : `${body ?? ''}\n`);
  process.exitCode = statusCode < 400 ? 0 : 1;
}
