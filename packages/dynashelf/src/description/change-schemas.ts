// The schema of a change: a CloudEvents 1.0 event in JSON, the same wherever it comes.
import type { Resource } from '../definition/resource';
import { pascal, singularOf } from './type-names';
import { schemaOf, type Part } from './names';

/** What can have become of an item; `unreadable` says that something is missing there. */
const CHANGE_KINDS = ['created', 'updated', 'deleted', 'expired', 'unreadable'];

/** The name of the schema of a collection's changes, such as `BookEvent`. */
export function changeSchemaName({ name, singular = singularOf(name) }: Pick<Resource, 'name' | 'singular'>): string {
  return `${pascal(singular)}Event`;
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export function changeSchema(resource: Resource): Part {
  const { name } = resource;
  return {
    type: 'object',
    description: `A change of an item of ${name} (CloudEvents 1.0).`,
    properties: {
      specversion: { type: 'string', const: '1.0' },
      id: { type: 'string', description: 'The same wherever and however often the change comes.' },
      source: { type: 'string', format: 'uri-reference', description: 'The path of the item.' },
      type: { type: 'string', enum: CHANGE_KINDS.map((kind) => `${name}.${kind}`) },
      subject: { type: 'string', description: 'The id of the item; absent where the receiver may not know it.' },
      time: { type: 'string', format: 'date-time' },
      sequence: {
        type: 'string',
        pattern: '^[0-9]{15}$',
        description: 'The place in the order of the collection.',
      },
      datacontenttype: { type: 'string', const: 'application/json' },
      data: schemaOf(resource, 'Item'),
      dataref: {
        type: 'string',
        format: 'uri-reference',
        description: 'Where the item is, of which `data` is too large.',
      },
    },
    required: ['specversion', 'id', 'source', 'type', 'time', 'sequence'],
    examples: [
      {
        specversion: '1.0',
        id: `${name}/an-id/7`,
        source: `/${name}/an-id`,
        type: `${name}.deleted`,
        subject: 'an-id',
        time: '2026-11-27T12:00:00.000Z',
        sequence: '000000000000042',
      },
    ],
  };
}
