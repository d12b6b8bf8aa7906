// What must hold after a history, of the table as it is then and of the answers given on the way.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import type { Resource } from '../../src/definition/resource';
import { keyText, recordKey } from '../../src/store/layout/record';
import { openLedger } from '../../src/store/verify/ledger';
import { emptyLedger } from '../../src/store/verify/ledger-state';
import type { Exchange } from './participants';

type StoredRecord = Record<string, AttributeValue>;

/** Every rule that the table breaks, as a sentence. */
export async function brokenRules(
  resources: ReadonlyMap<string, Resource>,
  records: readonly StoredRecord[],
): Promise<string[]> {
  const ledger = openLedger(resources, emptyLedger());
  for (const record of records) {
    await ledger.add(record);
  }
  const byKey = new Map(records.map((record) => [keyText(record), record]));
  const findings = await ledger.findings(async (resource, id) => byKey.get(keyText(recordKey(resource, id))));
  return [...findings.map(({ kind, at, detail }) => `${kind}: ${at}: ${detail}`), ...brokenLending(records)];
}

/** lent is the number of open loans, and available what is left of the copies. */
function brokenLending(records: readonly StoredRecord[]): string[] {
  return records
    .filter(({ pk }) => pk?.S === 'books')
    .flatMap((book) => {
      const open = records.filter(
        (record) =>
          record['pk']?.S === 'loans' && record['book']?.S === idOf(book) && record['returnedAt'] === undefined,
      ).length;
      const [copies = NaN, lent = NaN, available = NaN] = ['copies', 'lent', 'available'].map((name) =>
        Number(book[name]?.N),
      );
      return lent === open && available === copies - lent && available >= 0
        ? []
        : [
            `books/${idOf(book)}: ${open} loans are open, of ${copies} copies ${lent} are lent and ${available} available.`,
          ];
    });
}

/** Every answer 500, which is a bug whatever went wrong. */
export function bugs(history: readonly Exchange[]): string[] {
  return history.filter(({ answer }) => answer!.status === 500).map(({ line, answer }) => `${line}: ${answer!.text}`);
}

/**
 * Every answer that is not true, as a sentence: of what was refused, nothing took effect; of what was done, one thing.
 */
export function untrueAnswers(history: readonly Exchange[]): string[] {
  return history.flatMap((exchange) => {
    const { status, headers } = exchange.answer!;
    const effects = exchange.effects.length;
    const isWrite = !exchange.line.startsWith('GET ') && headers['idempotent-replayed'] === undefined;
    const wrong = (is: boolean, what: string): string[] =>
      is ? [`${describe(exchange)} was answered ${status}, ${what} (${effects} effects).`] : [];
    if (status === 500) {
      return wrong(true, 'which is a bug');
    }
    if (status >= 503) {
      return wrong(effects > 1, 'and was carried out more than once');
    }
    if (status >= 400) {
      return wrong(effects > 0, 'and yet took effect');
    }
    return [
      ...wrong(effects > (isWrite ? 1 : 0), isWrite ? 'and was carried out more than once' : 'and yet wrote'),
      ...wrong(isWrite && effects === 0 && !wasDeletedBy(exchange, history), 'and did nothing'),
    ];
  });
}

/**
 * A DELETE is also done where another, at the same time, was faster; of a note, which is not read first, also where
 * there was none.
 */
function wasDeletedBy({ line, begun, ended }: Exchange, history: readonly Exchange[]): boolean {
  const key = line.replace('DELETE /', '');
  return (
    line.startsWith('DELETE /notes/') ||
    (line.startsWith('DELETE ') &&
      history.some(
        (other) =>
          other.begun <= ended &&
          other.ended >= begun &&
          other.effects.some((effect) => effect.some((write) => write.kind === 'delete' && write.key === key)),
      ))
  );
}

