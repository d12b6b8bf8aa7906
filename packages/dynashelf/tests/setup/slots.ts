// Test-only resource: who has which tool on which days, each user a tool once and each day of a tool one user; and a
// message for every write of it.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import { defineMessage } from '../../src/definition/define-message';
import { defineResource } from '../../src/definition/define-resource';
import { readOutboxRecord } from '../../src/store/layout/outbox';
import type { Ask } from '../../src/testing/ask';
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
  ])();
}

/** Slots of which not every version has sent one message, and messages of what was never written. */
export function brokenMessages(records: readonly Record<string, AttributeValue>[]): string[] {
  const versions = new Map<string, number[]>();
  for (const record of records.filter(({ pk }) => pk?.S?.startsWith('#outbox#'))) {
    const { message, body } = readOutboxRecord(record) as { message: string; body: Record<string, unknown> };
    if (message === slotWritten.name) {
      const life = `${String(body['slot'])} of ${String(body['made'])}`;
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
