// CRUD as people write it today: Express behind serverless-http, with the SDK's document client.

import express, { type NextFunction, type Request, type Response } from 'express';
import serverless from 'serverless-http';

import type { Changes, Values } from '../speed/item';
import { reads, writes } from './document-client';

const { get, list } = reads(process.env['TABLE_NAME']!);
const { create, replace, patch, remove } = writes(process.env['TABLE_NAME']!);

const app = express();
// A PATCH is sent as application/merge-patch+json.
app.use(express.json({ type: ['json', '+json'] }));

app.get('/things', async (request, response) => {
  response.json({ items: await list(Number(request.query['limit'] ?? 25)) });
});

app.post('/things', async (request, response) => {
  const thing = await create(request.body as Values);
  response.status(201).location(`/things/${thing.id}`).json(thing);
});

app.get('/things/:id', async (request, response) => {
  const thing = await get(request.params.id);
  if (thing === undefined) {
    response.status(404).json({ message: 'Not found' });
  } else {
    response.json(thing);
  }
});

app.put('/things/:id', async (request, response) => {
  response.json(await replace(request.params.id, request.body as Values));
});

app.patch('/things/:id', async (request, response) => {
  response.json(await patch(request.params.id, request.body as Changes));
});

app.delete('/things/:id', async (request, response) => {
  await remove(request.params.id);
  response.status(204).end();
});

app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
  const isAbsent = error.name === 'ConditionalCheckFailedException';
  response.status(isAbsent ? 404 : 500).json({ message: isAbsent ? 'Not found' : 'Internal error' });
});

export const handler = serverless(app);
