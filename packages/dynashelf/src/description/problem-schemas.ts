// The problem documents as schemas, one for each type and by its name: whoever makes code of the description has a type
// to catch.
import { LONGEST_ID } from '../values/id';
import type { Resource } from '../definition/resource';
import { pascal, typeNames } from './type-names';
import { describeProblem, MOST_FAULTS, type OwnProblemType, type ProblemType } from '../problem';
import { refer, schemaOf, type Part } from './names';
import { furtherOf, type OwnProblem } from './own-problems';

/** `ConflictProblem`, or with the item of a collection `BookPreconditionFailedProblem`. */
export function problemName(type: string, resource?: Pick<Resource, 'name' | 'singular'>): string {
  return resource === undefined ? `${pascal(type)}Problem` : typeNames(resource).PreconditionFailed;
}

/** The schemas of the problems: those of all collections, for each the one that has its item, and the app's own. */
export function problemSchemas(
  resources: ReadonlyMap<string, Resource>,
  types: readonly ProblemType[],
  own: readonly OwnProblem[],
): Part {
  return {
    ...Object.fromEntries(
      types.map((type) => [
        problemName(type),
        problemSchema(
          { type, ...describeProblem(type) },
          currentOf(type === 'precondition-failed' ? { type: 'object' } : undefined),
        ),
      ]),
    ),
    ...Object.fromEntries(
      [...resources.values()].map((resource) => [
        problemName('precondition-failed', resource),
        problemSchema(
          { type: 'precondition-failed', ...describeProblem('precondition-failed') },
          currentOf(schemaOf(resource, 'Item')),
        ),
      ]),
    ),
    ...Object.fromEntries(own.map((kind) => [problemName(kind.type), ownSchema(kind)])),
    Fault: {
      type: 'object',
      description:
        'One thing wrong with a request: what to do about it, and one of `pointer`, `parameter` and `header` for its place.',
      properties: {
        detail: { type: 'string' },
        pointer: {
          type: 'string',
          pattern: '^#(?:/|$)',
          description: 'In the body, a JSON Pointer as a URI fragment (RFC 6901 §6).',
        },
        parameter: { type: 'string', description: 'A parameter of the query or the path.' },
        header: { type: 'string', description: 'A header of the request.' },
      },
      required: ['detail'],
      additionalProperties: false,
    },
  };
}

/** Each whole in itself: what generators make of a schema that narrows another differs, and some refuse it. */
function problemSchema({ type, status, title }: OwnProblemType, further: Part, required: readonly string[] = []): Part {
  return {
    type: 'object',
    description: `${title}: a problem document (RFC 9457).`,
    properties: {
      // No pattern begins with a slash: to some generators that begins an expression of Perl.
      type: {
        type: 'string',
        format: 'uri-reference',
        maxLength: 2000,
        pattern: `^.*/docs#${type}$`,
        description: 'The kind of problem: a link to its section of the docs.',
      },
      title: { type: 'string', maxLength: 100, description: 'The kind of problem, in words.' },
      status: {
        type: 'integer',
        format: 'int32',
        const: status,
        minimum: status,
        maximum: status,
        description: 'The status of the answer.',
      },
      detail: { type: 'string', description: 'What to do, for a person.' },
      instance: { type: 'string', maxLength: LONGEST_ID, description: 'The id of the request, as in `X-Request-Id`.' },
      errors: {
        type: 'array',
        items: refer('schemas', 'Fault'),
        minItems: 1,
        maxItems: MOST_FAULTS,
        description: 'The faults found, every one up to this number.',
      },
      ...further,
    },
    required: ['type', 'title', 'status', 'detail', 'instance', ...required],
    additionalProperties: false,
  };
}

/** With the attributes that its definition adds (RFC 9457 §3.2). */
function ownSchema(kind: OwnProblem): Part {
  const { properties = {}, required = [] } = furtherOf(kind);
  const schema = problemSchema(kind, properties, required);
  return { ...schema, description: `${kind.title}: a problem document (RFC 9457). ${kind.description}` };
}

function currentOf(item: Part | undefined): Part {
  return item === undefined
    ? {}
    : { current: { ...item, ...(item['$ref'] === undefined && { description: 'The item as it is now.' }) } };
}
