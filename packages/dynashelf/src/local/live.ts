// The source while it runs: requests are held while it is built, looked over and its items are given their keys, and
// then answered by it, or with its mistake.

import { setMaxListeners } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { SourceEvents } from './api';
import type { ApiGateway } from './api-gateway';
import type { Gateway } from './gateway';
import type { Reloaded } from './reload';

/** Follows the source. */
export interface Live extends SourceEvents {
  /** Lets requests through from now on, as far as the source allows. */
  begin(gateway: ApiGateway): void;
  /** Ends the calls of functions that are under way when the source changes. */
  abandon(): AbortSignal;
}

/** @param look what is to be done with the source as it now is, before it is served */
export function followSource(gateway: Gateway, look: () => Promise<Reloaded>, directory: string): Live {
  let behind: ApiGateway | undefined;
  /** By entry: what does not compile. */
  const uncompiled = new Map<string, string>();
  /** What stands in the way of serving what does. */
  let mistake: string | undefined;
  /** Builds under way, and whether what they made is not looked over yet. */
  let builds = 0;
  let isUnseen = false;
  let changes = 0;
  let looking: Promise<unknown> = Promise.resolve();
  let lookedAt = Date.now();
  let calls = newCalls();

  const proceed = (): void => {
    const [inTheWay = mistake] = uncompiled.values();
    if (behind === undefined || builds > 0 || (isUnseen && uncompiled.size === 0)) {
      return;
    }
    if (inTheWay === undefined) {
      gateway.open(behind);
    } else {
      gateway.refuse(inTheWay);
    }
  };
  const replacing = async (): Promise<void> => {
    isUnseen = true;
    await gateway.hold();
    calls.abort();
    calls = newCalls();
  };

  return {
    replacing,
    async building() {
      builds += 1;
      await replacing();
    },
    built(entry, found) {
      builds = Math.max(0, builds - 1); // it may have begun before anything was followed
      if (found === undefined) {
        uncompiled.delete(entry);
      } else if (![...uncompiled.values()].includes(found)) {
        console.error(found);
      }
      if (found !== undefined) {
        uncompiled.set(entry, found);
      }
      proceed();
    },
    changed() {
      const mine = (changes += 1);
      looking = looking.then(async () => {
        if (mine !== changes) {
          return;
        } // the next one is to come
        const since = lookedAt;
        const began = Date.now();
        const { mistakes, lines } = await look();
        if (mine !== changes || builds > 0) {
          return;
        }
        lookedAt = began;
        isUnseen = false;
        mistake = mistakes.length === 0 ? undefined : mistakes.join('\n');
        if (mistake !== undefined) {
          console.error(mistake);
        } else {
          for (const line of [`Reloaded ${changedSince(directory, since)}.`, ...lines]) {
            console.log(line);
          }
        }
        proceed();
      });
    },
    begin(gatewayBehind) {
      behind = gatewayBehind;
      proceed();
    },
    abandon: () => calls.signal,
  };
}

function newCalls(): AbortController {
  const calls = new AbortController();
  setMaxListeners(0, calls.signal); // as many calls as there are
  return calls;
}

/** The files of a directory that were written since a time, for a line in the terminal. */
function changedSince(directory: string, time: number): string {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).mtimeMs >= time && path.endsWith('.ts'));
  return files.length === 0
    ? 'the source'
    : files.length < 4
      ? files.join(', ')
      : `${files.slice(0, 2).join(', ')} and ${files.length - 2} more files`;
}
