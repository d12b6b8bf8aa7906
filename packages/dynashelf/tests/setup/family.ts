// Resources that refer to one another in every way that a deletion can meet: cascade, setNull and restrict, to
// themselves and in circles, with counts, rules and unique values.

import { defineResource, listResources } from '../../src/definition/define-resource';

/** Folders in folders; each counts the notes that lie in it, and those that it holds in view. */
const folders = defineResource({
  name: 'folders',
  description: 'Folders.',
  schema: {
    title: { type: String, maxLength: 50 },
    parent: { type: String, references: 'folders', onDelete: 'cascade' },
    notes: { type: Number, readOnly: true, default: 0, counts: { collection: 'notes', attribute: 'folder' } },
  },
  indexes: { byParent: { partition: 'parent' } },
});

const notes = defineResource({
  name: 'notes',
  description: 'Notes.',
  schema: {
    folder: { type: String, references: 'folders', onDelete: 'cascade' },
    shelf: { type: String, references: 'shelves', onDelete: 'setNull' },
    code: { type: String, maxLength: 30, unique: true },
    isLoose: { type: Boolean },
  },
  rules: [
    {
      holds: ({ shelf, isLoose }) => shelf !== undefined || isLoose !== false,
      attribute: 'shelf',
      detail: 'A note that is not loose stands on a shelf.',
    },
  ],
  indexes: { byFolder: { partition: 'folder' }, byShelf: { partition: 'shelf' } },
});

const shelves = defineResource({
  name: 'shelves',
  description: 'Shelves.',
  schema: {
    title: { type: String, maxLength: 50 },
    notes: { type: Number, readOnly: true, default: 0, counts: { collection: 'notes', attribute: 'shelf' } },
  },
});

/** What keeps a note, or a folder, from going. */
const pins = defineResource({
  name: 'pins',
  description: 'Pins.',
  schema: { note: { type: String, references: 'notes' }, folder: { type: String, references: 'folders' } },
});

export const family = listResources(folders, notes, shelves, pins);