/** Every idempotency key that had more or less than the one effect it should have, or that is kept without one. */
export function brokenKeys(history: readonly Exchange[], records: readonly StoredRecord[]): string[] {
  const byKey = new Map<string, Exchange[]>();
  for (const exchange of history.filter(({ key }) => key !== undefined)) {
    byKey.set(exchange.key!, [...(byKey.get(exchange.key!) ?? []), exchange]);
  }
  const broken: string[] = [];
  let effective = 0;
  for (const [key, exchanges] of byKey) {
    const effects = exchanges.reduce((sum, exchange) => sum + exchange.effects.length, 0);
    const done = exchanges.filter(({ answer }) => answer!.status < 400);
    effective += Math.min(effects, 1);
    if (effects > 1 || (done.length > 0 && effects === 0)) {
      broken.push(`${key} had ${effects} effects (${describe(exchanges[0]!)}).`);
    }
    if (effects > 0 && exchanges.at(-1)!.answer!.status >= 400) {
      broken.push(`${key} took effect, and is refused (${describe(exchanges.at(-1)!)}).`);
    }
    if (
      new Set(
        done.map(({ answer }) =>
          JSON.stringify([answer!.status, answer!.headers['etag'], answer!.headers['location'], answer!.text]),
        ),
      ).size > 1
    ) {
      broken.push(`${key} was answered differently (${describe(exchanges[0]!)}).`);
    }
  }
  const kept = records.filter(({ pk }) => pk?.S?.startsWith('#idempotency#')).length;
  return kept === effective ? broken : [...broken, `${effective} keys took effect, and ${kept} are kept.`];
}

/** Every item that is not what the writes of it make: lost, doubled, or with a gap in its versions. */
export function brokenItems(history: readonly Exchange[], records: readonly StoredRecord[]): string[] {
  const writes = new Map<string, { versions: number[]; births: number; deaths: number }>();
  for (const { key, kind, version } of history
    .flatMap(({ effects }) => effects.flat())
    .filter((write) => !write.key.startsWith('#'))) {
    const item = writes.get(key) ?? { versions: [], births: 0, deaths: 0 };
    writes.set(key, item);
    if (kind === 'delete') {
      item.deaths++;
    } else if (version !== undefined) {
      item.versions.push(version);
    }
    item.births += kind === 'put' ? 1 : 0;
  }
  const live = new Map(records.filter(({ pk }) => !pk?.S?.startsWith('#')).map((record) => [keyOf(record), record]));
  const broken = [...live.keys()].filter((key) => !writes.has(key)).map((key) => `${key} was made by no request.`);
  for (const [key, { versions, births, deaths }] of writes) {
    const record = live.get(key);
    // A blind PUT leaves its version to the database.
    if (!key.startsWith('notes/') && births - deaths !== (record === undefined ? 0 : 1)) {
      broken.push(
        `${key} was made ${births} times and deleted ${deaths} times, and ${record === undefined ? 'is gone' : 'exists'}.`,
      );
    }
    const gapless = versions.toSorted((a, b) => a - b).every((version, index) => version === index + 1);
    if (!key.startsWith('notes/') && deaths === 0 && (!gapless || versions.length !== Number(record?.['version']?.N))) {
      broken.push(`${key} has version ${record?.['version']?.N} of the writes ${versions.join(' ')}.`);
    }
  }
  return [...broken, ...brokenAnswers(history, live)];
}

/** Each acknowledged write has a version of its own, and the last one of an item is how it is. */
function brokenAnswers(history: readonly Exchange[], live: ReadonlyMap<string, StoredRecord>): string[] {
  const seen = new Map<string, Exchange>();
  return history.flatMap((exchange) => {
    const { status, body, headers } = exchange.answer!;
    const path = exchange.line.split(' ')[1]!.slice(1);
    if (!/^(PUT|PATCH) /.test(exchange.line) || status >= 400 || headers['idempotent-replayed'] !== undefined) {
      return [];
    }
    const { createdAt, version, title, tags } = body as Record<string, unknown>;
    const name = `${path} ${String(createdAt)} ${String(version)}`;
    const record = live.get(path);
    const isLast = record?.['createdAt']?.S === createdAt && record?.['version']?.N === String(version);
    const same =
      !isLast ||
      (record?.['title']?.S === title &&
        JSON.stringify(record?.['tags']?.L?.map(({ S }) => S)) === JSON.stringify(tags));
    const twice = seen.has(name);
    seen.set(name, exchange);
    return [
      ...(twice ? [`Two writes were answered as ${name}.`] : []),
      ...(same ? [] : [`${name} is not as ${describe(exchange)} was answered.`]),
    ];
  });
}

function describe({ line, ask, answer }: Exchange): string {
  return `${line} ${JSON.stringify({ ...ask, detail: (answer?.body as { detail?: string } | undefined)?.detail })}`;
}

function keyOf({ pk, sk }: StoredRecord): string {
  return `${pk?.S}/${sk?.S}`;
}

function idOf({ sk }: StoredRecord): string {
  return sk?.S ?? '';
}
