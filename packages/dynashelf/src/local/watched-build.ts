// The functions of an app, built for `dynashelf start` and built again when a source changes.

import { existsSync, type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

import { type BuildOptions, context, type Message } from 'esbuild';

import { sourceOf } from './bundle';

/** An editor may save in two steps; the first is half a file. */
const SETTLED_MS = 50;

/** Is told of each build; what it returns is waited for. */
export interface BuildEvents {
  readonly building: () => Promise<unknown>;
  /** With what does not compile. */
  readonly built: (mistakes: readonly string[]) => Promise<unknown>;
  /** A build after the first one has ended without a mistake. */
  readonly changed: () => void;
}

/** Builds handlers into a folder, once before it resolves, and then after each change under `src`. */
export async function buildWatched(directory: string, folder: string, handlers: readonly string[], options: BuildOptions, events: BuildEvents): Promise<void> {
  const building = await context({
    ...options,
    absWorkingDir: directory,
    entryPoints: handlers.map((handler) => ({ in: sourceOf(handler), out: sourceOf(handler).replace(/\.ts$/, '') })),
    outdir: folder,
    logLevel: 'silent',
  });
  const build = async (): Promise<boolean> => {
    await events.building();
    const mistakes = await building.rebuild().then(() => [], (error: unknown) => mistakesIn(error));
    await events.built(mistakes);
    return mistakes.length === 0;
  };
  await build();

  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  watchFolders(join(directory, 'src'), () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(async () => {
        if (await build()) events.changed();
      });
    }, SETTLED_MS);
  });
}

/**
 * Watches a folder and those in it, each by itself: Node's recursive way loses a file that an editor saves under another name and renames.
 */
function watchFolders(root: string, changed: () => void): void {
  const watched = new Map<string, FSWatcher>();
  const follow = (): void => {
    const folders = [root, ...readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))];
    for (const folder of folders.filter((one) => !watched.has(one))) {
      const forget = (): void => {
        watched.get(folder)?.close();
        watched.delete(folder);
      };
      watched.set(folder, watch(folder, () => {
        if (existsSync(folder)) follow();
        else forget();
        changed();
      }).on('error', forget));
    }
  };
  follow();
}

function mistakesIn(error: unknown): string[] {
  const errors = (error as { errors?: readonly Message[] }).errors;
  if (errors === undefined) throw error;
  return errors.map(({ text, location }) => `${location === null ? '' : `${location.file}:${location.line}:${location.column}: `}${text}`);
}
