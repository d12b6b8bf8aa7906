// `npm run token -- --subject ada --role editor`: prints a token of the issuer that ACCESS=rules npm start runs.

import { parseArgs } from 'node:util';

import { Failure, messageOf } from './failure';
import { makeToken } from './issuer';
import { readSettings } from './settings';

const USAGE = 'npm run --silent token -- --subject ada [--role editor]… [--claim name=value]… [--minutes 60]';

try {
  console.log(tokenFor(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Failure || !(error instanceof Error) ? messageOf(error) : error.stack}\n`);
  process.exitCode = 1;
}

function tokenFor(words: string[]): string {
  const { subject, role = [], claim = [], minutes = '60' } = readWords(words);
  if (subject === undefined || subject === '') {
    throw new Failure(`Whose token? ${USAGE}`);
  }
  if (!/^\d{1,6}$/.test(minutes)) {
    throw new Failure(`--minutes is "${minutes}": write a whole number. ${USAGE}`);
  }
  const claims = { ...(role.length === 0 ? {} : { roles: role }), ...Object.fromEntries(claim.map(readClaim)) };
  return makeToken(readSettings(process.env).dataDirectory, subject, Number(minutes), claims);
}

function readWords(words: string[]): { subject?: string; role?: string[]; claim?: string[]; minutes?: string } {
  const one = { type: 'string' } as const;
  const many = { type: 'string', multiple: true } as const;
  try {
    return parseArgs({ args: words, options: { subject: one, role: many, claim: many, minutes: one } }).values;
  } catch (error) {
    throw new Failure(`${messageOf(error).replace(/\.?$/, '.')} ${USAGE}`);
  }
}

/** `name=value`: the value as JSON where it is that, else as the text that it is. */
function readClaim(text: string): [string, unknown] {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) {
    throw new Failure(`--claim is "${text}": write a name, = and a value. ${USAGE}`);
  }
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}
