// Our store alone, without HTTP and without a check of what is written: what the operations ask of it, asked directly.

import { v7 as uuidv7 } from 'uuid';

import type { StoredValue } from '../../src/values/stored';
import { recordChanges } from '../../src/store/write/record-changes';
import { NEWEST_FIRST, planList } from '../../src/store/query/planner';
import { openReader, type StoreOptions } from '../../src/store/reader';
import { openStore } from '../../src/store/store';
import { connect } from '#connect';
import { resources, things } from './resource';
import type { Changes, Reads, Item, Values, Writes } from './item';

/** Milliseconds; API Gateway gives up then. */
const TIME = 29_000;

const send = connect();

function options(tableName: string): StoreOptions {
  return { send, tableName, resources, deadline: Date.now() + TIME };
}

// A store is opened for each request, as the handlers do it.
export function reads(table: string): Reads {
  return {
    get: async (id) => (await openReader(options(table)).read(things, id))?.item as Item | undefined,
    async list(limit) {
      const { items } = await openReader(options(table)).page(things, {
        plan: planList(things, [], NEWEST_FIRST)!,
        limit,
      });
      return items as unknown as Item[];
    },
  };
}

export function writes(table: string): Writes {
  return {
    async create(values) {
      const { item } = await openStore(options(table)).create(things, uuidv7(), toStored(values));
      return item as unknown as Item;
    },
    async replace(id, values) {
      const { written } = await openStore(options(table)).replace(things, id, toStored(values), {});
      return written!.item as unknown as Item;
    },
    async patch(id, changes) {
      const { written } = await openStore(options(table)).change(
        things,
        id,
        recordChanges(things, id, toStored(changes))!,
        { present: [], equal: {}, among: {}, preconditions: {} },
      );
      return written!.item as unknown as Item;
    },
    async remove(id) {
      const refused = await openStore(options(table)).delete(things, id, {});
      if (refused !== undefined) {
        throw new Error(`${id} could not be deleted.`);
      }
    },
  };
}

function toStored(values: Values | Changes): Record<string, StoredValue> {
  return values as unknown as Record<string, StoredValue>;
}
