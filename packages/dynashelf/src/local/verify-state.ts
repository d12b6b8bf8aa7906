// A verification that is under way, as a file: so that a long one that was stopped is gone on with.

import { renameSync, writeFileSync } from 'node:fs';

import { emptyLedger } from '../store/verify/ledger-state';
import type { VerifyState } from '../store/verify/verify-table';
import { Failure } from './failure';

/** Raised when a state of before cannot be gone on with. */
const FORM = 1;

/** Writes a state, all of it or nothing. */
export function writeState(path: string, { ledger, segments, records }: VerifyState): void {
  const plain = Object.fromEntries(
    Object.entries(ledger).map(([name, part]) => [name, part instanceof Map ? [...part] : (part as unknown)]),
  );
  writeFileSync(`${path}.new`, JSON.stringify({ form: FORM, segments, records, ledger: plain }));
  renameSync(`${path}.new`, path);
}

/** Reads a state. @throws Failure where the text is none */
export function readState(text: string): VerifyState {
  try {
    const { form, segments, records, ledger } = JSON.parse(text) as VerifyState & { form: number };
    if (form !== FORM) {
      throw new Error('another form');
    }
    const parts = Object.entries(emptyLedger()).map(([name, part]) => {
      const kept = (ledger as unknown as Record<string, unknown[]>)[name]!;
      return [name, part instanceof Map ? new Map(kept as [string, never][]) : kept];
    });
    return { segments, records, ledger: Object.fromEntries(parts) as VerifyState['ledger'] };
  } catch {
    throw new Failure(
      'The file of --resume is none that dynashelf verify has written: name another, or remove it to begin anew.',
    );
  }
}
