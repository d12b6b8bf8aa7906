// The face of the tests of an app: a client that holds every answer against the description; and for a test file an
// empty table, an issuer of tokens and a clock.

export { accessMatrix } from './access';
export { createClient, gatewayEvent, type Client, type ClientOptions } from './client';
export type { Answer, As, Ask } from './ask';
export { callFunction, deliverMessages, type FunctionCall } from './functions';
export { useClock, type Clock, type Duration } from './clock';
export { settle, type SettleOptions } from './settle';
export { tableName, useTable } from './table';
export { RULES } from './rules';
export { useTokens, type Bearer, type Tokens, type TokensOptions } from './tokens';
