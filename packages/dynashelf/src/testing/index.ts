// The face of the tests of an app: a client that holds every answer against the description, and an empty table for a
// test file.

export { createClient, gatewayEvent, type Answer, type As, type Ask, type Client, type ClientOptions } from './client';
export { tableName, useTable } from './table';
export { RULES } from './rules';
