// Test-only resources that declare changes: notes by whom they belong to, some attributes of which not everyone sees,
// and comments, which go with their note.

import { defineResource, listResources } from '../../src/definition/define-resource';

export const memos = defineResource({
  name: 'memos',
  description: 'Memos, each of somebody.',
  schema: {
    owner: { type: String, required: true, maxLength: 100 },
    title: { type: String, required: true, maxLength: 400_000 },
    secret: { type: String, readableBy: { role: 'admin' } },
    pages: Number,
    tags: { type: Set, schema: [String] },
    data: { type: Buffer },
    place: { type: Object, schema: { city: String } },
    parts: { type: Array, schema: [{ type: Object, schema: { name: String } }] },
    remarks: { type: Number, readOnly: true, default: 0, counts: { collection: 'remarks', attribute: 'memo' } },
  },
  indexes: { byOwner: { partition: 'owner' } },
  access: {
    list: [{ role: 'admin' }, { owner: 'owner' }],
    read: [{ role: 'admin' }, { owner: 'owner' }],
    create: [{ role: 'admin' }, { owner: 'owner' }],
    replace: { role: 'admin' },
    patch: { role: 'admin' },
    delete: { role: 'admin' },
  },
  changes: true,
});

export const remarks = defineResource({
  name: 'remarks',
  description: 'Remarks on memos, which go with them.',
  schema: {
    memo: { type: String, required: true, references: 'memos', onDelete: 'cascade' },
    text: { type: String, maxLength: 1_000 },
  },
  indexes: { byMemo: { partition: 'memo' } },
  shards: 2,
  access: { list: 'public', read: 'public', create: 'public', replace: 'public', patch: 'public', delete: 'public' },
  changes: { days: 7, partitions: 3 },
});

export const changing = listResources(memos, remarks);
