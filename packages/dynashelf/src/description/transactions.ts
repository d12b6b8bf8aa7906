// What the description says of transactions: their path, and the schemas of what it takes and gives.
import { LONGEST_URL, MOST_OPERATIONS } from '../definition/limits';
import type { Resource } from '../definition/resource';
import { guarded, transactionAudience } from './guarded';
import { refer, type Part } from './names';
import { problemsOnWrite } from './own-problems';
import { OF_BODIES, problems } from './problem-responses';
import { JSON_TYPE, response } from './responses';
import type { TrustedCredentials } from './trusted-credentials';

/** The path of transactions, for whoever may write one of the resources. */
export function transactionPaths(
  resources: ReadonlyMap<string, Resource>,
  trusted: TrustedCredentials | undefined,
): Part {
  return {
    '/transactions': {
      post: guarded(trusted, transactions(resources), (known) => transactionAudience(known, resources)),
    },
  };
}

/** The schemas of this path. */
export function transactionSchemas(): Part {
  const headers = { type: 'object', additionalProperties: { type: 'string' } };
  return {
    Transaction: {
      type: 'object',
      properties: {
        operations: {
          type: 'array',
          minItems: 1,
          maxItems: MOST_OPERATIONS,
          items: {
            type: 'object',
            properties: {
              method: { type: 'string', enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
              path: {
                type: 'string',
                pattern: '^[/]',
                minLength: 1,
                maxLength: LONGEST_URL,
                description: 'Such as `/collection/id`, without stage or base path.',
              },
              headers,
              body: { description: 'What the request would have as its body.' },
            },
            required: ['method', 'path'],
            additionalProperties: false,
          },
        },
      },
      required: ['operations'],
      additionalProperties: false,
    },
    TransactionResult: {
      type: 'object',
      properties: {
        results: {
          type: 'array',
          description: 'What each operation would have been answered alone, in order.',
          minItems: 1,
          maxItems: MOST_OPERATIONS,
          items: {
            type: 'object',
            properties: { status: { type: 'integer', format: 'int32', minimum: 200, maximum: 299 }, headers, body: {} },
            required: ['status', 'headers'],
            additionalProperties: false,
          },
        },
      },
      required: ['results'],
      additionalProperties: false,
    },
  };
}

const EXAMPLE = { operations: [{ method: 'DELETE', path: '/collection/id', headers: { 'If-Match': '"1"' } }] };

function transactions(resources: ReadonlyMap<string, Resource>): Part {
  return {
    operationId: 'transactions.carryOut',
    tags: ['Transactions'],
    summary: 'Several writes, all or none',
    description:
      'Each operation is a request within the request, with the headers and the body that it would have alone: POST to a collection, PUT, PATCH or DELETE to an item, GET to an item only to check it. Where one fails, the answer is its problem, `errors` naming each that failed, and nothing is written.',
    parameters: [refer('parameters', 'Idempotency-Key')],
    requestBody: {
      required: true,
      content: { [JSON_TYPE]: { schema: refer('schemas', 'Transaction'), example: EXAMPLE } },
    },
    responses: {
      200: response('All were carried out.', refer('schemas', 'TransactionResult'), ['Idempotent-Replayed'], {
        results: [{ status: 204, headers: { 'Cache-Control': 'no-cache' } }],
      }),
      ...problems([
        'not-found',
        'method-not-allowed',
        'conflict',
        'precondition-failed',
        'precondition-required',
        ...OF_BODIES,
        ...problemsOnWrite(resources),
      ]),
    },
  };
}
