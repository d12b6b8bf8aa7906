// The record of an item as a write will leave it, and the item that a client sees of it.
import type { StoredValue } from '../../values/stored';
import { computeAttributes, hasComputed } from '../../definition/computed';
import { isReadOnly } from '../../values/node';
import type { Resource } from '../../definition/resource';
import { addDecimals } from '../../values/decimal';
import { numberFault } from '../../values/kinds/number';
import { Problem, pointer, type Fault } from '../../problem';
import { indexKeyNames, indexKeys } from '../layout/index-keys';
import { recordKey, toImage, type Image } from '../layout/record';
import { BIRTH_ATTRIBUTE, TOKEN_LENGTH, WRITERS_ATTRIBUTE } from '../layout/table';
import { encode } from '#conversion';
import type { AttributeMap } from '../layout/value';

/**
 * How values are meant: `replace` replaces an item (what is read-only stays), `merge` changes it (undefined removes).
 */
export type Mode = 'replace' | 'merge';

/** The values that a write gives to an item. */
export interface Values {
  readonly mode: Mode;
  readonly values: Readonly<Record<string, StoredValue | undefined>>;
  /** Whether a new item has an id that its client chose, so that an item before it can have had the same. */
  readonly isIdChosen?: boolean;
}

/** An image that a write will leave. */
export interface NewImage extends Image {
  /** The rules that it breaks, and the values that no index can hold. */
  readonly faults: readonly Fault[];
}

/** The problem that an item would break rules, or not fit into an index. */
export function notValid(errors: readonly Fault[]): Problem {
  return new Problem('invalid', 'The item would not be valid: correct what "errors" names. Nothing was changed.', {
    errors,
  });
}

/** How many tokens of the last writers a record keeps, so that each of them can see that its write took effect. */
const TOKENS = 5;

/**
 * Makes the image that a write leaves: attributes, what is computed of them, the system's, and the index keys.
 * @param oldImage the item as it is; undefined for a new one
 * @param token names the request that writes
 * @param counts what is added to attributes that count or sum other items, as it is written
 */
export async function newImage(
  resource: Resource,
  id: string,
  oldImage: Image | undefined,
  { mode, values, isIdChosen = false }: Values,
  token: string,
  counts: ReadonlyMap<string, string> = new Map(),
): Promise<NewImage> {
  const record = attributesOf(resource, oldImage, values, mode);
  const inexact = applyCounts(record, counts);
  const now = { S: new Date().toISOString() };
  Object.assign(record, recordKey(resource, id), {
    version: { N: String((oldImage?.item.version ?? 0) + 1) },
    createdAt: oldImage?.record['createdAt'] ?? now,
    updatedAt: now,
    [WRITERS_ATTRIBUTE]: {
      S: `${token}${oldImage?.record[WRITERS_ATTRIBUTE]?.S ?? ''}`.slice(0, TOKENS * TOKEN_LENGTH),
    },
    ...(oldImage === undefined && isIdChosen && { [BIRTH_ATTRIBUTE]: { S: token } }),
  });
  const faults = [...inexact, ...(await applyComputed(resource, record))];
  for (const name of indexKeyNames(resource)) {
    delete record[name];
  }
  try {
    Object.assign(record, indexKeys(resource, id, record));
  } catch (error) {
    if (!(error instanceof Problem)) {
      throw error;
    }
    faults.push(...(error.more.errors ?? []));
  }
  return { ...(await toImage(resource, record)), faults };
}

/** Adds to counts and sums. @returns those that would be no number which JSON and the table hold exactly */
function applyCounts(record: AttributeMap, counts: ReadonlyMap<string, string>): Fault[] {
  return [...counts].flatMap(([attribute, by]) => {
    const sum = addDecimals(record[attribute]?.N ?? '0', by);
    const fault = numberFault(sum);
    record[attribute] = { N: String(Number(sum)) };
    return fault === undefined
      ? []
      : [
          {
            detail: `The sum "${attribute}" of the item that is referred to would have more digits than a number can: add up numbers of fewer digits.`,
            pointer: pointer(attribute),
          },
        ];
  });
}

function attributesOf(
  resource: Resource,
  oldImage: Image | undefined,
  values: Values['values'],
  mode: Mode,
): AttributeMap {
  const record: AttributeMap = { ...oldImage?.record };
  const changed = mode === 'merge' ? Object.keys(values) : [...resource.attributes.keys()];
  const encoded = encode(values);
  for (const name of changed) {
    const node = resource.attributes.get(name)!;
    const stays =
      mode === 'replace' &&
      oldImage !== undefined &&
      isReadOnly(node) &&
      node.keywords.forceDefault !== true &&
      record[name] !== undefined;
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
async function applyComputed(resource: Resource, record: AttributeMap): Promise<Fault[]> {
  if (!hasComputed(resource)) {
    return [];
  }
  const { item } = await toImage(resource, record);
  const { values, faults } = computeAttributes(resource, item);
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
