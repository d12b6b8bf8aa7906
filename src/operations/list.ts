// GET of a collection: one page of its items.
import type { PageRequest } from '../store/page';
import type { Operation } from './result';

export const list: Operation<PageRequest> = async (resource, request, store) =>
  ({ kind: 'page', ...await store.page(resource, request) });
