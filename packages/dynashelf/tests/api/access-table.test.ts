// Access, as two tables held against a model that says in three lines what a rule means: every rule for every kind of
// caller, by one way in; and every way in, by rules that between them have every verdict. A way asks for its grant
// without knowing what rule it comes from, so that nothing else is to be learnt from all rules by all ways.
import type { AccessDeclaration, AccessRules } from '../../src/definition/access';
import { createClient, type Client } from '../../src/testing/client';
import type { Answer, As, Ask } from '../../src/testing/ask';
import { deleteRecords, putRecords } from '../setup/load';
import { papersWith } from '../setup/papers';
import { ADA, BEN, EDITOR, MACHINE, RULES } from '../setup/rules';
import { scanTable } from '../setup/scan';
import { tableName, useTable } from '../../src/testing/table';

useTable();

/** What a rule says to a caller about an item of Ada's: it may, it may not, or there is no such item for it. */
type Verdict = 'granted' | 'refused' | 'absent';

interface RuleCase {
  readonly name: string;
  readonly rule: AccessRules<'owner' | 'partner' | 'state'> | undefined;
  /** `names`: the body says whose the item is, which is Ada. */
  readonly verdict: (caller: string, own: boolean, names: boolean) => Verdict;
}

const byOwn = (caller: string, own: boolean): Verdict => (caller === 'nobody' ? 'refused' : own ? 'granted' : 'absent');

const RULE_CASES: RuleCase[] = [
  { name: 'nothing declared', rule: undefined, verdict: () => 'refused' },
  { name: 'public', rule: 'public', verdict: () => 'granted' },
  { name: 'authenticated', rule: 'authenticated', verdict: (caller) => (caller === 'nobody' ? 'refused' : 'granted') },
  { name: 'a role', rule: { role: 'editor' }, verdict: (caller) => (caller === 'editor' ? 'granted' : 'refused') },
  {
    name: 'one of several roles',
    rule: { role: ['admin', 'editor'] },
    verdict: (caller) => (caller === 'editor' ? 'granted' : 'refused'),
  },
  { name: 'the owner', rule: { owner: 'owner' }, verdict: byOwn },
  {
    name: 'a role or the owner',
    rule: [{ owner: 'owner' }, { role: 'editor' }],
    verdict: (caller, own) => (caller === 'editor' ? 'granted' : byOwn(caller, own)),
  },
  {
    name: 'one of two owners',
    rule: { owner: ['partner', 'owner'] },
    verdict: (caller, _own, names) => (names && caller !== 'owner' ? 'refused' : byOwn(caller, caller === 'owner')),
  },
  {
    name: 'a role and the owner at once',
    rule: { all: [{ role: 'editor' }, { owner: 'owner' }] },
    verdict: (caller, own) => (caller === 'editor' ? byOwn(caller, own) : 'refused'),
  },
  { name: 'a function that says yes', rule: () => true, verdict: () => 'granted' },
  { name: 'a function that says no', rule: () => false, verdict: () => 'refused' },
  { name: 'a function with conditions', rule: ({ subject }) => subject !== '' && { owner: subject }, verdict: byOwn },
];

const CALLERS: readonly [name: string, as: As | undefined][] = [
  ['nobody', undefined],
  ['owner', ADA],
  ['stranger', BEN],
  ['editor', EDITOR],
  ['machine', MACHINE],
];

interface Way {
  readonly line: string;
  readonly ask?: Ask;
  readonly success: number;
  /** What an item that is not there for the caller becomes; 404 without it. */
  readonly absent?: (answer: Answer) => void;
  /** The request is about an item of the caller's making, not about Ada's. */
  readonly makes?: boolean;
  /** No item is asked for that somebody owns, and rules that name an owner are a mistake at load. */
  readonly isOfAll?: boolean;
  /** The status of a refusal lies in the answer's own, as always; of a transaction in what its errors name too. */
  readonly inTransaction?: boolean;
}

const empty = ({ status, body }: Answer): void => {
  expect(status).toBe(200);
  expect(body.items).toEqual([]);
};

const expandedToNull = ({ status, body }: Answer): void => {
  expect(status).toBe(200);
  expect((body.items?.[0] ?? body).expand).toEqual({ paper: null });
};

