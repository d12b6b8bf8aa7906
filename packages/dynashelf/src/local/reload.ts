// What a reload does before requests are served again, in a process of its own, as this one has loaded the resource
// files as they were: looks them over, and gives the items the keys that they now say.

import { text } from 'node:stream/consumers';

import { nodeWords } from './app';
import { messageOf } from './failure';
import { runGuarded } from './guarded';
import { bringUpToDate } from './keys';
import { type Findings, resourceFindings } from './resource-mistakes';

/** What was found. */
export interface Reloaded {
  /** What stands in the way of serving the resource files, in sentences. */
  readonly mistakes: readonly string[];
  /** What was done, and what is worth saying, in lines. */
  readonly lines: readonly string[];
  /** How the functions of the app's own are called, in lines. */
  readonly calls?: readonly string[] | undefined;
}

/** Looks over the resource files as they are now. */
export async function reload(environment: NodeJS.ProcessEnv): Promise<Reloaded> {
  const { output, errors, ended } = runGuarded(process.execPath, nodeWords('reload'), environment, 0);
  const [said, wrong] = await Promise.all([text(output), text(errors), ended]);
  try {
    return JSON.parse(said) as Reloaded;
  } catch {
    return {
      mistakes: [`The resource files could not be looked over (${wrong.trim().split('\n').at(-1)}): save them again.`],
      lines: [],
    };
  }
}

/** The same in this process, where they are loaded for the first time, of what was found in them. */
export async function lookOver(tableName: string, { mistakes, remarks, calls }: Findings): Promise<Reloaded> {
  if (mistakes.length > 0) {
    return { mistakes, lines: [] };
  }
  try {
    return { mistakes, lines: [...(await bringUpToDate(tableName, 0)), ...remarks], calls };
  } catch (error) {
    return {
      mistakes: [
        `The items could not be given the keys that the resource files now say (${messageOf(error)}): mend that and save a file again, or restart.`,
      ],
      lines: [],
    };
  }
}

if (require.main === module) {
  void resourceFindings()
    .then(async (findings) => lookOver(process.env.TABLE_NAME ?? '', findings))
    .then((found) => process.stdout.write(JSON.stringify(found)));
}
