// From method and path to what is asked for, without a request around it.

import { defineResource, listResources } from '../../../src/definition/define-resource';
import { findRoute } from '../../../src/http/route';

const shelves = defineResource({
  name: 'shelves',
  description: 'Shelves.',
  schema: { name: String },
  relations: { books: { collection: 'books', attribute: 'shelf' } },
  actions: (action) => ({ empty: action({ description: 'Empties it.', body: {}, run: async ({ item }) => item }) }),
});
const books = defineResource({
  name: 'books',
  description: 'Books.',
  schema: { shelf: { type: String, references: 'shelves' } },
  indexes: { byShelf: { partition: 'shelf' } },
});
const resources = listResources(shelves, books);

function route(method: string, path: string, isPrivate?: boolean) {
  return findRoute(
    resources,
    {
      method,
      segments: path
        .split('/')
        .slice(1)
        .filter((part, index) => index > 0 || part !== ''),
    },
    isPrivate,
  );
}

test.each([
  ['GET', '/', { operation: 'service' }],
  ['GET', '/health', { operation: 'health' }],
  ['GET', '/openapi.json', { operation: 'openapi' }],
  ['GET', '/docs', { operation: 'docs' }],
  ['GET', '/docs/rapidoc.js', { operation: 'renderer' }],
  ['POST', '/transactions', { operation: 'transact' }],
  ['GET', '/books', { operation: 'list', resource: books }],
  ['HEAD', '/books', { operation: 'list', resource: books }],
  ['POST', '/books', { operation: 'create', resource: books }],
  ['GET', '/books/1', { operation: 'read', resource: books, id: '1' }],
  ['HEAD', '/books/1', { operation: 'read', resource: books, id: '1' }],
  ['PUT', '/books/1', { operation: 'replace', resource: books, id: '1' }],
  ['PUT', '/books/a b', { operation: 'replace', resource: books, id: 'a b' }],
  ['PATCH', '/books/1', { operation: 'patch', resource: books, id: '1' }],
  ['DELETE', '/books/1', { operation: 'delete', resource: books, id: '1' }],
  [
    'GET',
    '/shelves/1/books',
    { operation: 'related', resource: books, within: { resource: shelves, id: '1', attribute: 'shelf' } },
  ],
  [
    'POST',
    '/shelves/1/empty',
    { operation: 'act', resource: shelves, id: '1', name: 'empty', action: shelves.actions['empty'] },
  ],
])('%s %s', (method, path, found) => {
  expect(route(method, path)).toStrictEqual(found);
});

test.each([
  '/nothing',
  '/health/1',
  '/openapi.json/1',
  '/docs/other.js',
  '/docs/rapidoc.js/1',
  '/transactions/1',
  '/books/',
  '/shelves/1/books/2',
  '/shelves/1/empty/2',
])('GET %s is 404, and names what there is', (path) => {
  expect(() => route('GET', path)).toThrow(
    expect.objectContaining({
      type: 'not-found',
      detail: expect.stringContaining('(/shelves, /books)') as string,
    }) as Error,
  );
});

test.each([
  ['/shelvs', 'GET / lists what is served (/shelves, /books). Did you mean "shelves"?'],
  ['/shelves/1/books/2', 'GET / lists what is served (/shelves, /books).'],
  ['/shelves/1/emty', 'under an item of shelves are its actions and relations (empty, books). Did you mean "empty"?'],
  ['/shelves/1/x', 'under an item of shelves are its actions and relations (empty, books).'],
  ['/books/1/shelf', 'items of books have neither actions nor relations.'],
  ['/books/1/constructor', 'items of books have neither actions nor relations.'],
  ['/books//x', 'items of books have neither actions nor relations.'],
])('GET %s is 404: %s', (path, told) => {
  expect(() => route('GET', path)).toThrow(`There is nothing at this path: ${told}`);
});

test('a private API does not name what there is', () => {
  expect(() => route('GET', '/nothing', true)).toThrow('nothing at this path: GET / lists what is served.');
  expect(() => route('GET', '/shelves/1/emty', true)).toThrow('nothing at this path: GET / lists what is served.');
});

test.each([
  ['POST', '/', 'GET, HEAD, OPTIONS'],
  ['GET', '/transactions', 'POST, OPTIONS'],
  ['HEAD', '/transactions', 'POST, OPTIONS'],
  ['DELETE', '/books', 'GET, POST, HEAD, OPTIONS'],
  ['POST', '/books/1', 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS'],
  ['POST', '/shelves/1/books', 'GET, HEAD, OPTIONS'],
  ['GET', '/shelves/1/empty', 'POST, OPTIONS'],
])('%s %s is 405 with Allow: %s', (method, path, allow) => {
  expect(() => route(method, path)).toThrow(
    expect.objectContaining({
      type: 'method-not-allowed',
      detail: `This path does not take ${method}: use one of ${allow}.`,
      more: { headers: { Allow: allow } },
    }) as Error,
  );
  expect(route('OPTIONS', path)).toEqual({ operation: 'options', allow: allow.split(', ') });
});

test('OPTIONS of what is not there allows itself', () => {
  expect(route('OPTIONS', '/nothing')).toEqual({ operation: 'options', allow: ['OPTIONS'] });
});

test.each([
  ['GET', '/books/a b', 'books'],
  ['PATCH', '/books/a b', 'books'],
  ['DELETE', '/books/a b', 'books'],
  ['GET', '/shelves/a b/books', 'shelves'],
  ['POST', '/shelves/a b/empty', 'shelves'],
])('%s %s, an id that no item has, is 404', (method, path, collection) => {
  expect(() => route(method, path)).toThrow(
    expect.objectContaining({
      type: 'not-found',
      detail: expect.stringContaining(`no such item in ${collection}`) as string,
    }) as Error,
  );
});
