// Items as lines of JSON and rows of CSV: what is written is read as it was.

import { Readable } from 'node:stream';
import fc from 'fast-check';

import { defineResource } from '../../../src/definition/define-resource';
import { headerOf, readItems, textOf, type Format, type Line } from '../../../src/local/item-text';
import type { JsonObject } from '../../../src/values/json';
import { runs } from '../../setup/runs';

const things = defineResource({
  name: 'things',
  description: 'Things.',
  schema: {
    title: String,
    count: Number,
    isNew: Boolean,
    at: Date,
    bytes: Buffer,
    place: { type: Object, schema: { street: String, floor: Number } },
    list: { type: Array, schema: [String] },
    set: { type: Set, schema: [Number] },
  },
});

async function read(format: Format, text: string): Promise<Line[]> {
  const lines: Line[] = [];
  // In pieces, as a file comes.
  const pieces = Buffer.from(text);
  for await (const line of readItems(format, things, Readable.from([pieces.subarray(0, 7), pieces.subarray(7)]))) {
    lines.push(line);
  }
  return lines;
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', ' ', '"', 'a,b', 'a\nb', 'a\r\n"b"', '\uFEFF', 'true', '1', '[]'),
);
const item = fc.record(
  {
    id: fc.stringMatching(/^[A-Za-z0-9._~-]{1,20}$/),
    title: text,
    count: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    isNew: fc.boolean(),
    at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    bytes: fc.base64String(),
    place: fc.record({ street: text, floor: fc.integer() }, { requiredKeys: [] }),
    list: fc.array(text),
    set: fc.uniqueArray(fc.integer()),
    version: fc.nat(),
    createdAt: fc.constant('2026-11-27T00:00:00.000Z'),
  },
  { requiredKeys: ['id'] },
);

test.each<Format>(['ndjson', 'csv'])('any items are read from %s as they were written', async (format) => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 5 }), async (items) => {
      const written = headerOf(format, things) + items.map((one) => textOf(format, things, one as JsonObject)).join('');
      expect((await read(format, written)).map((line) => ('item' in line ? line.item : line.fault))).toEqual(items);
    }),
    { numRuns: runs(200) },
  );
});

test.each<[string, Format, string, (string | JsonObject)[]]>([
  ['no JSON', 'ndjson', '{"id":"a"}\n\nnone\n', [{ id: 'a' }, expect.stringMatching(/^3: It is no JSON \(/) as string]],
  ['no object', 'ndjson', '[1]\n', ['1: It is no JSON object: write one item on each line.']],
  ['a mark at the beginning', 'ndjson', '\uFEFF{"id":"a"}\r\n{"id":"b"}', [{ id: 'a' }, { id: 'b' }]],
  [
    'what is no number',
    'csv',
    'id,count\na,1\nb,x\n',
    [{ id: 'a', count: 1 }, '3: "count" is "x", which is no number.'],
  ],
  ['what is no boolean', 'csv', 'id,isNew\na,yes\n', ['2: "isNew" is "yes", which is no boolean.']],
  [
    'another number of cells',
    'csv',
    'id,title\na\n',
    ['2: It has 1 cells, and the header 2: quote what has a comma in it.'],
  ],
  ['cells that are empty', 'csv', 'id,title,count\na,,\nb,"",\n', [{ id: 'a' }, { id: 'b', title: '' }]],
])('%s in a file is told with its line', async (_name, format, written, expected) => {
  const lines = await read(format, written);
  expect(lines.map((line) => ('item' in line ? line.item : `${line.line}: ${line.fault}`))).toEqual(expected);
});
