// The endpoints on data: those that read, and those that write. Two functions, as no bundle holds what it does not
// serve.
import { act } from '../../operations/act';
import { create } from '../../operations/create';
import { deleteItem } from '../../operations/delete';
import { list } from '../../operations/list';
import { patch } from '../../operations/patch';
import { planPage } from '../../operations/plan-list';
import { read } from '../../operations/read';
import { replace } from '../../operations/replace';
import { transact } from '../../operations/transactions';
import { view } from '../../operations/view';
import type { Reader } from '../../store/reader';
import type { Store } from '../../store/store';
import { readDeleteInput, readReadInput } from '../input/item';
import { readListInput } from '../input/list';
import { readReplaceInput } from '../input/replace';
import { readTransactionInput } from '../input/transaction';
import { readViewInput } from '../input/view';
import { readActInput, readCreateInput, readPatchInput } from '../input/write';
import { endpoint, type Endpoint } from './endpoint';

/** GET under a collection. */
export function readEndpoints(): Record<'list' | 'related' | 'read', Endpoint<Reader>> {
  const lists = endpoint({ readInput: readListInput, plan: planPage, operation: list });
  return { list: lists, related: lists, read: endpoint({ readInput: readReadInput, operation: read }) };
}

/** Actions that only read. */
export function viewEndpoint(): Endpoint<Reader> {
  return endpoint({ readInput: readViewInput, operation: view });
}

/** Everything that writes. */
export function writeEndpoints(): Record<'create' | 'replace' | 'patch' | 'delete' | 'transact', Endpoint<Store>> & {
  readonly act?: Endpoint<Store>;
} {
  return {
    create: endpoint({ readInput: readCreateInput, operation: create }),
    replace: endpoint({ readInput: readReplaceInput, operation: replace }),
    patch: endpoint({ readInput: readPatchInput, operation: patch }),
    delete: endpoint({ readInput: readDeleteInput, operation: deleteItem }),
    ...(!globalThis.bundleLacks?.actions && { act: endpoint({ readInput: readActInput, operation: act }) }),
    transact: endpoint({ readInput: readTransactionInput, operation: transact }),
  };
}