const paper = { title: 'Fresh', owner: 'ada' };
const merge = { 'Content-Type': 'application/merge-patch+json' };
const jsonPatch = { 'Content-Type': 'application/json-patch+json' };
const within = (method: string, path: string, body?: object): Ask => ({
  body: { operations: [{ method, path, ...(body && { body }) }] },
});

const WAYS: Way[] = [
  { line: 'GET /papers', success: 200, absent: empty },
  { line: 'GET /papers?sort=title&owner=ada&limit=5', success: 200, absent: empty },
  { line: 'GET /papers?id[in]=p1', success: 200, absent: empty },
  { line: 'GET /shelves/s1/papers', success: 200, absent: empty },
  { line: 'GET /papers/p1', success: 200 },
  { line: 'GET /papers/p1/remarks', success: 200 },
  { line: 'GET /remarks/r1?expand=paper', success: 200, absent: expandedToNull },
  { line: 'GET /remarks?expand=paper', success: 200, absent: expandedToNull },
  { line: 'POST /papers', ask: { body: paper }, success: 201, makes: true },
  { line: 'POST /papers', ask: { body: [paper, paper] }, success: 201, makes: true },
  { line: 'PUT /papers/p3', ask: { body: paper }, success: 201, makes: true },
  { line: 'PUT /papers/p1', ask: { body: paper }, success: 200 },
  { line: 'PATCH /papers/p1', ask: { headers: merge, body: { title: 'Changed' } }, success: 200 },
  {
    line: 'PATCH /papers/p1',
    ask: { headers: jsonPatch, body: [{ op: 'replace', path: '/title', value: 'Changed' }] },
    success: 200,
  },
  { line: 'DELETE /papers/p1', success: 204 },
  { line: 'POST /papers/p1/publish', success: 200 },
  { line: 'GET /papers/p1/length', success: 200 },
  { line: 'POST /papers/found', success: 201, isOfAll: true },
  { line: 'POST /transactions', ask: within('POST', '/papers', paper), success: 200, makes: true, inTransaction: true },
  { line: 'POST /transactions', ask: within('PUT', '/papers/p1', paper), success: 200, inTransaction: true },
  {
    line: 'POST /transactions',
    ask: within('PUT', '/papers/p3', paper),
    success: 200,
    makes: true,
    inTransaction: true,
  },
  {
    line: 'POST /transactions',
    ask: within('PATCH', '/papers/p1', { title: 'Changed' }),
    success: 200,
    inTransaction: true,
  },
  { line: 'POST /transactions', ask: within('DELETE', '/papers/p2'), success: 200, inTransaction: true },
  { line: 'POST /transactions', ask: within('GET', '/papers/p1'), success: 200, inTransaction: true },
];

/** Access by one rule to everything, but that to an action of the collection where the rule is of owners. */
const accessBy = (rule: RuleCase['rule']): AccessDeclaration =>
  rule === undefined
    ? {}
    : {
        ...{ list: rule, read: rule, create: rule, replace: rule, patch: rule, delete: rule },
        ...{ publish: rule, length: rule, ...(!isOfOwners(rule) && { found: rule }) },
      };

function isOfOwners(rule: RuleCase['rule']): boolean {
  return typeof rule === 'function' || JSON.stringify(rule ?? '').includes('"owner"');
}

describe('every rule', () => {
  const [way] = WAYS.filter(({ line }) => line === 'PATCH /papers/p1');

  beforeAll(async () => {
    const open = createClient({ resources: papersWith({}), described: false });
    await open('PUT /papers/p1', { body: { title: 'Mine', owner: 'ada' } });
  });

  test.each(RULE_CASES)('says of $name to every caller what it means', async ({ rule, verdict }) => {
    const guarded = createClient({ resources: papersWith(accessBy(rule)), config: RULES });
    for (const [caller, as] of CALLERS) {
      const answer = await guarded(way!.line, { ...way!.ask, as });
      const expected = verdict(caller, caller === 'owner', false);
      if (expected === 'refused') {
        expectRefused(way!, caller, answer);
      } else {
        expect([caller, answer.status]).toEqual([caller, expected === 'granted' ? 200 : 404]);
      }
    }
  });
});

