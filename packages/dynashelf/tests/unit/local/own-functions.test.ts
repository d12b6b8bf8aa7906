// The functions of an app's own: found by the entries of serverless.yml, and what is wrong with them.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parse } from 'yaml';

import { addFunction, addSubscriber, entryOf } from '../../../src/local/add-function';
import { declarationsIn } from '../../../src/local/declarations';
import { ownFunctions, unreachableFunctions } from '../../../src/local/own-functions';
import { APP } from '../../setup/places';

const SERVICE =
  'service: x\nfunctions:\n  read:\n    handler: src/functions/read.handler\n\n  # The last one.\n  write:\n    handler: src/functions/write.handler\n\nresources:\n  - x\n';

let app: string;
const path = (name: string): string => join(app, name);
const write = (name: string, text: string): void => writeFileSync(path(name), text);

/** A function's file and its entry. */
function give(name: string, keywords: string, entry = entryOf(name)): void {
  write(
    `src/functions/${name}.ts`,
    `import { defineProblem } from 'dynashelf';\nimport { defineFunction } from 'dynashelf/lambda';\nimport { resources } from '../resources/index';\nexport const handler = defineFunction({ resources }, { ${keywords} });\n`,
  );
  write('serverless.yml', readFileSync(path('serverless.yml'), 'utf8').replace('\nresources:', `${entry}\nresources:`));
}

const mistakes = (): readonly string[] => ownFunctions(app).mistakes;

beforeEach(() => {
  app = mkdtempSync(join(tmpdir(), 'own-'));
  mkdirSync(path('src/functions'), { recursive: true });
  mkdirSync(path('src/resources'));
  symlinkSync(join(APP, 'node_modules'), path('node_modules'), 'junction');
  write('serverless.yml', SERVICE);
  write('package.json', '{"name":"x"}');
  write('src/functions/read.ts', "throw new Error('the engine’s own are not loaded');");
  write(
    'src/resources/index.ts',
    "import { defineResource, listResources } from 'dynashelf';\nexport const resources = listResources(defineResource({ name: 'tools', description: 'Tools.', schema: { name: String } }));\n",
  );
});
afterEach(() => rmSync(app, { recursive: true, force: true }));

test('an app without any has none', () => {
  expect(ownFunctions(app)).toMatchObject({ declarations: [], mistakes: [] });
});

test('those that are there are declared by what their files say, in a process without a TypeScript loader too', async () => {
  give(
    'quote',
    "route: 'POST /quotes', description: 'Quotes.', access: [{ role: 'a' }, () => true], body: { n: Number }, query: { q: String }, reads: ['tools'], run: () => {}",
  );
  give('expire', "schedule: 'rate(1 day)', description: 'Expires.', writes: ['tools'], run: () => {}");
  const found = ownFunctions(app);
  expect(found.mistakes).toEqual([]);
  expect(found.declarations).toMatchObject([
    {
      name: 'quote',
      route: { method: 'POST', path: '/quotes' },
      access: [{ role: 'a' }, 'function'],
      isPublic: true,
      body: { properties: { n: { type: 'number' } } },
      query: { properties: { q: { type: 'string' } } },
      reads: ['tools'],
    },
    { name: 'expire', schedule: 'rate(1 day)', access: [], isPublic: false, writes: ['tools'] },
  ]);
  expect(await declarationsIn(app)).toEqual(JSON.parse(JSON.stringify(found.declarations)));
});

