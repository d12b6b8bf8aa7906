// Where things are: the engine, the app that this repository holds, and the words that run a command of the engine
// there.

import { join } from 'node:path';

/** The package. */
export const ENGINE = join(__dirname, '..', '..');

/** The app that is shipped, with its own files and the pages of docs/. */
export const APP = join(ENGINE, '..', '..');

/** The app that the engine's tests run on, so that no sample is held to be what they need. */
export const LIBRARY = join(ENGINE, 'tests', 'library');

/** What Node is to run for a command such as `start`: as it is published. */
export function commandWords(...words: readonly string[]): string[] {
  return [join(ENGINE, 'bin', 'dynashelf.cjs'), ...words];
}
