// Changes in an emulated AWS: what is written comes by the table's stream into the feed, and from there to a topic.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

const NOW = '2026-11-27T12:00:00.000Z';

/** What a book is in the table. */
const BOOK = {
  pk: { S: 'books' },
  sk: { S: 'emulated' },
  title: { S: 'Emulated' },
  author: { S: 'Nobody' },
  copies: { N: '1' },
  lent: { N: '0' },
  kept: { N: '0' },
  version: { N: '1' },
  createdAt: { S: NOW },
  updatedAt: { S: NOW },
};

/**
 * Writes an item where the sample is deployed with a topic, and looks where it arrives.
 * @param base the API's root
 * @param key an API key of it
 */
export async function tellChanges(base: string, key: string, endpoint: string): Promise<void> {
  const { QueueUrl } = (await ask(endpoint, 'sqs', 'AmazonSQS.CreateQueue', { QueueName: 'told' })) as {
    QueueUrl: string;
  };
  const topics = await query(endpoint, 'sns', { Action: 'ListTopics', Version: '2010-03-31' });
  const [topic] = /arn:aws:sns:[^<]*-changes/.exec(topics) ?? [];
  assert.ok(topic, topics);
  await query(endpoint, 'sns', {
    Action: 'Subscribe',
    Version: '2010-03-31',
    TopicArn: topic,
    Protocol: 'sqs',
    Endpoint: 'arn:aws:sqs:us-east-1:000000000000:told',
    'Attributes.entry.1.key': 'RawMessageDelivery',
    'Attributes.entry.1.value': 'true',
  });
  const changes = async (): Promise<{ type: string; data: object }[]> => {
    const reply = await fetch(`${base}/changes?collection=books`, { headers: { 'X-Api-Key': key } });
    assert.equal(reply.status, 200, await reply.clone().text());
    return ((await reply.json()) as { changes: { type: string; data: object }[] }).changes;
  };
  assert.deepEqual(await changes(), []);
  await ask(endpoint, 'dynamodb', 'DynamoDB_20120810.PutItem', { TableName: 'dynashelf-dev', Item: BOOK });
  for (let tries = 0; tries < 100 && (await changes()).length === 0; tries++) {
    await sleep(200);
  }
  const [change] = await changes();
  assert.equal(change?.type, 'books.created');
  console.log('ok: what is written comes by the stream into the feed');

  let told: string | undefined;
  for (let tries = 0; tries < 50 && told === undefined; tries++) {
    const { Messages = [] } = (await ask(endpoint, 'sqs', 'AmazonSQS.ReceiveMessage', {
      QueueUrl,
      WaitTimeSeconds: 1,
    })) as {
      Messages?: { Body: string }[];
    };
    told = Messages[0]?.Body;
  }
  assert.equal((JSON.parse(told ?? 'null') as { type?: string } | null)?.type, 'books.created');
  console.log('ok: from there it is published to the topic');

  const described = (await (await fetch(`${base}/asyncapi.json`)).json()) as { channels: object };
  assert.deepEqual(Object.keys(described.channels), ['topic']);
  console.log('ok: the topic is described');
}

async function ask(endpoint: string, service: string, target: string, input: object): Promise<unknown> {
  const text = await post(endpoint, service, 'application/x-amz-json-1.0', JSON.stringify(input), target);
  return JSON.parse(text);
}

async function query(endpoint: string, service: string, form: Record<string, string>): Promise<string> {
  return post(endpoint, service, 'application/x-www-form-urlencoded', new URLSearchParams(form).toString());
}

/** The emulator looks for the service in what signs a request, and at nothing else of it. */
async function post(endpoint: string, service: string, type: string, body: string, target?: string): Promise<string> {
  const reply = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': type,
      ...(target !== undefined && { 'X-Amz-Target': target }),
      Authorization: `AWS4-HMAC-SHA256 Credential=test/20261127/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=none`,
    },
    body,
  });
  const text = await reply.text();
  assert.equal(reply.status, 200, text);
  return text;
}
