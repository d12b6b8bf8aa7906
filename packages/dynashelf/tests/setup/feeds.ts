// A feed with changes in it, for whoever handles them.

import { connect } from '#connect';

import { defineResource, listResources } from '../../src/index';
import { openAppender, type ChangingResource } from '../../src/store/append';
import type { Send } from '../../src/store/client/send';
import type { NewChange } from '../../src/store/layout/change';
import { tableName } from '../../src/testing/table';

export const notes = defineResource({
  name: 'notes',
  description: 'What somebody wrote down.',
  schema: { text: { type: String, required: true }, likes: { type: Number, integer: true, default: 0 } },
  changes: true,
});

/** What is known of a note beside it, made by those that are told of it. */
export const tallies = defineResource({
  name: 'tallies',
  description: 'How often something was seen.',
  schema: { seen: { type: Number, integer: true, required: true }, last: { type: String } },
});

export const noteResources = listResources(notes, tallies);

let positions = 0;

/** Appends changes of notes with some texts to their feed: each makes one, the texts are the ids too. */
export async function appendNotes(texts: readonly string[], send: Send = connect()): Promise<void> {
  const changes = texts.map((text): NewChange => ({
    kind: 'created',
    id: text,
    version: 1,
    time: '2026-11-27T00:00:00.000Z',
    before: undefined,
    after: {
      text: { S: text },
      likes: { N: '0' },
      version: { N: '1' },
      createdAt: { S: '2026-11-27T00:00:00.000Z' },
      updatedAt: { S: '2026-11-27T00:00:00.000Z' },
    },
    position: `${++positions}/notes/${text}`,
  }));
  await openAppender(send, tableName(), Date.now() + 60_000).append(notes as ChangingResource, changes);
}

/** Texts of notes, by their numbers. */
export function noteTexts(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `note-${from + index}`);
}
