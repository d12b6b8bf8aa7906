// The functions of an app, built for `dynashelf start` and built again when a source changes.

import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { type BuildOptions, context, type Message } from 'esbuild';

import { sourceOf } from './bundle';
import { declarationsIn, withDeclarations } from './declarations';

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

/**
 * Builds handlers into a folder, once before it resolves, and then after each change under `src`. They have all of the
 * engine: what a change asks for is there.
 * @returns what ends it
 */
export async function buildWatched(
  directory: string,
  folder: string,
  handlers: readonly string[],
  options: BuildOptions,
  events: BuildEvents,
): Promise<() => Promise<void>> {
  const building = await context({
    ...options,
    plugins: [withDeclarations(() => declarationsIn(directory))],
    absWorkingDir: directory,
    entryPoints: handlers.map((handler) => ({ in: sourceOf(handler), out: sourceOf(handler).replace(/\.ts$/, '') })),
    outdir: folder,
    logLevel: 'silent',
  });
  const build = async (): Promise<boolean> => {
    await events.building();
    const mistakes = await building.rebuild().then(
      () => [],
      (error: unknown) => mistakesIn(error),
    );
    await events.built(mistakes);
    return mistakes.length === 0;
  };
  await build();

  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const unwatch = watchFolders(join(directory, 'src'), () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(async () => {
        if (await build()) {
          events.changed();
        }
      });
    }, SETTLED_MS);
  });
  return async () => {
    unwatch();
    clearTimeout(timer);
    await running;
    await building.dispose();
  };
}

/**
 * Watches a folder and those in it, each by itself: Node's recursive way loses a file that an editor saves under
 * another name and renames.
 * A folder that another one is put in the place of, as when a branch is checked out, is another folder, whose name the
 * one above hears of.
 */
function watchFolders(root: string, changed: () => void): () => void {
  const watched = new Map<string, { readonly inode: number; readonly watcher: FSWatcher }>();
  const follow = (): void => {
    const inodes = inodesUnder(root);
    for (const [folder, { inode, watcher }] of watched) {
      if (inodes.get(folder) === inode) {
        continue;
      }
      watcher.close();
      watched.delete(folder);
    }
    for (const [folder, inode] of inodes) {
      if (watched.has(folder)) {
        continue;
      }
      try {
        watched.set(folder, { inode, watcher: watch(folder, touched).on('error', touched) });
      } catch {
        // It is gone again, of which the one above hears.
      }
    }
  };
  const touched = (): void => {
    follow();
    changed();
  };
  follow();
  const above = watch(dirname(root), (_event, name) => {
    if (name === basename(root)) {
      touched();
    }
  });
  return () => {
    above.close();
    for (const { watcher } of watched.values()) {
      watcher.close();
    }
  };
}

/** A folder and those in it, as far as they stay while they are looked at. */
function inodesUnder(folder: string): Map<string, number> {
  try {
    const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return new Map([
      [folder, statSync(folder).ino],
      ...inner.flatMap(({ name }) => [...inodesUnder(join(folder, name))]),
    ]);
  } catch {
    return new Map();
  }
}

function mistakesIn(error: unknown): string[] {
  const errors = (error as { errors?: readonly Message[] }).errors;
  if (errors === undefined) {
    throw error;
  }
  return errors.map(
    ({ text, location }) =>
      `${location === null ? '' : `${location.file}:${location.line}:${location.column}: `}${text}`,
  );
}
