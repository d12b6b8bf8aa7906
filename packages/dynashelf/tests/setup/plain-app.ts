// An app with one resource file, which uses as little of the engine as one can, or what a test adds.

import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { APP } from './places';
import { copyProject, leaveOutFunctions, type ProjectCopy } from './project-copy';

/** Copies the app that is shipped, with the resource `notes` alone. */
export function plainApp(keywords = ''): ProjectCopy {
  const project = copyProject(APP);
  const folder = join(project.directory, 'src/resources');
  for (const name of readdirSync(folder)) {
    rmSync(join(folder, name));
  }
  writeFileSync(
    join(folder, 'index.ts'),
    "import { listResources } from 'dynashelf';\nimport { notes } from './notes';\nexport const resources = listResources(notes);\n",
  );
  // What is told of changes, and keeps them.
  rmSync(join(project.directory, 'src/subscribers'), { recursive: true });
  for (const name of ['publish', 'socket']) {
    rmSync(join(project.directory, `src/functions/${name}.ts`));
  }
  leaveOutFunctions(project.directory);
  writeNotes(project, keywords);
  return project;
}

/** Writes the file of `notes` anew, with further keywords. */
export function writeNotes({ directory }: ProjectCopy, keywords: string): void {
  writeFileSync(
    join(directory, 'src/resources/notes.ts'),
    `import { defineResource } from 'dynashelf';
export const notes = defineResource({
  name: 'notes',
  description: 'Notes.',
  schema: { text: { type: String, required: true, maxLength: 100 }, kind: { type: String, enum: ['open', 'done'], default: 'open' } },
  indexes: { byKind: { partition: 'kind' } },
  ${keywords}
});
`,
  );
}
