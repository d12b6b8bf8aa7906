// Writes one item anew, with all that follows from its attributes, while others write it too.
import type { Resource } from '../../definition/resource';
import { toImage, type Image } from '../layout/record';
import { TOKEN_LENGTH } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { commit } from '../write/commit';
import { newImage } from '../write/new-image';
import { planChanges } from '../write/plan';
import type { Run } from './constraint-run';

/** How often an item is tried that others write meanwhile. */
const MOST_TRIES = 10;

/** Milliseconds that one write may take. */
const WRITE_TIME = 60_000;

/**
 * Writes an item anew, where that is needed.
 * @param read its record, as it was read
 * @param changesOf what is added to its counts and sums, as it is written; undefined where the record is right
 * @returns what stands in the way, in sentences
 * @throws Error where others write the item again and again
 */
export async function rewriteItem(
  { send, TableName, token: run }: Run,
  resources: ReadonlyMap<string, Resource>,
  resource: Resource,
  read: AttributeMap,
  changesOf: (record: AttributeMap) => ReadonlyMap<string, string> | undefined,
): Promise<string[]> {
  const token = run.slice(0, TOKEN_LENGTH);
  let image: Image | undefined = await toImage(resource, read);
  for (let tries = 0; tries < MOST_TRIES && image !== undefined; tries++) {
    const { record, item }: Image = image;
    const changes = changesOf(record);
    if (changes === undefined) {
      return [];
    }
    const at = `${resource.name}/${item.id}`;
    const next = await newImage(resource, item.id, image, { mode: 'merge', values: {} }, token, changes);
    if (next.faults.length > 0) {
      const details = next.faults.map(({ detail }) => detail).join(' ');
      return [`${at} would not be valid with what it counts or sums: ${details} Correct it.`];
    }
    const { writes } = planChanges(resources, [
      { kind: 'update', resource, id: item.id, oldImage: image, newImage: next },
    ]);
    const context = { send, TableName, resources, token, deadline: Date.now() + WRITE_TIME };
    const violations = await commit(context, [...writes.values()]);
    const changed = violations.find((violation) => violation.kind === 'changed');
    if (violations.length === 0) {
      return [];
    }
    if (changed === undefined) {
      return [`${at} is being deleted, or has another item's unique value: finish its deletion, or change it.`];
    }
    image = changed.current && (await toImage(resource, changed.current));
  }
  if (image !== undefined) {
    throw new Error(`${resource.name}/${image.item.id} was changed by others again and again: run this once more.`);
  }
  return [];
}
