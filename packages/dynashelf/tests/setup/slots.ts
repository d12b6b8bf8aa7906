// Test-only resource: who has which tool on which days, each user a tool once and each day of a tool one user; and a
// message for every write of it.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import { defineMessage } from '../../src/definition/define-message';
import { defineResource } from '../../src/definition/define-resource';
import type { Resource, Resources } from '../../src/definition/resource';
import type { FunctionHandler } from '../../src/functions/defined';
import { defineFunction } from '../../src/lambda';
import { readOutboxRecord, type OutboxRecord } from '../../src/store/layout/outbox';
import type { Ask } from '../../src/testing/ask';
import type { Exchange } from './participants';
import type { Random } from './seeded';

export const slotWritten = defineMessage({
  name: 'slot-written',
  description: 'A slot was written.',
  body: {
    slot: { type: String, required: true },
    made: { type: String, required: true },
    version: { type: Number, required: true },
  },
});

export const slotMoved = defineMessage({
  name: 'slot-moved',
  description: 'A function moved a slot.',
  body: { slot: { type: String, required: true } },
});

export const slots = defineResource({
  name: 'slots',
  description: 'Who has which tool on which days.',
  schema: {
    user: { type: String, maxLength: 10 },
    tool: { type: String, maxLength: 10 },
    days: { type: Array, maxItems: 5, schema: [{ type: Number, integer: true }] },
  },
  unique: [
    ['user', 'tool'],
    ['tool', 'days[]'],
  ],
  async onWrite({ after, transaction }): Promise<void> {
    if (after !== undefined) {
      await transaction.send(slotWritten, { slot: after.id, made: after.createdAt, version: after.version });
    }
  },
});

/** Functions that write slots by their client: several things at once with a message, and one as it was read. */
export function slotFunctions(resources: ReadonlyMap<string, Resource>): Record<string, FunctionHandler> {
  const served = { resources: resources as Resources<readonly [typeof slots]> };
  const days = { type: Array, schema: [{ type: Number, integer: true }], maxItems: 5 } as const;
  return {
    move: defineFunction(served, {
      route: 'POST /moves/{slot}',
      description: 'Gives a slot other days, notes that in another, and sends a message.',
      access: 'public',
      body: { days, also: { type: String, required: true } },
      writes: ['slots'],
      async run({ params: { slot }, body, api }) {
        await api.transaction([
          { patch: 'slots', id: slot, changes: { days: body.days ?? [] } },
          { check: 'slots', id: body.also },
          { send: slotMoved, body: { slot } },
        ]);
        return { status: 204 };
      },
    }),
    extend: defineFunction(served, {
      route: 'POST /extensions/{slot}',
      description: 'Gives a slot a day more than it had when it was read.',
      access: 'public',
      writes: ['slots'],
      async run({ params: { slot }, api }) {
        const item = await api.slots.get(slot);
        await api.slots.patch(
          slot,
          { days: [...(item.days ?? []), (item.days ?? []).length].slice(-5) },
          { ifMatch: item },
        );
        return { status: 204 };
      },
    }),
  };
}

const SLOTS = ['s1', 's2', 's3'];

/** One random request. */
export function chooseSlotRequest(random: Random): readonly [line: string, ask: Ask] {
  const path = `/slots/${random.pick(SLOTS)}`;
  const body = {
    user: random.pick(['ada', 'ben']),
    tool: random.pick(['saw', 'axe']),
    days: Array.from({ length: 1 + random.below(2) }, () => random.below(4)),
  };
  return random.pick<() => readonly [line: string, ask: Ask]>([
    () => [`PUT ${path}`, { body }],
    () => [`PUT ${path}`, { body }],
    () => [`PATCH ${path}`, { body: { days: body.days } }],
    () => [`PATCH ${path}`, { body: random.pick([{ tool: body.tool }, { user: null }, { days: null }]) }],
    () => [`DELETE ${path}`, {}],
    () => ['POST /slots', { body }],
    () => [`POST /moves/${random.pick(SLOTS)}`, { body: { days: body.days, also: random.pick(SLOTS) } }],
    () => [`POST /moves/${random.pick(SLOTS)}`, { body: { days: body.days, also: random.pick(SLOTS) } }],
    () => [`POST /extensions/${random.pick(SLOTS)}`, {}],
  ])();
}

/** Moves that were answered with success and sent no message, or messages of moves that were refused. */
export function lostMoves(history: readonly Exchange[], records: readonly Record<string, AttributeValue>[]): string[] {
  const answers = history.filter(({ line }) => line.startsWith('POST /moves/')).map(({ answer }) => answer!.status);
  const done = answers.filter((status) => status < 300).length;
  const unknown = answers.filter((status) => status >= 500).length;
  const sent = messagesIn(records).filter(({ message }) => message === slotMoved.name).length;
  return sent >= done && sent <= done + unknown
    ? []
    : [`${done} moves were done, and of ${unknown} nobody knows, and they sent ${sent} messages.`];
}

function messagesIn(records: readonly Record<string, AttributeValue>[]): OutboxRecord[] {
  return records
    .filter(({ pk }) => pk?.S?.startsWith('#outbox#'))
    .map((record) => readOutboxRecord(record) as OutboxRecord);
}

/** Slots of which not every version has sent one message, and messages of what was never written. */
export function brokenMessages(records: readonly Record<string, AttributeValue>[]): string[] {
  const versions = new Map<string, number[]>();
  for (const { message, body } of messagesIn(records)) {
    if (message === slotWritten.name) {
      const life = `${body['slot'] as string} of ${body['made'] as string}`;
      versions.set(life, [...(versions.get(life) ?? []), Number(body['version'])]);
    }
  }
  const living = records
    .filter(({ pk }) => pk?.S === slots.name)
    .map(({ sk, createdAt, version }) => ({
      life: `${sk!.S} of ${createdAt!.S}`,
      version: Number(version?.N),
    }));
  return [
    ...[...versions].flatMap(([life, sent]) => {
      const all = Array.from({ length: sent.length }, (_, index) => index + 1).join();
      const found = sent.sort((a, b) => a - b).join();
      return found === all ? [] : [`slots/${life} has sent messages of the versions ${found}.`];
    }),
    ...living.flatMap(({ life, version }) =>
      versions.get(life)?.length === version
        ? []
        : [`slots/${life} has the version ${version} and sent ${versions.get(life)?.length ?? 0} messages.`],
    ),
  ];
}
