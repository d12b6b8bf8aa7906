// An attribute of every format.

import type { SchemaDefinition } from '../../src/values/attribute';

export const formatted = {
  date: { type: String, format: 'date' },
  dateTime: { type: String, format: 'date-time' },
  time: { type: String, format: 'time' },
  duration: { type: String, format: 'duration' },
  email: { type: String, format: 'email' },
  hostname: { type: String, format: 'hostname' },
  ipv4: { type: String, format: 'ipv4' },
  ipv6: { type: String, format: 'ipv6' },
  uri: { type: String, format: 'uri' },
  uriReference: { type: String, format: 'uri-reference' },
  uuid: { type: String, format: 'uuid' },
} as const satisfies SchemaDefinition;
