// A verification that is under way, as a file: so that a long one that was stopped is gone on with.

import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';

import type { Resource } from '../definition/resource';
import { shapesOf } from '../definition/shapes/shape';
import { emptyLedger } from '../store/verify/ledger-state';
import type { VerifyState } from '../store/verify/verify-table';
import { Failure } from './failure';
import { readSettings } from './settings';

/** Raised when a state of before cannot be gone on with. */
const FORM = 2;

/** Milliseconds after which too much has changed of what was read. */
const KEPT = 24 * 60 * 60 * 1000;

/** A name of what a verification is of: the table, where it is, and what the resource files say of it. */
export function subjectOf(
  environment: NodeJS.ProcessEnv,
  tableName: string,
  resources: ReadonlyMap<string, Resource>,
): string {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE } = environment;
  const place = [AWS_REGION ?? AWS_DEFAULT_REGION, AWS_PROFILE, readSettings(environment).dataDirectory];
  return createHash('sha256')
    .update(JSON.stringify([tableName, place, shapesOf(resources)]))
    .digest('hex');
}

/** Writes a state, all of it or nothing. @param subject what it is of */
export function writeState(path: string, { ledger, segments, records }: VerifyState, subject: string): void {
  const plain = Object.fromEntries(
    Object.entries(ledger).map(([name, part]) => [name, part instanceof Map ? [...part] : (part as unknown)]),
  );
  const time = new Date().toISOString();
  writeFileSync(`${path}.new`, JSON.stringify({ form: FORM, subject, time, segments, records, ledger: plain }));
  renameSync(`${path}.new`, path);
}

/**
 * Reads a state.
 * @param subject what is verified now
 * @throws Failure where the text is none, or of something else, or more than a day old
 */
export function readState(text: string, subject: string): VerifyState & { readonly time: string } {
  const kept = parsed(text);
  if (kept.subject !== subject) {
    throw new Failure(
      'The file of --resume is of another table, or of resource files that said something else: name another, or remove it to begin anew.',
    );
  }
  if (!(Date.parse(kept.time) > Date.now() - KEPT)) {
    throw new Failure(
      `The file of --resume is of ${kept.time}, and much can have changed since: remove it to begin anew.`,
    );
  }
  return kept;
}

function parsed(text: string): VerifyState & { readonly subject: string; readonly time: string } {
  try {
    const { form, subject, time, segments, records, ledger } = JSON.parse(text) as ReturnType<typeof parsed> & {
      form: number;
    };
    if (form !== FORM) {
      throw new Error('another form');
    }
    const parts = Object.entries(emptyLedger()).map(([name, part]) => {
      const kept = (ledger as unknown as Record<string, unknown[]>)[name]!;
      return [name, part instanceof Map ? new Map(kept as [string, never][]) : kept];
    });
    return { subject, time, segments, records, ledger: Object.fromEntries(parts) as VerifyState['ledger'] };
  } catch {
    throw new Failure(
      'The file of --resume is none that dynashelf verify has written: name another, or remove it to begin anew.',
    );
  }
}
