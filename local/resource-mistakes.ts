// Every mistake of the resource files: those that loading them shows, and those that take longer to find.

import { messageOf } from './failure';

/** @returns each mistake as a sentence with its file */
export async function resourceMistakes(): Promise<string[]> {
  const loaded = await load();
  if (typeof loaded === 'string') return [loaded];
  const { patternMistakes } = await import('./patterns.js');
  return patternMistakes(loaded);
}

async function load() {
  try {
    const { resources } = await import('../src/resources/index.js');
    return [...resources.values()];
  } catch (error) {
    return messageOf(error);
  }
}
