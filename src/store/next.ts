// The record of an item as a write will leave it.
import type { Stored } from '../definition/prepare';
import { derive, hasDerived } from '../definition/derive';
import { isReadOnly } from '../definition/node';
import type { Resource } from '../definition/resource';
import { Problem, type Fault } from '../problem';
import { indexKeyNames, indexKeys } from './index-keys';
import { recordKey, toFound, type Found } from './record';
import { WRITTEN_ATTRIBUTE } from './table';
import { encode, type AttributeMap } from './value';

/** How values are meant: `whole` replaces an item (what is read-only stays), `changes` changes it (undefined removes). */
export type Meaning = 'whole' | 'changes';

/** A record as a write will leave it. */
export interface Next extends Found {
  /** The rules that it breaks, and the values that no index can hold. */
  readonly faults: readonly Fault[];
}

/** Tokens of the last writers that a record keeps, so that each of them can see that its write took effect. */
const TOKENS = 5;

/** Characters of a token. */
export const TOKEN_LENGTH = 8;

/**
 * Makes the record that a write leaves: attributes, what is computed of them, the system's, and the index keys.
 * @param found the item as it is; undefined for a new one
 * @param counts the attributes that count other items, where they change
 */
export async function nextRecord(resource: Resource, id: string, found: Found | undefined, values: Record<string, Stored | undefined>, meaning: Meaning, token: string, counts: Record<string, number> = {}): Promise<Next> {
  const record = { ...attributesOf(resource, found, values, meaning), ...encode(counts) };
  const now = { S: new Date().toISOString() };
  Object.assign(record, recordKey(resource, id), {
    version: { N: String((found?.item.version ?? 0) + 1) },
    createdAt: found?.record['createdAt'] ?? now,
    updatedAt: now,
    [WRITTEN_ATTRIBUTE]: { S: `${token}${found?.record[WRITTEN_ATTRIBUTE]?.S ?? ''}`.slice(0, TOKENS * TOKEN_LENGTH) },
  });
  const faults = await applyDerived(resource, record);
  for (const name of indexKeyNames(resource)) {
    delete record[name];
  }
  try {
    Object.assign(record, indexKeys(resource, id, record));
  } catch (error) {
    if (!(error instanceof Problem)) {
      throw error;
    }
    faults.push(...error.more.errors ?? []);
  }
  return { ...await toFound(resource, record), faults };
}

function attributesOf(resource: Resource, found: Found | undefined, values: Record<string, Stored | undefined>, meaning: Meaning): AttributeMap {
  const record: AttributeMap = { ...found?.record };
  const changed = meaning === 'changes' ? Object.keys(values) : [...resource.attributes.keys()];
  const encoded = encode(values);
  for (const name of changed) {
    const node = resource.attributes.get(name)!;
    const stays = meaning === 'whole' && found !== undefined && isReadOnly(node) && node.words.forceDefault !== true && record[name] !== undefined;
    if (stays) {
      continue;
    }
    const stored = encoded[name];
    if (stored === undefined) {
      delete record[name];
    } else {
      record[name] = stored;
    }
  }
  return record;
}

/** Computes what follows from the rest; what rules it breaks. */
async function applyDerived(resource: Resource, record: AttributeMap): Promise<Fault[]> {
  if (!hasDerived(resource)) {
    return [];
  }
  const { item } = await toFound(resource, record);
  const { values, faults } = derive(resource, item);
  const encoded = encode(values);
  for (const name of Object.keys(values)) {
    if (encoded[name] === undefined) {
      delete record[name];
    } else {
      record[name] = encoded[name];
    }
  }
  return faults;
}
