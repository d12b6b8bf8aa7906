// A command of the engine, run on the table of a test as its user runs it.

import { execFile } from 'node:child_process';

import { tableName } from '../../src/testing/table';
import { commandWords, LIBRARY } from './places';

/** What a command came to. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  /** Without the notes of how far it is. */
  readonly errors: string;
}

/** Runs a command in the app of the tests, on the table of the test file. */
export async function runCommand(...words: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = {
      cwd: LIBRARY,
      env: { ...process.env, DYNAMODB_ENDPOINT: process.env['AWS_ENDPOINT_URL_DYNAMODB'], TABLE_NAME: tableName() },
    };
    execFile(process.execPath, commandWords(...words), options, (error, out, errors) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, errors: errors.replace(/[^\n]*\r/g, '') }),
    );
  });
}
