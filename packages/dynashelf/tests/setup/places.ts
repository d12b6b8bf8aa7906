// Where things are: the engine, the app that this repository holds, and the words that run a command of the engine
// there.

import { join } from 'node:path';

/** The package. */
export const ENGINE = join(__dirname, '..', '..');

/** The app, with its own files and the pages of docs/. */
export const APP = join(ENGINE, '..', '..');

/** What Node is to run for a command such as `start`: as it is published. */
export function commandWords(...words: readonly string[]): string[] {
  return [join(ENGINE, 'bin', 'dynashelf.cjs'), ...words];
}
