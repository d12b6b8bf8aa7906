// Test-only resources: tickets have a unique code and refer to an event, so each is made in a transaction of several
// records.

import { defineResource, listResources } from '../../src/definition/define-resource';

const events = defineResource({
  name: 'events',
  description: 'Events.',
  schema: { title: { type: String, required: true } },
});

export const tickets = defineResource({
  name: 'tickets',
  description: 'Tickets to events.',
  schema: {
    code: { type: String, required: true, unique: true },
    event: { type: String, required: true, references: 'events' },
  },
});

export const ticketResources = listResources(events, tickets);
