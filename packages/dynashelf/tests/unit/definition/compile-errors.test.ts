// What the compiler says of mistakes in resource files: it names the word that is wrong. All of them are one program.

import { join } from 'node:path';

import ts from 'typescript';

import { ENGINE } from '../../setup/places';

/** One resource, with what a case adds to it. */
function file(more: string, schema = ''): string {
  return `import { defineResource, type Answer } from '../../../src/index';
export const things = defineResource({
  name: 'things',
  description: 'Things.',
  schema: { title: { type: String, maxLength: 50 }, owner: String, count: { type: Number, default: 0 }, ${schema} },
  ${more}
});`;
}

const ACTION = 'async run({ item }): Promise<Answer> { return item; }';

const MISTAKES: [what: string, code: string, message: RegExp][] = [
  [
    'a keyword of an attribute',
    file('', 'x: { type: String, maxLenght: 5 },'),
    /unknown keyword "maxLenght": did you mean "maxLength"\?/,
  ],
  [
    'a keyword of an attribute, whose value is an object',
    file('', "x: { type: String, refrences: 'books' },"),
    /unknown keyword "refrences"/,
  ],
  [
    'a keyword inside an object in an array',
    file('', 'x: { type: Array, schema: [{ type: Object, schema: { y: { type: String, requierd: true } } }] },'),
    /unknown keyword "requierd": did you mean "required"\?/,
  ],
  [
    'a keyword beside a function',
    file(
      '',
      'x: { type: String, set: (text: string) => text, uniqe: true }, y: { type: Number, counts: { collection: "z", attribute: "a", where: (z) => z.b === 1 } },',
    ),
    /unknown keyword "uniqe": did you mean "unique"\?/,
  ],
  ['the value of a keyword', file('', "x: { type: String, format: 'emial' },"), /'"emial"'.*Did you mean '"email"'\?/],
  [
    'a keyword of the resource',
    file("indices: { byTitle: { sort: 'title' } },"),
    /unknown keyword "indices": did you mean "indexes"\?/,
  ],
  [
    'a keyword of changes',
    file('changes: { day: 7 },'),
    /'day' does not exist in type.*Did you mean to write 'days'\?|'day' does not exist in type/,
  ],
  ['changes that are false', file('changes: false,'), /Type 'false' is not assignable to type/],
  ['a keyword of an index', file("indexes: { byTitle: { sotr: 'title' } },"), /'sotr' does not exist in type 'Index/],
  ['an attribute of an index', file("indexes: { byTitle: { sort: 'titel' } },"), /'"titel"'.*Did you mean '"title"'\?/],
  [
    'a state before',
    file(
      "states: { attribute: 'state', from: { opn: ['closed'] } },",
      "state: { type: String, enum: ['open', 'closed'], default: 'open' },",
    ),
    /'opn' does not exist in type/,
  ],
  [
    'a state after',
    file(
      "states: { attribute: 'state', from: { open: ['closd'] } },",
      "state: { type: String, enum: ['open', 'closed'], default: 'open' },",
    ),
    /'"closd"'.*Did you mean '"closed"'\?/,
  ],
  [
    'the attribute that holds the state',
    file(
      "states: { attribute: 'stat', from: { open: ['closed'] } },",
      "state: { type: String, enum: ['open', 'closed'], default: 'open' },",
    ),
    /'"stat"'.*'"state"'/,
  ],
  [
    'an attribute of a unique group',
    file("unique: [['ownr', 'title'], ['days[]']],", 'days: { type: Array, maxItems: 5, schema: [String] },'),
    /'"ownr"'.*Did you mean '"owner"'\?/,
  ],
  [
    'a unique group by an array as a whole',
    file("unique: [['owner', 'days']],", 'days: { type: Array, schema: [String] },'),
    /'"days"'/,
  ],
  [
    'a keyword of a relation',
    file("relations: { parts: { colection: 'parts', attribute: 'thing' } },"),
    /'colection' does not exist.*Did you mean to write 'collection'\?/,
  ],
  [
    'a keyword of counts',
    file('', "x: { type: Number, counts: { collection: 'parts', atribute: 'thing' } },"),
    /'atribute' does not exist.*Did you mean to write 'attribute'\?/,
  ],
  [
    'an operation under access',
    file("access: { reads: 'public' },"),
    /'reads' does not exist.*Did you mean to write 'read'\?/,
  ],
  [
    'an action under access',
    file(
      `access: { lnd: 'public' }, actions: (action) => ({ lend: action({ description: 'Lends.', body: {}, ${ACTION} }) }),`,
    ),
    /'lnd' does not exist.*Did you mean to write 'lend'\?/,
  ],
  ['a rule of access', file("access: { read: 'publik' },"), /'"publik"'.*Did you mean '"public"'\?/],
  ['a keyword of a rule of access', file("access: { read: { rol: 'admin' } },"), /'rol' does not exist in type/],
  ['an owner', file("access: { read: { owner: 'ower' } },"), /'"ower"' is not assignable.*Did you mean '"owner"'\?/],
  [
    'an owner that is no text',
    file("access: { read: { owner: 'count' } },"),
    /'"count"' is not assignable to type '"id" \| "owner" \| "title"/,
  ],
  [
    'an owner of an attribute',
    file('', "x: { type: String, readableBy: ['public', { owner: 'ownr' }] },"),
    /unknown attribute "ownr": did you mean "owner"\?/,
  ],
  [
    'a computed attribute',
    file("computed: { titel: () => 'x' },"),
    /unknown attribute "titel": did you mean "title"\?/,
  ],
  [
    'a keyword of a rule',
    file("rules: [{ hold: () => true, detail: 'Hold.' }],"),
    /'hold' does not exist.*Did you mean to write 'holds'\?/,
  ],
  [
    'a keyword of an action',
    file(`actions: (action) => ({ lend: action({ descripton: 'Lends.', body: {}, ${ACTION} }) }),`),
    /'descripton' does not exist.*Did you mean to write 'description'\?/,
  ],
  [
    'a keyword in the body of an action',
    file(
      `actions: (action) => ({ lend: action({ description: 'Lends.', body: { days: { type: Number, minimun: 1 } }, ${ACTION} }) }),`,
    ),
    /unknown keyword "minimun": did you mean "minimum"\?/,
  ],
  [
    'a keyword in the query of an action that reads',
    file(
      "actions: (action) => ({ price: action({ description: 'Says.', safe: true, query: { days: { type: Number, minimun: 1 } }, response: { x: Number }, run: async () => ({}) }) }),",
    ),
    /unknown keyword "minimun": did you mean "minimum"\?/,
  ],
  [
    'a keyword in the body of an action of the collection',
    file(
      `collectionActions: (action) => ({ make: action({ description: 'Makes.', body: { to: { type: String, maxLenght: 1 } }, run: ({ transaction }): Promise<Answer> => transaction.create(things, {}) }) }),`,
    ),
    /unknown keyword "maxLenght": did you mean "maxLength"\?/,
  ],
  [
    'a keyword in the body of a function',
    functionFile('body: { note: { type: String, maxLenght: 1 } }, run: async ({ body }) => ({ body: body.note }),'),
    /unknown keyword "maxLenght": did you mean "maxLength"\?/,
  ],
  [
    'a keyword in the query of a function',
    functionFile("query: { note: { type: String, formta: 'date' } }, run: async () => ({}),"),
    /unknown keyword "formta": did you mean "format"\?/,
  ],
  [
    'a keyword of a function',
    functionFile("shedule: 'rate(1 day)', run: async () => ({}),"),
    /'shedule' does not exist/,
  ],
  [
    'a collection of a function',
    functionFile("reads: ['thigns'], run: async () => ({}),"),
    /'"thigns"' is not assignable to type '"things"'/,
  ],
  [
    'a collection whose numbers are added up',
    linked(
      "{ thing: { type: String, references: 'things' }, size: Number }",
      "n: { type: Number, sums: { collection: 'parts', attribute: 'thing', of: 'sise' } },",
    ),
    /"sise"/,
  ],
  [
    'a collection that is referred to',
    linked("{ thing: { type: String, references: 'thigns' } }"),
    /attribute "thing" of parts references "thigns", which is not listed/,
  ],
  [
    'a collection that is counted',
    linked(
      "{ thing: { type: String, references: 'things' } }",
      "n: { type: Number, counts: { collection: 'prts', attribute: 'thing' } },",
    ),
    /attribute "n" of things counts "prts", which is not listed/,
  ],
  [
    'an attribute that is counted by',
    linked(
      "{ thing: { type: String, references: 'things' } }",
      "n: { type: Number, counts: { collection: 'parts', attribute: 'thig' } },",
    ),
    /attribute "n" of things counts parts by the unknown attribute "thig": did you mean "thing"\?/,
  ],
  [
    'an attribute that is summed',
    linked(
      "{ thing: { type: String, references: 'things' }, weight: Number }",
      "n: { type: Number, sums: { collection: 'parts', attribute: 'thing', of: 'weigh' } },",
    ),
    /attribute "n" of things sums the unknown attribute "weigh" of parts: did you mean "weight"\?/,
  ],
  [
    'an attribute that is summed and no number',
    linked(
      "{ thing: { type: String, references: 'things' } }",
      "n: { type: Number, sums: { collection: 'parts', attribute: 'thing', of: 'thing' } },",
    ),
    /attribute "n" of things sums "thing" of parts, which is no Number/,
  ],
  [
    'an attribute that a relation goes by',
    linked(
      "{ thing: { type: String, references: 'things' } }",
      '',
      "relations: { parts: { collection: 'parts', attribute: 'thin' } },",
    ),
    /relation "parts" of things lists parts by the unknown attribute "thin": did you mean "thing"\?/,
  ],
  [
    'an attribute that refers to another collection',
    linked(
      "{ thing: { type: String, references: 'things' }, part: { type: String, references: 'parts' } }",
      '',
      "relations: { parts: { collection: 'parts', attribute: 'part' } },",
    ),
    /relation "parts" of things lists parts by "part", which does not reference things/,
  ],
  [
    'an attribute that an action writes',
    file(
      "actions: (action) => ({ lend: action({ description: 'Lends.', body: {}, run: ({ item, transaction }): Promise<Answer> => transaction.update(things, item.id, { titel: 'x' }) }) }),",
    ),
    /'titel' does not exist.*Did you mean to write 'title'\?/,
  ],
  ['an attribute that is filtered by where', where('deletd'), /'deletd' does not exist.*Did you mean 'deleted'\?/],
  [
    'a count of what an action makes',
    linked(
      "{ thing: { type: String, references: 'things' }, size: { type: Number, default: 0 } }",
      "parts: { type: Number, readOnly: true, default: 0, counts: { collection: 'parts', attribute: 'thing' } }, size: { type: Number, readOnly: true, default: 0, sums: { collection: 'parts', attribute: 'thing', of: 'size' } },",
      "actions: (action) => ({ go: action({ description: 'Goes.', body: {}, async run({ item, transaction }): Promise<Answer> { return transaction.create(things, { title: item.title, parts: 1 }); } }) }),",
    ),
    /'parts' does not exist in type/,
  ],
  [
    'a sum of what an action changes',
    linked(
      "{ thing: { type: String, references: 'things' }, size: { type: Number, default: 0 } }",
      "parts: { type: Number, readOnly: true, default: 0, counts: { collection: 'parts', attribute: 'thing' } }, size: { type: Number, readOnly: true, default: 0, sums: { collection: 'parts', attribute: 'thing', of: 'size' } },",
      "actions: (action) => ({ go: action({ description: 'Goes.', body: {}, async run({ item, transaction }): Promise<Answer> { return transaction.update(things, item.id, { size: 5 }); } }) }),",
    ),
    /'size' does not exist in type/,
  ],
  [
    'a variable of a route',
    functionFile("route: 'GET /notes/{year}', async run({ params }) { return { body: params.yaer }; },"),
    /'yaer' does not exist on type 'ParamsOf<"GET \/notes\/\{year\}"/,
  ],
  [
    'what is said of a variable of a route',
    functionFile("route: 'GET /notes/{year}', params: { yaer: Number }, async run() { return {}; },"),
    /no variable of the route is called "yaer"/,
  ],
  [
    'a keyword of a variable',
    functionFile(
      "route: 'GET /notes/{year}', params: { year: { type: Number, minimun: 1 } }, async run() { return {}; },",
    ),
    /unknown keyword "minimun": did you mean "minimum"\?/,
  ],
  [
    'a keyword of a subscriber',
    subscriber('updatd() {},'),
    /'updatd' does not exist.*Did you mean to write 'updated'\?/,
  ],
  [
    'an attribute of the item of a change',
    subscriber('updated({ after }) { void after.titel; },'),
    /'titel' does not exist.*Did you mean 'title'\?/,
  ],
  [
    'what an item was before it was made',
    subscriber('created({ before }) { void before.title; },'),
    /'before' is possibly 'undefined'|'title' does not exist on type 'never'|Object is possibly 'undefined'|is 'undefined'/,
  ],
  ['a collection that a subscriber reads', subscriber("reads: ['thngs'], any() {},"), /"thngs"'.*"things"/],
  [
    'what a subscriber does to a collection that it only reads',
    subscriber("reads: ['things'], any: async ({ api }) => { await api.things.create({}); },"),
    /'create' does not exist/,
  ],
];

/** What is right in the same places. */
const RIGHT: Record<string, string> = {
  'a subscriber': subscriber(
    "writes: ['things'], updated: async ({ before, after, transaction, api }) => { if (before.count < after.count) { await transaction.update(things, after.id, { title: null }); for await (const { count } of api.things.list()) { void count.toFixed(); } } }, any({ before }) { void before?.title; },",
  ),
  everything: file(
    `indexes: { byTitle: { sort: 'title' } }, computed: { label: ({ title, count }) => (title ?? '') + count.toFixed() },
  rules: [{ holds: ({ label, count }) => label.length >= count, attribute: 'label', detail: 'Be longer.' }],
  access: { list: 'public', read: { any: [{ owner: ['owner', 'id'] }, ({ claims }) => claims['admin'] === true] }, patch: undefined, lend: { role: 'admin' } },
  relations: { parts: { collection: 'parts', attribute: 'thing' } }, maxAge: undefined, changes: { days: 7 }, preconditions: 'required', states: { attribute: 'state', from: { new: ['old'] } }, unique: [['owner', 'title']],
  actions: (action) => ({ lend: action({ description: 'Lends.', body: { days: { type: Number, default: 1 }, note: String }, async run({ item, body, transaction }): Promise<Answer> {
    return transaction.update(things, item.id, { title: body.note, count: item.count + body.days + item.label.length, owner: null });
  } }) }),`,
    `label: { type: String, readOnly: true }, state: { type: String, enum: ['new', 'old'], default: 'new' }, seen: { type: Boolean, readableBy: ({ roles }) => roles.length > 0, writableBy: { owner: 'owner' }, maxLength: undefined },
  parts: { type: Number, readOnly: true, default: 0, counts: { collection: 'parts', attribute: 'thing', where: (part) => part.gone === undefined } },`,
  ),
  linked: linked(
    "{ thing: { type: String, references: 'things' } }",
    "parts: { type: Number, counts: { collection: 'parts', attribute: 'thing' } }, up: { type: String, references: 'things' },",
    "relations: { parts: { collection: 'parts', attribute: 'thing' }, below: { collection: 'things', attribute: 'up' } },",
  ),
  where: where('deleted'),
  function: functionFile(
    "route: 'POST /notes', body: { note: { type: String, maxLength: 9, default: 'x' } }, query: { day: Date }, answer: { length: Number }, writes: ['things'], async run({ body, query, api }) { await api.things.patch('1', { title: body.note }); return { body: { length: body.note.length + (query.day ?? '').length } }; },",
  ),
  'an item as it was read, counts and all': linked(
    "{ thing: { type: String, references: 'things' }, size: { type: Number, default: 0 } }",
    "parts: { type: Number, readOnly: true, default: 0, counts: { collection: 'parts', attribute: 'thing' } }, size: { type: Number, readOnly: true, default: 0, sums: { collection: 'parts', attribute: 'thing', of: 'size' } },",
    "actions: (action) => ({ go: action({ description: 'Goes.', body: {}, async run({ item, transaction }): Promise<Answer> { await transaction.create(things, { ...item }); return transaction.update(things, item.id, { ...item, title: 'b' }); } }) }),",
  ),
  variables: functionFile(
    "route: 'GET /notes/{year}/{who}', params: { year: { type: Number, integer: true } }, async run({ params: { year, who } }) { return { body: year.toFixed() + who.toUpperCase() }; },",
  ),
  raw: functionFile("body: 'raw', async run({ body }) { return { body: body.byteLength }; },"),
};

/** A function over one resource. */
function functionFile(more: string): string {
  return `${file('').replace('defineResource,', 'defineResource, listResources,')}
import { defineFunction } from '../../../src/lambda';
const resources = listResources(things);
export const handler = defineFunction({ resources }, { description: 'Does it.', ${more} });`;
}

/** A subscriber of things, with what a case adds to it. */
function subscriber(more: string): string {
  return `${file('changes: true,').replace('defineResource,', 'defineResource, listResources,')}
import { onChange } from '../../../src/lambda';
const resources = listResources(things);
export const handler = onChange(things, { resources, description: 'X.', ${more} });`;
}

function linked(parts: string, schema = '', more = ''): string {
  return `${file(more, schema).replace('defineResource,', 'defineResource, listResources,')}
const parts = defineResource({ name: 'parts', description: 'Parts.', schema: ${parts} });
export const resources = listResources(things, parts);`;
}

/** Two files in one that ask for each other: things for the type of parts, an action of parts for a thing. */
function where(attribute: string): string {
  return `import { defineResource, type Answer, type Item } from '../../../src/index';
export const things = defineResource({ name: 'things', description: 'Things.', schema: {
  parts: { type: Number, readOnly: true, default: 0, counts: { collection: 'parts', attribute: 'thing', where: (part: Item<typeof parts>) => part.${attribute} !== true } },
} });
export const parts = defineResource({ name: 'parts', description: 'Parts.',
  schema: { thing: { type: String, references: 'things' }, deleted: Boolean },
  actions: (action) => ({ drop: action({ description: 'Drops it.', body: {}, async run({ item, transaction }): Promise<Answer> {
    const thing = await transaction.read(things, item.thing ?? '');
    return (thing?.parts ?? 0) > 0 ? transaction.update(parts, item.id, { deleted: true }) : item;
  } }) }) });`;
}

const codes = new Map(
  [...MISTAKES.map(([what, code]) => [what, code] as const), ...Object.entries(RIGHT)].map(([what, code], index) => [
    what,
    { path: join(ENGINE, `tests/unit/definition/case-${index}.ts`), code },
  ]),
);

let program: ts.Program;

beforeAll(() => {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ENGINE, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    ENGINE,
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  const byPath = new Map([...codes.values()].map(({ path, code }) => [path, code]));
  host.fileExists = (path) => byPath.has(path) || fileExists(path);
  host.getSourceFile = (path, ...more) => {
    const code = byPath.get(path);
    return code === undefined ? getSourceFile(path, ...more) : ts.createSourceFile(path, code, ts.ScriptTarget.ES2023);
  };
  program = ts.createProgram([...byPath.keys()], { ...options, noUnusedLocals: false }, host);
});

function faultsOf(what: string): string[] {
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(codes.get(what)!.path))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ').replaceAll('\\"', '"'));
}

test.each(MISTAKES)('the compiler names a mistake in %s', (what, _code, message) => {
  const faults = faultsOf(what);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(message);
});

test.each(Object.keys(RIGHT))('what is right compiles: %s', (what) => expect(faultsOf(what)).toEqual([]));
