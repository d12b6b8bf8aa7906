// Notes and letters whose changes webhooks are told of: the resources of the tests of webhooks.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { webhooks, type WebhooksDefinition } from '../../src/events/webhooks/webhooks';
import type { Address, Lookup } from '../../src/events/webhooks/target';

/** What names lead to in the tests; others do not resolve. */
export const names = new Map<string, readonly Address[]>();

/** Leads names to where the tests say. */
export const lookup: Lookup = async (host) => {
  const found = names.get(host);
  if (found === undefined) {
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
  }
  return found;
};

/** Notes that everyone with a token may list. */
export const notes = defineResource({
  name: 'notes',
  description: 'Notes.',
  schema: {
    text: { type: String, required: true, maxLength: 300_000 },
    hidden: { type: String, readableBy: { role: 'editor' } },
  },
  access: {
    list: 'authenticated',
    read: 'authenticated',
    create: 'authenticated',
    patch: 'authenticated',
    delete: 'authenticated',
  },
  changes: true,
});

/** Letters that only who owns them may list. */
export const letters = defineResource({
  name: 'letters',
  description: 'Letters.',
  schema: { text: { type: String, required: true }, to: { type: String, required: true, maxLength: 100 } },
  indexes: { byTo: { partition: 'to' } },
  access: {
    list: { owner: 'to' },
    read: { owner: 'to' },
    create: 'authenticated',
    patch: 'authenticated',
    delete: 'authenticated',
  },
  changes: { days: 1 },
});

/** Papers that nobody is told of. */
export const papers = defineResource({ name: 'papers', description: 'Papers.', schema: { text: String } });

/** Who may do what with webhooks: their owners all, and admins. */
export const OWNED: NonNullable<WebhooksDefinition['access']> = {
  list: [{ role: 'admin' }, { owner: 'owner' }],
  read: [{ role: 'admin' }, { owner: 'owner' }],
  create: { owner: 'owner' },
  replace: [{ role: 'admin' }, { owner: 'owner' }],
  patch: [{ role: 'admin' }, { owner: 'owner' }],
  delete: [{ role: 'admin' }, { owner: 'owner' }],
  rotate: { owner: 'owner' },
  test: { owner: 'owner' },
  redeliver: { owner: 'owner' },
};

/** All of them. */
export const hooked = listResources(notes, letters, papers, ...webhooks({ access: OWNED }, lookup));
