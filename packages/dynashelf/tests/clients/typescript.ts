// What users of the two TypeScript clients write: of openapi-generator's typescript-fetch, and of openapi-typescript
// with openapi-fetch.

export const FETCH = `
import { BooksApi, BookToJSON, BookChangeFromJSON, BookPreconditionFailedProblemFromJSON, BookInputFromJSON, Configuration, NotFoundProblemFromJSON, ResponseError } from './generated';

declare const process: { env: Record<string, string> };
const api = new BooksApi(new Configuration({ basePath: process.env['API']! }));
const body = BookInputFromJSON(JSON.parse(process.env['BODY']!));
const bookChange = BookChangeFromJSON(JSON.parse(process.env['CHANGE']!));

async function refused<P extends { status: number }>(type: string, read: (json: unknown) => P, call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    return { type, problem: read(await error.response.json()) };
  }
  throw new Error('It was not refused.');
}

async function main() {
  const answer = await api.booksCreateRaw({ bookInput: body });
  const made = await answer.value();
  const ifMatch = answer.raw.headers.get('ETag')!;
  const { id } = made;
  const read = await api.booksRead({ id });
  const changed = await api.booksPatch({ id, bookChange, ifMatch });
  const stale = await refused('BookPreconditionFailedProblem', BookPreconditionFailedProblemFromJSON, api.booksPatch({ id, bookChange, ifMatch }));
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.booksList({ limit: 10, ...(cursor !== undefined && { cursor }) });
    listed.push(...page.items.map((item) => item.id));
    cursor = page.next === undefined ? undefined : new URL(page.next, 'http://any').searchParams.get('cursor')!;
  } while (cursor !== undefined);
  const removed = (await api.booksRemoveRaw({ id })).raw.status;
  const gone = await refused('NotFoundProblem', NotFoundProblemFromJSON, api.booksRead({ id }));
  console.log(JSON.stringify({
    made: BookToJSON(made), read: BookToJSON(read), changed: BookToJSON(changed), listed, removed,
    stale: { status: stale.problem.status, type: stale.type, current: stale.problem.current!.version }, gone: { status: gone.problem.status, type: gone.type },
  }));
}

void main();
`;

export const TYPES = `
import createClient from 'openapi-fetch';
import type { components, paths } from './api';

const api = createClient<paths>({ baseUrl: process.env['API']!, querySerializer: { array: { style: 'form', explode: false } } });
const body = JSON.parse(process.env['BODY']!) as components['schemas']['BookInput'];
const change = JSON.parse(process.env['CHANGE']!) as components['schemas']['BookChange'];

async function main() {
  const { data: made, response } = await api.POST('/books', { body });
  if (made === undefined) throw new Error('It was not made.');
  const path = { id: made.id };
  const read = (await api.GET('/books/{id}', { params: { path } })).data;
  const patching = { params: { path, header: { 'If-Match': response.headers.get('ETag')! } }, body: change };
  const changed = (await api.PATCH('/books/{id}', patching)).data;
  const { error: stale } = await api.PATCH('/books/{id}', patching);
  const current: number | undefined = stale?.status === 412 ? stale.current?.version : undefined;
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const { data: page } = await api.GET('/books', { params: { query: { limit: 10, ...(cursor !== undefined && { cursor }) } } });
    listed.push(...page!.items.map((item) => item.id));
    cursor = page!.next === undefined ? undefined : new URL(page!.next, 'http://any').searchParams.get('cursor')!;
  } while (cursor !== undefined);
  const removed = (await api.DELETE('/books/{id}', { params: { path } })).response.status;
  const { error: gone } = await api.GET('/books/{id}', { params: { path } });
  console.log(JSON.stringify({ made, read, changed, listed, removed, stale: { status: stale?.status, type: 'BookPreconditionFailedProblem', current }, gone: { status: gone?.status, type: 'NotFoundProblem' } }));
}

void main();
export {};
`;
