// The resource `webhooks`: who is told of changes, and of which. An app declares it by a line of
// src/resources/index.ts.
import type { AccessDeclaration } from '../../definition/access';
import type { Answer, OnWriteInput } from '../../definition/action';
import { defineResource } from '../../definition/define-resource';
import type { AnyItem } from '../../definition/item';
import type { LooseRelation } from '../../definition/relation';
import type { Resource } from '../../definition/resource';
import { conflict, problem } from '../../definition/thrown';
import { defineDeliveries } from './deliveries';
import { DELIVERY_ASKED } from './redelivery';
import { isSameCaller, readRights, writeRights } from './rights';
import { makeSecret, nameKey, OVERLAP } from './secret';
import { readWebhookSettings } from './settings';
import { LONGEST_URL, lookUpAddresses, type Lookup } from './target';
import { requireTarget } from './require-target';
import { findUnknownTypes, TYPE_PATTERN } from './wanted-types';

/** What is said of webhooks where they are declared. */
export interface WebhooksDefinition {
  /**
   * Who may do what with webhooks, as in a resource file; their `owner` is who made them. `list` and `read` hold of
   * deliveries too, and `redeliver` is of these.
   */
  readonly access?: AccessDeclaration<'owner' | 'id', 'rotate' | 'test' | 'redeliver'> | undefined;
}

const SCHEMA = {
  url: {
    type: String,
    required: true,
    maxLength: LONGEST_URL,
    description: 'Where changes are sent: an https URL that leads to a public address.',
    examples: ['https://app.example.com/hooks'],
  },
  types: {
    type: Array,
    schema: [{ type: String, pattern: TYPE_PATTERN, maxLength: 80 }],
    required: true,
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description: 'Which changes: a type such as things.updated, all of a collection as in things.*, or * for all.',
    examples: [['things.updated']],
  },
  enabled: { type: Boolean, default: true, description: 'Whether it is told of changes.' },
  description: { type: String, maxLength: 1000, description: 'What it is for.' },
  order: {
    type: String,
    enum: ['item', 'none'],
    default: 'item',
    description: 'item: the next change of an item is sent when the one before is taken, or has failed. none: at once.',
  },
  owner: { type: String, readOnly: true, maxLength: 512, description: 'Who made it: the subject of the credentials.' },
  goneAt: { type: Date, readOnly: true, description: 'When its receiver answered 410, which has disabled it.' },
  secret: {
    type: String,
    readOnly: true,
    description:
      'What deliveries are signed with. It is shown once, in the answer to the request that makes the webhook.',
  },
  secretVersion: {
    type: Number,
    readOnly: true,
    integer: true,
    default: 1,
    description: 'How many secrets it has had.',
  },
  secretRotatedAt: { type: Date, readOnly: true, description: 'When the present secret took the place of another.' },
  // By which keys its secrets are made: the present one, and the one before.
  secretKeys: {
    type: Array,
    schema: [{ type: String, maxLength: 8 }],
    maxItems: 2,
    readOnly: true,
    readableBy: 'nobody',
  },
  rights: { type: String, maxLength: 50_000, readOnly: true, readableBy: 'nobody' },
} as const;

/**
 * The webhooks of an app, to be listed behind its resources: `listResources(things, ...webhooks({ access: { … } }))`.
 * @param lookup how the names of URLs are resolved; as the system does, without it
 * @throws Error with each mistake of `access` as a sentence
 */
