// Many writers on one item at once: every rule of preconditions holds, and nothing is lost.

import { createClient, type Client } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { resources } from '../library/src/resources/index';
import { noteResources } from '../setup/notes';
import { CLIENTS as WRITERS, race } from '../setup/race';
import { runs } from '../setup/runs';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';
import { withBirth } from '../setup/tags';

useTable();

/** Makes an item by a request, and gives its tag. */
async function madeBy(ask: Client, line: string): Promise<string> {
  const { status, headers } = await ask(line, { body: aBook() });
  expect([status, headers['etag']]).toEqual([201, withBirth(1)]);
  return headers['etag']!;
}

function count(answers: Answer[], status: number): number {
  return answers.filter((answer) => answer.status === status).length;
}

// Books have unique attributes, references and rules, notes nothing of the kind: two ways of writing, one contract.
describe.each([
  ['books', createClient({ resources })],
  ['notes', createClient({ resources: noteResources })],
])('%s', (collection, ask) => {
  test.each(['PATCH', 'PUT'])(
    `of ${WRITERS} %s with one ETag exactly one is done, and the others get 412 with the item as it is`,
    async (method) => {
      const tag = await madeBy(ask, `PUT /${collection}/one-${method}`);
      const answers = await race((number) =>
        ask(`${method} /${collection}/one-${method}`, {
          body: aBook({ pages: number + 1 }),
          headers: { 'If-Match': tag },
        }),
      );
      expect(count(answers, 200)).toBe(1);
      expect(count(answers, 412)).toBe(WRITERS - 1);
      const winner = answers.find(({ status }) => status === 200)!;
      expect(winner.headers['etag']).toBe(tag.replace('"1-', '"2-'));
      for (const { body, headers } of answers.filter(({ status }) => status === 412)) {
        expect(body.current).toEqual(winner.body);
        expect(headers['etag']).toBe(winner.headers['etag']);
      }
      expect((await ask(`GET /${collection}/one-${method}`)).body).toEqual(winner.body);
    },
  );

  test(`of ${WRITERS} DELETE with one ETag exactly one is done`, async () => {
    const tag = await madeBy(ask, `PUT /${collection}/deleted`);
    const answers = await race(() => ask(`DELETE /${collection}/deleted`, { headers: { 'If-Match': tag } }));
    expect([count(answers, 204), count(answers, 404)]).toEqual([1, WRITERS - 1]);
  });

  test(`of ${WRITERS} PUT with If-None-Match: * exactly one creates`, async () => {
    const answers = await race((number) =>
      ask(`PUT /${collection}/created`, { body: aBook({ pages: number + 1 }), headers: { 'If-None-Match': '*' } }),
    );
    expect([count(answers, 201), count(answers, 412)]).toEqual([1, WRITERS - 1]);
    const winner = answers.find(({ status }) => status === 201)!.body;
    expect((await ask(`GET /${collection}/created`)).body).toEqual(winner);
    expect(
      answers.filter(({ status }) => status === 412).every(({ body }) => body.current.pages === winner.pages),
    ).toBe(true);
  });

  test(`of ${WRITERS} PUT without a precondition all are done, exactly one of them creates, and versions have no gap`, async () => {
    const answers = await race((number) => ask(`PUT /${collection}/blind`, { body: aBook({ pages: number + 1 }) }));
    expect([count(answers, 201), count(answers, 200)]).toEqual([1, WRITERS - 1]);
    expect(answers.map(({ body }) => body.version as number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: WRITERS }, (_, index) => index + 1),
    );
    const last = answers.find(({ body }) => body.version === WRITERS)!.body;
    expect((await ask(`GET /${collection}/blind`)).body).toEqual(last);
  });

  test(`of ${WRITERS} PATCH without If-Match every change survives, and versions have no gap`, async () => {
    // 20 tags at most: of the writers of tags the last five are refused for it, and none else.
    const tags = Array.from({ length: 25 - WRITERS / 2 }, (_, number) => `first${number}`);
    await ask(`PUT /${collection}/shared`, { body: aBook({ tags }) });
    const answers = await race((number) =>
      ask(`PATCH /${collection}/shared`, {
        body:
          number % 2 === 0
            ? [
                { op: 'add', path: '/pages', value: number + 1 },
                { op: 'add', path: '/tags/-', value: `t${number}` },
              ]
            : { [`x${number}`]: null, published: '2000-01-01' },
        headers: { 'Content-Type': number % 2 === 0 ? 'application/json-patch+json' : 'application/merge-patch+json' },
      }),
    );
    expect(count(answers, 200)).toBe(WRITERS - 5);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(5);
    const { body } = await ask(`GET /${collection}/shared`);
    expect(new Set(body.tags).size).toBe(20);
    const versions = answers
      .filter(({ status }) => status === 200)
      .map((answer) => answer.body.version as number)
      .sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: WRITERS - 5 }, (_, index) => index + 2));
    expect(body.version).toBe(WRITERS - 4);
  });

  test('a PATCH that races the DELETE of its item either is done before or is 404, and never brings the item back', async () => {
    for (let round = 0; round < runs(5); round++) {
      await ask(`PUT /${collection}/vanishing-${round}`, { body: aBook() });
      const [patches, deletion] = await Promise.all([
        Promise.all(
          Array.from({ length: 10 }, (_, number) =>
            ask(`PATCH /${collection}/vanishing-${round}`, { body: { pages: number + 1 } }),
          ),
        ),
        ask(`DELETE /${collection}/vanishing-${round}`),
      ]);
      expect(deletion.status).toBe(204);
      expect(patches.every(({ status }) => status === 200 || status === 404)).toBe(true);
      expect((await ask(`GET /${collection}/vanishing-${round}`)).status).toBe(404);
    }
  });

  test(`of ${WRITERS} PATCH with one ETag, half of them merge patches and half JSON patches, exactly one is done`, async () => {
    const tag = await madeBy(ask, `PUT /${collection}/mixed`);
    const answers = await race((number) =>
      ask(`PATCH /${collection}/mixed`, {
        ...(number % 2 === 0
          ? { body: { pages: number + 1 } }
          : { body: [{ op: 'add', path: '/pages', value: number + 1 }] }),
        headers: {
          'If-Match': tag,
          'Content-Type': number % 2 === 0 ? 'application/merge-patch+json' : 'application/json-patch+json',
        },
      }),
    );
    expect([count(answers, 200), count(answers, 412)]).toEqual([1, WRITERS - 1]);
    const winner = answers.find(({ status }) => status === 200)!.body;
    expect(
      answers
        .filter(({ status }) => status === 412)
        .every(({ body }) => body.current.version === 2 && body.current.pages === winner.pages),
    ).toBe(true);
    expect((await ask(`GET /${collection}/mixed`)).body).toEqual(winner);
  });
});

test('of 24 PATCH without If-Match, of which 16 are written without a read, every change survives, and versions have no gap', async () => {
  const ask = createClient({ resources: noteResources });
  await ask('PUT /notes/both', { body: aBook({ tags: [] }) });
  const answers = await Promise.all(
    Array.from({ length: 24 }, async (_, number) =>
      ask(
        'PATCH /notes/both',
        number % 3 !== 0
          ? { body: { pages: number + 1 } }
          : {
              body: [{ op: 'add', path: '/tags/-', value: `t${number}` }],
              headers: { 'Content-Type': 'application/json-patch+json' },
            },
      ),
    ),
  );
  expect(count(answers, 200)).toBe(24);
  expect(answers.map(({ body }) => body.version as number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 24 }, (_, index) => index + 2),
  );
  const { body } = await ask('GET /notes/both');
  expect(new Set(body.tags).size).toBe(8);
  expect(body).toEqual(answers.find((answer) => answer.body.version === 25)!.body);
});
