// The example of docs/dynamoose.md does what it says.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import * as dynamooseFace from '../../src/dynamoose';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';
import { APP } from '../setup/places';

/** As far as the example needs them. */
const members = defineResource({
  name: 'members',
  description: 'The people who borrow books.',
  schema: {
    name: { type: String, required: true, maxLength: 200 },
    email: { type: String, required: true, maxLength: 254, unique: true },
    phone: String,
  },
  indexes: { byName: { sort: 'name' } },
});
const resources = listResources(members);

useTable();
const ask = createClient({ resources, described: false });

test('the script of the docs writes through the model what the API then shows', async () => {
  const [, example] = /```ts\n([^]*?)```/.exec(readFileSync(join(APP, 'docs/dynamoose.md'), 'utf8'))!;
  const code = ts.transpileModule(example!, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const modules: Record<string, unknown> = {
    'dynashelf/dynamoose': dynamooseFace,
    '../src/resources': { resources },
    '../src/resources/members': { members },
  };
  const script = {} as { tidyPhones(): Promise<number> };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is the page's own
  new Function('exports', 'require', code.outputText)(script, (name: string) => modules[name]);

  const phones = ['+44 20 7946 0000', '+442079460001'];
  const made = [];
  for (const [index, phone] of phones.entries()) {
    const answer = await ask('POST /members', { body: { name: 'Ada', email: `ada${index}@example.com`, phone } });
    expect(answer.status).toBe(201);
    made.push(answer.body.id as string);
  }
  expect(await script.tidyPhones()).toBe(1);
  const shown = await Promise.all(made.map(async (id) => (await ask(`GET /members/${id}`)).body));
  expect(shown.map(({ phone, version }) => [phone, version])).toEqual([
    ['+442079460000', 2],
    ['+442079460001', 1],
  ]);
  expect((await ask('GET /members?sort=name')).body.items).toHaveLength(2);
});