export function webhooks({ access = {} }: WebhooksDefinition = {}, lookup: Lookup = lookUpAddresses) {
  const { redeliver, ...ofWebhooks } = access;
  const { list, read } = access;
  /** The collections that have changes, once the resources are listed. */
  let collections: readonly string[] = [];
  const deliveries = atItsPlace(() => defineDeliveries({ list, read, redeliver }, () => resource));
  const resource = atItsPlace(() =>
    defineResource({
      name: 'webhooks',
      description: 'Who is told of changes: each change of these types is sent to the URL, signed.',
      schema: SCHEMA,
      indexes: { byOwner: { partition: 'owner' } },
      access: ofWebhooks,
      onWrite: async (write): Promise<void> => checkWrite(write),
      actions: (action) => ({
        rotate: action({
          description:
            'Makes a new secret, which is shown in the answer alone. For a day deliveries are signed with the one before it too.',
          response: {
            secret: { type: String, required: true, description: 'The new secret.' },
            previousUntil: {
              type: String,
              format: 'date-time',
              required: true,
              description: 'Until when the one before is used too.',
            },
          },
          async run({ item, now, transaction }) {
            const [key] = readWebhookSettings().keys;
            const secretVersion = item.secretVersion + 1;
            const { secretKeys: [before] = [] } = item;
            await transaction.update(resource, item.id, {
              secretVersion,
              secretRotatedAt: now.toISOString(),
              secretKeys: [nameKey(key), ...(before === undefined ? [] : [before])],
            });
            return {
              secret: makeSecret(key, item, secretVersion),
              previousUntil: new Date(now.getTime() + OVERLAP).toISOString(),
            };
          },
        }),
        test: action({
          description: 'Sends a test event, of the type webhooks.test, and answers with its delivery.',
          async run({ item, transaction }): Promise<Answer> {
            if (!item.enabled) {
              throw conflict('This webhook is disabled: enable it first.');
            }
            const delivery = await transaction.create(deliveries, {
              webhook: item.id,
              owner: item.owner,
              type: 'webhooks.test',
            });
            await transaction.send(DELIVERY_ASKED, { webhook: item.id, delivery: delivery.id });
            return delivery;
          },
        }),
      }),
    }),
  );

  /** Checks the URL and the types, and notes whose sight the bodies have. */
  async function checkWrite({ before, after, caller, transaction }: OnWriteInput<typeof SCHEMA>): Promise<void> {
    if (after === undefined) {
      return;
    }
    const { keys, rules } = readWebhookSettings();
    const isNewUrl = before?.url !== after.url;
    if (isNewUrl) {
      await requireTarget(after.url, rules, lookup);
    }
    if (JSON.stringify(before?.types) !== JSON.stringify(after.types)) {
      const errors = findUnknownTypes(after.types, collections);
      if (errors.length > 0) {
        throw problem('invalid', 'The webhook names types that there are not: correct what "errors" names.', {
          errors,
        });
      }
    }
    // The engine itself disables a webhook, and has no sight of its own.
    const isOfCaller = isNewUrl || (caller.kind !== 'system' && isSameCaller(readRights(after.rights), caller));
    const rights = isOfCaller ? writeRights(caller) : after.rights;
    const changes = {
      ...(rights !== after.rights && { rights }),
      ...(before === undefined && after.secretKeys === undefined && { secretKeys: [nameKey(keys[0])] }),
      ...(before === undefined && after.owner === undefined && caller.subject !== '' && { owner: caller.subject }),
      ...(after.enabled && after.goneAt !== undefined && { goneAt: null }),
    };
    if (Object.keys(changes).length > 0) {
      await transaction.update(resource, after.id, changes);
    }
  }

  const relation: LooseRelation = { collection: deliveries.name, attribute: 'webhook', isLoose: true };
  return [
    {
      ...resource,
      relations: { deliveries: relation },
      shownAtCreation: (item: AnyItem) => ({ secret: makeSecret(readWebhookSettings().keys[0], item, 1) }),
      link: (resources: ReadonlyMap<string, Resource>): string[] => {
        collections = [...resources.values()].filter(({ changes }) => changes !== undefined).map(({ name }) => name);
        return collections.length === 0
          ? [
              `src/resources/index.ts: there are webhooks, and no resource whose changes they could be told of: write changes: true in a resource file, or leave webhooks out`,
            ]
          : [];
      },
    } as typeof resource,
    deliveries,
  ] as const;
}

/** The mistakes of a resource, which has no file of its own. */
function atItsPlace<R>(define: () => R): R {
  try {
    return define();
  } catch (error) {
    const message = (error as Error).message.replace(
      /^src\/resources\/[\w-]+\.ts:/gm,
      'src/resources/index.ts: webhooks:',
    );
    throw new Error(message, { cause: error });
  }
}
