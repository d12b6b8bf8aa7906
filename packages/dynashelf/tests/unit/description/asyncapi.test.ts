// The description of changes (AsyncAPI 3), by its own schema.

import specs from '@asyncapi/specs';
import Ajv from 'ajv';

import { wholeChange } from '../../../src/events/cloud-event';
import { describeEvents, type AsyncApi, type ChangeChannels } from '../../../src/description/asyncapi';
import { changing } from '../../setup/changing';
import { resources } from '../../library/src/resources/index';

const ARN = 'arn:aws:sns:eu-central-1:123456789012:library-dev.fifo';
const ALL: ChangeChannels = { sockets: true, webhooks: true, topic: ARN, bus: 'main' };

/** What is wrong with a document, by the schema of AsyncAPI 3.0.0. */
function faults(document: unknown): unknown[] {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(specs.schemasWithoutId['3.0.0'] as object);
  return validate(document) ? [] : (validate.errors ?? []);
}

/** The references of a document that lead nowhere. */
function lost(document: AsyncApi): string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  return references.filter(
    (path) =>
      path
        .split('/')
        .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document) === undefined,
  );
}

const CASES: [string, ChangeChannels, string[]][] = [
  ['all', ALL, ['socket', 'webhook', 'topic', 'bus']],
  ['sockets', { sockets: true, webhooks: false }, ['socket']],
  ['webhooks', { sockets: false, webhooks: true }, ['webhook']],
  ['a topic', { sockets: false, webhooks: false, topic: ARN }, ['topic']],
  ['a bus', { sockets: false, webhooks: false, bus: 'main' }, ['bus']],
];

test.each(CASES)(
  'with %s the description is one of AsyncAPI 3, and all references lead somewhere',
  (_what, ways, names) => {
    const document = describeEvents(changing, ways)!;
    expect(faults(document)).toEqual([]);
    expect(Object.keys(document.channels)).toEqual(names);
    expect(lost(document)).toEqual([]);
  },
);

test('what is no such description is found', () => {
  const document = describeEvents(changing, ALL)!;
  expect(faults({ ...document, channels: { 'a b': { adress: 1 } } })).not.toEqual([]);
  expect(lost({ ...document, channels: {} })).not.toEqual([]);
});

test('where nothing is told there is no description', () => {
  expect(describeEvents(changing, { sockets: false, webhooks: false })).toBeUndefined();
  expect(describeEvents(resources, ALL)).toBeUndefined();
});

test('an event is as it is described', () => {
  const { components } = describeEvents(changing, ALL)!;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validate = ajv.compile({ $ref: '#/components/schemas/RemarkEvent', components });
  const item = { id: 'a', version: 1, createdAt: '2026-11-27T00:00:00.000Z', updatedAt: '2026-11-27T00:00:00.000Z' };
  const change = {
    collection: 'remarks',
    sequence: 42,
    kind: 'created' as const,
    id: 'a',
    version: 1,
    time: '2026-11-27T00:00:00.000Z',
    before: undefined,
    after: { item: { ...item, memo: 'm' }, record: {} },
  };
  const event = wholeChange(change);
  expect([validate(event), validate.errors]).toEqual([true, null]);
  expect(validate({ ...event, type: 'remarks.changed' })).toBe(false);
  expect(validate({ ...event, data: { memo: 1 } })).toBe(false);
});
