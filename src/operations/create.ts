// POST: a new item, its id made here.
import { v7 as uuidv7 } from 'uuid';
import type { Stored } from '../definition/prepare';
import type { Operation } from './result';

export interface CreateInput {
  /** The attributes as they are stored. */
  readonly values: Record<string, Stored>;
}

export const create: Operation<CreateInput> = async (resource, { values }, store) =>
  // Ids that grow with time make the newest item the first of a list.
  ({ kind: 'created', item: await store.create(resource, uuidv7(), values) });
