// npm run bench:types: how long the compiler takes over an app of 30 resources, each with everything that a resource
// file may say, beside an app of one. Written to a folder of its own, and compiled as `npm run types` does.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');
const SIZES = [1, 30] as const;

/** What an app of so many may take, in seconds of CPU, on the machine of docs/decisions/types.md. */
const MOST_SECONDS = 10;

/** A resource that refers to the next and counts the one before, so that files name each other in a circle. */
function resourceFile(number: number, count: number): string {
  const [before, next] = [(number + count - 1) % count, (number + 1) % count].map((other) => `things${other}`);
  const name = `things${number}`;
  const importNext = next === name ? '' : `import { ${next} } from './${next}';\n`;
  return `// The things of number ${number}.
import { type Answer, conflict, defineResource } from 'dynashelf';
${importNext}
export const ${name} = defineResource({
  name: '${name}',
  description: 'The things of number ${number}.',
  schema: {
    title: { type: String, required: true, minLength: 1, maxLength: 300 },
    code: { type: String, maxLength: 20, unique: true, set: (code: string) => code.toUpperCase() },
    state: { type: String, enum: ['draft', 'open', 'closed'], default: 'draft' },
    owner: { type: String, maxLength: 128 },
    next: { type: String, references: '${next}' },
    price: { type: Number, minimum: 0 },
    amount: { type: Number, integer: true, minimum: 1, default: 1 },
    at: { type: Date, default: () => new Date() },
    email: { type: String, format: 'email', maxLength: 254, readableBy: ['owner', { role: 'admin' }] },
    tags: { type: Array, maxItems: 20, schema: [{ type: String, maxLength: 50 }] },
    place: {
      type: Object,
      schema: { street: { type: String, required: true }, city: String, lines: { type: Array, schema: [{ type: Object, schema: { text: String, width: Number } }] } },
    },
    referring: {
      type: Number,
      readOnly: true,
      default: 0,
      counts: { collection: '${before}', attribute: 'next', where: (thing) => thing.state !== 'closed' },
    },
    worth: { type: Number, readOnly: true },
  },
  computed: { worth: ({ price = 0, amount, referring }) => price * amount + referring },
  rules: [{ holds: ({ worth }) => worth >= 0, attribute: 'price', detail: 'Must be worth something.' }],
  states: { attribute: 'state', from: { draft: ['open'], open: ['closed'] } },
  unique: [['owner', 'title'], ['owner', 'tags[]']],
  indexes: { byNext: { partition: 'next' }, byOwner: { partition: 'owner' }, byTitle: { sort: ['state', 'title'] } },
  relations: { referring: { collection: '${before}', attribute: 'next' } },
  access: {
    list: ['public', { owner: 'owner' }],
    read: 'public',
    create: 'authenticated',
    patch: { any: [{ role: 'admin' }, { all: ['authenticated', { owner: 'owner' }] }] },
    close: ({ roles }) => roles.includes('admin'),
    copy: 'authenticated',
  },
  actions: (action) => ({
    close: action({
      description: 'Closes it.',
      body: { why: { type: String, maxLength: 300 } },
      async run({ item, body, transaction }): Promise<Answer> {
        if (item.worth > 0) {
          throw conflict('It is worth something.');
        }
        return transaction.update(${name}, item.id, { state: 'closed', code: body.why });
      },
    }),
    copy: action({
      description: 'Makes the next of it.',
      body: { amount: { type: Number, integer: true, default: 1 } },
      async run({ item, body, transaction }): Promise<Answer> {
        const made = await transaction.create(${next}, { title: item.title, amount: body.amount, owner: item.owner });
        return made.worth > 0 ? made : item;
      },
    }),
  }),
});
`;
}

function writeApp(folder: string, count: number): void {
  const resources = join(folder, 'src/resources');
  mkdirSync(resources, { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), include: [join(folder, 'src')] }),
  );
  const names = Array.from({ length: count }, (_, number) => `things${number}`);
  for (const [number, name] of names.entries()) {
    writeFileSync(join(resources, `${name}.ts`), resourceFile(number, count));
  }
  writeFileSync(
    join(resources, 'index.ts'),
    `import { listResources } from 'dynashelf';\n${names.map((name) => `import { ${name} } from './${name}';\n`).join('')}\nexport const resources = listResources(${names.join(', ')});\n`,
  );
}

/** What the compiler says of itself, by name. */
function compile(folder: string): Map<string, number> {
  // Its own times are by the clock, and of a busy machine.
  const program = `process.on('exit', () => console.log('CPU time: ' + Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1e6));
    process.argv.push('tsc', '--noEmit', '--extendedDiagnostics', '-p', ${JSON.stringify(folder)});
    require(${JSON.stringify(join(ROOT, 'node_modules/typescript/lib/tsc.js'))});`;
  const { stdout, status } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(stdout);
  }
  return new Map(
    [...stdout.matchAll(/^([A-Z][\w ()/]+):\s+([\d.]+)/gm)].map(([, name = '', number]) => [name, Number(number)]),
  );
}

function main(): void {
  console.log('| resources | lines | instantiations | memory MB | CPU s |\n| ---: | ---: | ---: | ---: | ---: |');
  for (const count of SIZES) {
    const folder = mkdtempSync(join(tmpdir(), 'types-'));
    try {
      writeApp(folder, count);
      const found = compile(folder);
      const numbers = ['Lines of TypeScript', 'Instantiations', 'Memory used', 'CPU time'].map((name) =>
        found.get(name)!,
      );
      numbers[2] = Math.round(numbers[2]! / 1000);
      numbers[3] = Math.round(numbers[3]! * 10) / 10;
      console.log(`| ${[count, ...numbers].join(' | ')} |`);
      if (found.get('CPU time')! > MOST_SECONDS) {
        console.error(`${count} resources take more than ${MOST_SECONDS} s of CPU.`);
        process.exitCode = 1;
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

main();
