// CRUD as people write it today: Hono behind its own adapter for Lambda, with the SDK's document client.

import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';

import type { Changes, Values } from '../speed/item';
import { reads, writes } from './document-client';

const { get, list } = reads(process.env['TABLE_NAME']!);
const { create, replace, patch, remove } = writes(process.env['TABLE_NAME']!);

const app = new Hono();

app.get('/things', async (context) => context.json({ items: await list(Number(context.req.query('limit') ?? 25)) }));

app.post('/things', async (context) => {
  const thing = await create(await context.req.json<Values>());
  return context.json(thing, 201, { Location: `/things/${thing.id}` });
});

app.get('/things/:id', async (context) => {
  const thing = await get(context.req.param('id'));
  return thing === undefined ? context.json({ message: 'Not found' }, 404) : context.json(thing);
});

app.put('/things/:id', async (context) =>
  context.json(await replace(context.req.param('id'), await context.req.json<Values>())),
);

app.patch('/things/:id', async (context) =>
  context.json(await patch(context.req.param('id'), await context.req.json<Changes>())),
);

app.delete('/things/:id', async (context) => {
  await remove(context.req.param('id'));
  return context.body(null, 204);
});

app.onError((error, context) => {
  const isAbsent = error.name === 'ConditionalCheckFailedException';
  return context.json({ message: isAbsent ? 'Not found' : 'Internal error' }, isAbsent ? 404 : 500);
});

export const handler = handle(app);