test.each<[string, string, string | RegExp]>([
  [
    'a keyword that is none',
    "rout: 'GET /x', description: 'X.', run: () => {}",
    '"rout" is not a keyword of a function. Did you mean "route"?',
  ],
  ['no description', "route: 'GET /x', run: () => {}", 'there is no description'],
  ['nothing to run', "route: 'GET /x', description: 'X.'", 'there is nothing to run'],
  ['a method that is none', "route: 'PSOT /x', description: 'X.', run: () => {}", 'begins with no method'],
  [
    'a path that is all collections',
    "route: 'GET /{x}', description: 'X.', run: () => {}",
    'has no path that is served',
  ],
  [
    'a variable beside other letters',
    "route: 'GET /x/{id}.csv', description: 'X.', run: () => {}",
    'has no path that is served',
  ],
  [
    'a variable for all that follows',
    "route: 'GET /x/{rest+}', description: 'X.', run: () => {}",
    'has no path that is served',
  ],
  [
    'a variable under a collection',
    "route: 'GET /tools/{id}/export', description: 'X.', run: () => {}",
    'lies under the collection "tools"',
  ],
  ['a variable twice', "route: 'GET /x/{id}/y/{id}', description: 'X.', run: () => {}", 'has the variable "id" twice'],
  [
    'what is no variable of the route',
    "route: 'GET /x/{year}', params: { yaer: Number }, description: 'X.', run: () => {}",
    'params speaks of "yaer", which is no variable of the route',
  ],
  [
    'a variable that no text says',
    "route: 'GET /x/{year}', params: { year: { type: Object, schema: 'any' } }, description: 'X.', run: () => {}",
    'make it a String, Number, Boolean or Date',
  ],
  [
    'a variable with a default',
    "route: 'GET /x/{year}', params: { year: { type: Number, default: 1 } }, description: 'X.', run: () => {}",
    'the variable "year" has "default", and it is there in every request',
  ],
  [
    'a variable that is a parameter too',
    "route: 'GET /x/{year}', query: { year: Number }, description: 'X.', run: () => {}",
    'is a variable of the route and a parameter of its query',
  ],
  [
    'a problem that is none',
    "route: 'GET /x', problems: ['busy'], description: 'X.', run: () => {}",
    "problems names what is no problem type of the app's own",
  ],
  [
    'a problem with a status that is none',
    "route: 'GET /x', problems: [defineProblem({ type: 'busy', status: 200, title: 'Busy', description: 'Wait.' })], description: 'X.', run: () => {}",
    'the problem "busy" has the status 200',
  ],
  [
    'two problems of one name',
    "route: 'GET /x', problems: [1, 2].map((n) => defineProblem({ type: 'busy', status: 409, title: 'Busy', description: 'Wait ' + n })), description: 'X.', run: () => {}",
    'the problem "busy" is defined twice',
  ],
  [
    'params without a route',
    "schedule: 'rate(1 day)', params: { year: Number }, description: 'X.', run: () => {}",
    'params speaks of "year"',
  ],
  [
    'a path under a collection',
    "route: 'GET /tools/export', description: 'X.', run: () => {}",
    'lies under the collection "tools"',
  ],
  [
    'a path that is served already',
    "route: 'GET /docs/x', description: 'X.', run: () => {}",
    'lies under /docs, which is served already',
  ],
  [
    'both a route and a schedule',
    "route: 'GET /x', schedule: 'rate(1 day)', description: 'X.', run: () => {}",
    'make two functions of it',
  ],
  [
    'a schedule that is none',
    "schedule: 'daily', description: 'X.', run: () => {}",
    'the schedule "daily" is none: write rate(1 day)',
  ],
  ['a plural that is none', "schedule: 'rate(1 days)', description: 'X.', run: () => {}", 'write rate(1 day)'],
  ['a field that is none', "schedule: 'cron(0 25 * * ? *)', description: 'X.', run: () => {}", 'has "25" for hours'],
  ['both days', "schedule: 'cron(0 3 * * * *)', description: 'X.', run: () => {}", 'write ? for one of the two'],
  [
    'access without a route',
    "schedule: 'rate(1 day)', access: 'public', description: 'X.', run: () => {}",
    '"access" speaks of requests',
  ],
  ['raw without a route', "body: 'raw', description: 'X.', run: () => {}", 'body is "raw", which only a request has'],
  [
    'a body of GET',
    "route: 'GET /x', body: { a: String }, description: 'X.', run: () => {}",
    'body goes with POST, PUT and PATCH',
  ],
  [
    'a rule of an owner',
    "route: 'GET /x', access: { owner: 'a' }, description: 'X.', run: () => {}",
    'a function has no item, and so no owner',
  ],
  [
    'a rule of all that is none',
    "route: 'GET /x', access: { all: 1 }, description: 'X.', run: () => {}",
    'access has a rule that is none',
  ],
  [
    'a parameter that no text says',
    "route: 'GET /x', query: { a: { type: Array, schema: [String] } }, description: 'X.', run: () => {}",
    'make it a String, Number, Boolean or Date',
  ],
  [
    'a keyword of attributes that is none',
    "route: 'POST /x', body: { a: { type: String, maxLenght: 5 } }, description: 'X.', run: () => {}",
    /attribute "body.a" has an unknown \w+ "maxLenght".*Did you mean "maxLength"/,
  ],
  [
    'a keyword of items',
    "route: 'POST /x', body: { a: { type: String, unique: true } }, description: 'X.', run: () => {}",
    'attribute "a" of body has "unique"',
  ],
  [
    'a collection that is none',
    "writes: ['tolls'], description: 'X.', run: () => {}",
    'writes names the collection "tolls", which src/resources/index.ts does not list: list it there, or correct the name. Did you mean "tools"?',
  ],
  [
    'what fails when it is loaded',
    'description: nothing.x, run: () => {}',
    'it cannot be loaded (nothing is not defined)',
  ],
])('%s is a sentence with the file', (_case, keywords, sentence) => {
  give('x', keywords);
  const said = mistakes().join('\n');
  expect(said).toMatch(/^src\/functions\/x\.ts: /);
  expect(said).toMatch(
    typeof sentence === 'string' ? new RegExp(sentence.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : sentence,
  );
});

test('all mistakes of a file are said at once', () => {
  give('x', "rout: 'x', run: 1");
  expect(mistakes()).toHaveLength(3);
});

test('a file without an entry, an entry without its role and events, and one of another handler are sentences', () => {
  give('alone', "description: 'X.', run: () => {}", '');
  give(
    'plain',
    "description: 'X.', run: () => {}",
    '  plain:\n    handler: src/functions/plain.handler\n    events: [{ http: GET /plain }]\n',
  );
  give('other', "description: 'X.', run: () => {}", entryOf('other').replace('.handler', '.run'));
  give('bad-name', "description: 'X.', run: () => {}");
  expect(mistakes()).toEqual([
    expect.stringMatching(/^src\/functions\/alone\.ts: serverless.yml has no function whose handler is in this file/),
    expect.stringMatching(
      /the function "plain" does not take its role from what src\/functions\/plain.ts declares: write role: \$\{file/,
    ),
    expect.stringMatching(/the function "plain" does not take its events .*: write events: \$\{file/),
    expect.stringMatching(/"bad-name" has a name that its role cannot have/),
    expect.stringMatching(
      /^src\/functions\/other\.ts: its "run", which serverless.yml names, is not what defineFunction gives/,
    ),
  ]);
});

test('two with one route are a sentence, and one whose access was forgotten is remarked', () => {
  give('one', "route: 'GET /x', description: 'X.', access: 'public', run: () => {}");
  give('two', "route: 'GET /x', description: 'X.', run: () => {}");
  expect(mistakes()).toEqual([
    'src/functions/two.ts: the route "GET /x" is that of src/functions/one.ts, too: give one of them another',
  ]);
  expect(unreachableFunctions(ownFunctions(app).declarations)).toEqual([
    'src/functions/two.ts: nobody may call GET /x where access goes by rules, for the function has no access: add it.',
  ]);
});

describe('dynashelf add function', () => {
  test('writes a file that is sound, and its entry behind the last one', () => {
    expect(addFunction(app, 'payments')).toBe('src/functions/payments.ts');
    const text = readFileSync(path('serverless.yml'), 'utf8');
    expect(text).toBe(SERVICE.replace('\nresources:', `\n${entryOf('payments')}\nresources:`));
    expect(Object.keys((parse(text) as { functions: object }).functions)).toEqual(['read', 'write', 'payments']);
    expect(ownFunctions(app)).toMatchObject({ mistakes: [], declarations: [{ route: { path: '/payments' } }] });
    addFunction(app, 'refunds');
    expect(mistakes()).toEqual([]);
  });

  test.each([
    ['no name', undefined, 'letters and digits'],
    ['a name with a hyphen', 'my-payments', 'letters and digits'],
    ['one of the engine’s', 'describe', 'The engine has a function "describe"'],
    ['one that is there', 'read2', 'already'],
  ])('%s is refused, and nothing is written', (_case, name, sentence) => {
    write('src/functions/read2.ts', 'mine');
    expect(() => addFunction(app, name)).toThrow(sentence);
    expect(readFileSync(path('serverless.yml'), 'utf8')).toBe(SERVICE);
  });

  test('a serverless.yml in another form is left to its author', () => {
    write('serverless.yml', 'functions: ${file(functions.yml)}\n');
    expect(() => addFunction(app, 'payments')).toThrow('add "payments" by hand');
  });
});

test('functions that take messages need publish, a message one function, and one alone', () => {
  addFunction(app, 'told');
  write(
    'src/messages.ts',
    "import { defineMessage } from 'dynashelf';\nconst one = (name: string) => defineMessage({ name, description: 'X.', body: { a: String } });\nexport const done = one('done');\nexport const left = one('left');\n",
  );
  const told = (name: string): void =>
    write(
      `src/functions/${name}.ts`,
      "import { defineFunction } from 'dynashelf/lambda';\nimport { done } from '../messages';\nimport { resources } from '../resources/index';\nexport const handler = defineFunction({ resources }, { message: done, description: 'X.', run: () => {} });\n",
    );
  told('told');
  expect(mistakes()).toEqual([
    'serverless.yml: there are functions that take messages, and none that delivers them: npx dynashelf add function publish',
    expect.stringMatching(/^the message "left" is defined, and no function takes it/),
  ]);
  expect(addFunction(app, 'publish')).toBe('src/functions/publish.ts');
  expect(readFileSync(path('serverless.yml'), 'utf8')).toContain(entryOf('publish'));
  addFunction(app, 'again');
  told('again');
  expect(mistakes()).toEqual([
    'src/functions/again.ts: the message "done" is that of src/functions/told.ts, too: give one of them another',
    expect.stringMatching(/^the message "left" is defined/),
  ]);
});

const clashes = (): readonly string[] => mistakes().filter((one) => one.includes(': the routes '));

test.each([
  ['GET /x/{year}', 'POST /x/{month}', 'call one place "month" and "year"'],
  ['GET /x/{year}/a', 'GET /x/last', 'have "last" and "{year}" in one place, and more behind'],
  ['GET /x/{year}', 'GET /x/last/a', 'have "last" and "{year}" in one place, and more behind'],
])('routes of which API Gateway would find one alone are a mistake: %s and %s', (one, other, sentence) => {
  give('one', `route: '${one}', description: 'One.', run: () => {}`);
  give('other', `route: '${other}', description: 'Other.', run: () => {}`);
  expect(clashes()).toEqual([expect.stringContaining(sentence)]);
});

test('a literal beside a variable, and both methods of one path, are none', () => {
  give('one', "route: 'GET /x/{year}', description: 'One.', run: () => {}");
  give('two', "route: 'POST /x/{year}', description: 'Two.', run: () => {}");
  give('three', "route: 'GET /x/last', description: 'Three.', run: () => {}");
  give('four', "route: 'GET /x/{year}/{month}', description: 'Four.', run: () => {}");
  give('five', "route: 'GET /y/{month}', description: 'Five.', run: () => {}");
  expect(clashes()).toEqual([expect.stringContaining('have "{year}" and "last" in one place')]);
  rmSync(path('src/functions/four.ts'));
  write('serverless.yml', readFileSync(path('serverless.yml'), 'utf8').replace(entryOf('four'), ''));
  expect(clashes()).toEqual([]);
});

test('two functions that define a problem of one name otherwise are a mistake; one that both name is none', () => {
  const busy = (title: string): string =>
    `problems: [defineProblem({ type: 'busy', status: 409, title: '${title}', description: 'Wait.' })]`;
  give('one', `route: 'GET /one', ${busy('Busy')}, description: 'One.', run: () => {}`);
  give('two', `route: 'GET /two', ${busy('Busy')}, description: 'Two.', run: () => {}`);
  give('three', `route: 'GET /three', ${busy('At work')}, description: 'Three.', run: () => {}`);
  expect(mistakes().filter((one) => one.includes('the problem'))).toEqual([
    'src/functions/three.ts: the problem "busy" is defined twice: give one of them another type, or define it once and import it',
  ]);
});

describe('subscribers', () => {
  /** Without the messages that other tests have defined. */
  const found = (): string[] => mistakes().filter((one) => !one.startsWith('the message '));

  /** A collection whose changes are kept. */
  const changing = (): void => {
    write(
      'src/resources/tools.ts',
      "import { defineResource } from 'dynashelf';\nexport const tools = defineResource({ name: 'tools', description: 'Tools.', schema: { name: String }, changes: true });\n",
    );
    write(
      'src/resources/index.ts',
      "import { listResources } from 'dynashelf';\nimport { tools } from './tools';\nexport const resources = listResources(tools);\n",
    );
  };

  const give = (name: string, words: string, resource = 'tools'): void => {
    write(
      `src/subscribers/${name}.ts`,
      `import { onChange } from 'dynashelf/lambda';\nimport { resources } from '../resources/index';\nimport { tools } from '../resources/tools';\nexport const handler = onChange(${resource}, { resources, ${words} });\n`,
    );
  };

  beforeEach(() => {
    changing();
    mkdirSync(path('src/subscribers'));
    addFunction(app, 'publish');
  });

  test('dynashelf add subscriber writes a file that is sound, and its entry behind the last one', () => {
    rmSync(path('src/subscribers'), { recursive: true });
    expect(addSubscriber(app, 'told', 'tools')).toBe('src/subscribers/told.ts');
    expect(readFileSync(path('serverless.yml'), 'utf8')).toContain(entryOf('told', 'subscribers'));
    expect(found()).toEqual([]);
    expect(ownFunctions(app)).toMatchObject({
      declarations: [{ name: 'told', subscribes: 'tools', reads: [], writes: [], isPublic: false }],
    });
    expect(addSubscriber(app, 'tools')).toBe('src/subscribers/tools.ts');
    expect(found()).toEqual([]);
  });

  test.each([
    ['no name', undefined, 'tools', 'letters and digits'],
    ['a function of the engine’s', 'publish', 'tools', 'The engine has the name "publish"'],
    ['a consumer of the engine’s', 'webhooks', 'tools', 'The engine has the name "webhooks"'],
    ['the consumer that tells a bus', 'bus', 'tools', 'The engine has the name "bus"'],
    ['a collection that there is not', 'told', 'tulos', 'There is no src/resources/tulos.ts'],
    ['no collection', 'told', undefined, 'say whose changes it handles'],
    ['what is no resource', 'told', 'index', 'has no export const … = defineResource'],
  ])('%s is refused, and nothing is written', (_case, name, collection, sentence) => {
    const before = readFileSync(path('serverless.yml'), 'utf8');
    expect(() => addSubscriber(app, name, collection)).toThrow(sentence);
    expect(readFileSync(path('serverless.yml'), 'utf8')).toBe(before);
  });

  test.each<[string, string, string, string]>([
    [
      'a keyword that is none',
      'tools',
      "description: 'X.', update() {}",
      '"update" is not a keyword of a subscriber. Did you mean "updated"?',
    ],
    ['no description', 'tools', 'updated() {}', 'there is no description'],
    ['nothing to run', 'tools', "description: 'X.'", 'there is nothing to run: write created, updated, deleted or any'],
    ['what is no function', 'tools', "description: 'X.', any: 5", 'any is no function'],
    ['a name of none', 'tools', "description: 'X.', any() {}, reads: ['tuls']", 'Did you mean "tools"?'],
    ['no resource', 'undefined', "description: 'X.', any() {}", 'it is of no resource'],
    ['resources that are none', 'tools', "description: 'X.', any() {}, resources: []", 'resources is none'],
  ])('%s is a sentence with its file', (_case, resource, words, sentence) => {
    addSubscriber(app, 'told', 'tools');
    give('told', words, resource);
    expect(found()).toContainEqual(expect.stringMatching(/^src\/subscribers\/told\.ts: /));
    expect(found().join()).toContain(sentence);
  });

  test('a resource without changes, and one that is not listed, are sentences with the remedy', () => {
    addSubscriber(app, 'told', 'tools');
    write(
      'src/resources/tools.ts',
      readFileSync(path('src/resources/tools.ts'), 'utf8').replace(', changes: true', ''),
    );
    expect(found()).toEqual([
      'src/subscribers/told.ts: it is of tools, whose changes nobody is told: add changes: true to src/resources/tools.ts',
    ]);
    jest.resetModules();
    write(
      'src/resources/index.ts',
      "import { listResources } from 'dynashelf';\nexport const resources = listResources();\n",
    );
    expect(found().join()).toContain('it is of tools, which src/resources/index.ts does not list: list it there');
  });

  test('a file without an entry, an entry with other rights and a function in their folder are sentences', () => {
    give('told', "description: 'X.', any() {}");
    expect(found()).toEqual([
      expect.stringMatching(
        /^src\/subscribers\/told\.ts: serverless\.yml has no function whose handler .* "npx dynashelf add subscriber"/,
      ),
    ]);
    rmSync(path('src/subscribers/told.ts'));
    addSubscriber(app, 'told', 'tools');
    const service = readFileSync(path('serverless.yml'), 'utf8');
    write('serverless.yml', service.replace('told.role}', 'write.role}'));
    expect(found().join()).toContain('the function "told" does not take its role from what src/subscribers/told.ts');
    write('serverless.yml', service);
    jest.resetModules();
    write(
      'src/subscribers/told.ts',
      "import { defineFunction, onChange } from 'dynashelf/lambda';\nimport { resources } from '../resources/index';\nvoid onChange;\nexport const handler = defineFunction({ resources }, { description: 'X.', run: () => {} }); // onChange(\n",
    );
    expect(found()).toEqual([
      expect.stringContaining('is not what onChange gives: write export const handler = onChange('),
    ]);
  });
});
