// Items as text, one to a line (NDJSON) or to a row (CSV), as they are exported and imported.

import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import type { Resource } from '../definition/resource';
import { isObject, type Json, type JsonObject } from '../values/json';
import type { SchemaNode } from '../values/node';
import { messageOf } from './failure';

/** How items are written. */
export type Format = 'ndjson' | 'csv';

/** What stands at a line of a file: an item, or why there is none. */
export type Line = { readonly line: number } & ({ readonly item: JsonObject } | { readonly fault: string });

/** The system's own attributes, as columns of a CSV; the id stands first. */
const SYSTEM = ['version', 'createdAt', 'updatedAt'] as const;

/** The columns of a collection's CSV. */
export function columnsOf({ attributes }: Resource): string[] {
  return ['id', ...attributes.keys(), ...SYSTEM];
}

/** What a file of items begins with. */
export function headerOf(format: Format, resource: Resource): string {
  return format === 'csv' ? stringify([columnsOf(resource)]) : '';
}

/** The line, or row, of an item. */
export function textOf(format: Format, resource: Resource, item: JsonObject): string {
  return format === 'csv'
    ? // A text that is empty is quoted, and what is not there is not.
      stringify([columnsOf(resource).map((name) => cellOf(item[name]))], {
        cast: { string: (value) => ({ value, quoted: true, quoted_empty: true }) },
        quoted_empty: false,
      })
    : `${JSON.stringify(item)}\n`;
}

function cellOf(value: Json | undefined): string | number | undefined {
  return value === undefined || typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}

/** Reads the items of a file, one after the other. */
export async function* readItems(format: Format, resource: Resource, text: Readable): AsyncGenerator<Line> {
  yield* format === 'csv' ? readRows(resource, text) : readLines(text);
}

async function* readLines(text: Readable): AsyncGenerator<Line> {
  let line = 0;
  for await (const one of createInterface({ input: text, crlfDelay: Infinity })) {
    line++;
    if (one.trim() !== '') {
      yield { line, ...itemOf(line === 1 ? one.replace(/^\uFEFF/, '') : one) };
    }
  }
}

function itemOf(text: string): { readonly item: JsonObject } | { readonly fault: string } {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? { item: value } : { fault: 'It is no JSON object: write one item on each line.' };
  } catch (error) {
    return { fault: `It is no JSON (${messageOf(error)}): write one item on each line.` };
  }
}

interface Cell {
  readonly text: string;
  readonly isQuoted: boolean;
}

async function* readRows(resource: Resource, text: Readable): AsyncGenerator<Line> {
  const rows = text.pipe(
    parse({
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      cast: (cell, { quoting }): Cell => ({ text: cell, isQuoted: quoting }),
    }),
  );
  let columns: string[] | undefined;
  for await (const { record, info } of rows as AsyncIterable<{ record: Cell[]; info: { lines: number } }>) {
    if (columns === undefined) {
      columns = record.map((cell) => cell.text);
    } else {
      yield { line: info.lines, ...rowItem(resource, columns, record) };
    }
  }
}

function rowItem(
  resource: Resource,
  columns: readonly string[],
  cells: readonly Cell[],
): { readonly item: JsonObject } | { readonly fault: string } {
  if (cells.length !== columns.length) {
    return { fault: `It has ${cells.length} cells, and the header ${columns.length}: quote what has a comma in it.` };
  }
  const item: JsonObject = {};
  const faults: string[] = [];
  for (const [index, name] of columns.entries()) {
    const { text, isQuoted } = cells[index]!;
    if (text !== '' || isQuoted) {
      const node = name === 'version' ? undefined : resource.attributes.get(name);
      const value = valueOf(name === 'version' ? 'number' : node?.kind, text);
      if (value === undefined) {
        faults.push(`"${name}" is ${JSON.stringify(text.slice(0, 100))}, which is no ${node?.kind ?? 'number'}.`);
      } else {
        item[name] = value;
      }
    }
  }
  return faults.length === 0 ? { item } : { fault: faults.join(' ') };
}

/** The value of a cell; undefined where it has none of the kind. */
function valueOf(kind: SchemaNode['kind'] | undefined, text: string): Json | undefined {
  switch (kind) {
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'object':
    case 'array':
    case 'set':
    case 'any':
      return parsed(text);
    default:
      return text;
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