/** Rules and callers that between them let each way be done without a condition and by one, refused, and find none. */
const EVERY_VERDICT: Readonly<Record<string, readonly string[]>> = {
  'nothing declared': ['editor'],
  public: ['nobody'],
  'a role': ['stranger'],
  'a role or the owner': ['nobody', 'owner', 'stranger', 'editor'],
  'one of two owners': ['owner', 'stranger'],
  'a function with conditions': ['owner', 'stranger'],
};

describe.each(RULE_CASES.filter(({ name }) => EVERY_VERDICT[name]))('access by $name', ({ name, rule, verdict }) => {
  const resources = papersWith(accessBy(rule));
  const guarded = createClient({ resources, config: RULES });
  const open = createClient({ resources, described: false });
  const callers = CALLERS.filter(([caller]) => EVERY_VERDICT[name]!.includes(caller));

  let state: unknown;

  /** What the table holds before each way in. */
  let planted: Awaited<ReturnType<typeof scanTable>>;

  beforeAll(async () => {
    await deleteRecords(await scanTable(tableName()));
    await open('PUT /shelves/s1', { body: {} });
    await open('PUT /papers/p1', { body: { title: 'Mine', owner: 'ada', shelf: 's1' } });
    await open('PUT /papers/p2', { body: { title: 'Mine too', owner: 'ada' } });
    await open('PUT /remarks/r1', { body: { text: 'Good', paper: 'p1' } });
    state = await stateOf(open);
    planted = await scanTable(tableName());
  });

  async function restore(): Promise<void> {
    await deleteRecords(await scanTable(tableName()));
    await putRecords(planted);
  }

  describe.each(callers)('as %s', (caller, as) => {
    // Of a paper of its own making every caller is the owner.
    const verdictOf = ({ makes = false, line, ask: sent }: Way): Verdict =>
      verdict(
        caller,
        makes || caller === 'owner',
        line.startsWith('PUT') || JSON.stringify(sent?.body ?? '').includes('"owner"'),
      );
    const ways = WAYS.filter(({ isOfAll = false }) => !isOfAll || !isOfOwners(rule));
    const granted = ways.filter((way) => verdictOf(way) === 'granted').map((way) => [nameOf(way), way] as const);
    const others = ways.filter((way) => verdictOf(way) !== 'granted');

    if (granted.length > 0) {
      test.each(granted)('%s is done', async (_name, { line, ask, success }) => {
        expect(await guarded(line, { ...ask, as })).toMatchObject({ status: success });
        await (line.startsWith('GET') ? undefined : restore());
      });
    }

    if (others.length > 0) {
      test(`refused, and nothing changed: ${others.length} of ${ways.length} ways in`, async () => {
        const answers = await Promise.all(
          others.map(async (way) => [way, await guarded(way.line, { ...way.ask, as })] as const),
        );
        expect(await stateOf(open)).toEqual(state);
        for (const [way, answer] of answers) {
          if (verdictOf(way) === 'absent') {
            (way.absent ?? ((one) => expect([nameOf(way), one.status]).toEqual([nameOf(way), 404])))(answer);
            expect(answer.text).not.toContain('Mine');
          } else {
            expectRefused(way, caller, answer);
          }
        }
      });
    }
  });
});

function nameOf({ line, ask }: Way): string {
  return `${line} ${JSON.stringify(ask?.body ?? '')}`;
}

function expectRefused(way: Way, caller: string, { status, headers, body }: Answer): void {
  const isNobody = caller === 'nobody';
  expect([nameOf(way), status, headers['www-authenticate']]).toEqual([
    nameOf(way),
    isNobody ? 401 : 403,
    isNobody ? 'Bearer' : undefined,
  ]);
  expect(body).toMatchObject({
    title: isNobody ? 'Unauthenticated' : 'Forbidden',
    ...(way.inTransaction === true && { errors: [{ pointer: '#/operations/0' }] }),
  });
}

async function stateOf(open: Client): Promise<unknown> {
  return (await Promise.all(['papers', 'shelves', 'remarks'].map(async (name) => open(`GET /${name}`)))).map(
    ({ body }) => body,
  );
}
