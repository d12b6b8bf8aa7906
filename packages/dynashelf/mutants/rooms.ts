// What is mutated together, and the tests that have to notice: few and quick, as each mutant loads them anew.

export interface Room {
  /** Files of src, without their ending. */
  readonly mutate: readonly string[];
  /** Test files, without theirs. */
  readonly tests: readonly string[];
  /** By which way the tests reach DynamoDB: the SDK without it. */
  readonly transport?: 'sdk' | 'wire';
}

export const ROOMS: Readonly<Record<string, Room>> = {
  'authentication/caller': { mutate: ['authentication/caller'], tests: ['unit/authentication/caller'] },
  'authentication/issuer': {
    mutate: ['authentication/issuer-answer', 'authentication/issuer-keys'],
    tests: ['unit/authentication/issuer-keys', 'unit/authentication/token'],
  },
  'authentication/token': {
    mutate: ['authentication/token', 'authentication/public-key'],
    tests: ['unit/authentication/token'],
  },
  authorization: { mutate: ['authorization/*'], tests: ['unit/authorization/grant'] },
  'http/conditional': { mutate: ['http/conditional'], tests: ['unit/http/conditional'] },
  'http/headers': { mutate: ['http/headers', 'http/cors'], tests: ['unit/http/headers'] },
  'http/negotiation': {
    mutate: ['http/media-type', 'http/coding'],
    tests: ['unit/http/negotiation'],
  },
  'http/request': { mutate: ['http/request'], tests: ['unit/http/request'] },
  'http/response': { mutate: ['http/response'], tests: ['unit/http/response'] },
  'http/route': { mutate: ['http/route'], tests: ['unit/http/route'] },
  'operations/patches': {
    mutate: ['operations/json-patch', 'values/merge-patch', 'operations/patch-bounds'],
    tests: ['unit/operations/json-patch', 'unit/values/merge-patch', 'unit/operations/patch-refusals'],
  },
  'store/client/bounds': {
    mutate: ['store/client/back-off', 'store/client/budget'],
    tests: ['unit/store/client/back-off', 'unit/store/client/budget'],
  },
  'store/client/failure': { mutate: ['store/client/failure'], tests: ['unit/store/client/failure'] },
  'store/client/retry': { mutate: ['store/client/https/retry'], tests: ['unit/store/wire/retry'] },
  'store/layout/sortable': { mutate: ['store/layout/sortable'], tests: ['unit/store/sortable'] },
  'store/query/cursor': {
    mutate: ['store/query/cursor', 'store/query/answer-size'],
    tests: ['unit/store/cursor', 'unit/store/query', 'unit/store/answer-size'],
  },
  'store/query/filter': { mutate: ['store/query/filter'], tests: ['unit/store/filter'] },
  'store/query/plan': {
    mutate: ['store/query/planner', 'store/query/range', 'store/query/query', 'store/client/expression'],
    tests: ['unit/store/planner', 'unit/store/query'],
  },
  'store/write/conditions': {
    mutate: ['store/write/condition', 'store/write/preconditions'],
    tests: ['unit/store/write/conditions'],
  },
  'transaction/problems': {
    mutate: ['transaction/violations', 'transaction/counts'],
    tests: ['unit/transaction/violations', 'unit/transaction/counts'],
  },
};
