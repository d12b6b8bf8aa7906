// The times of a schedule, as EventBridge has them.

import { readSchedule } from '../../../src/definition/schedule';

/** The next times of a schedule after a moment. */
function times(text: string, after: string, count = 1): (string | undefined)[] {
  const schedule = readSchedule(text);
  if (typeof schedule === 'string') {
    throw new Error(schedule);
  }
  const found: (string | undefined)[] = [];
  for (let at: number | undefined = Date.parse(after); found.length < count && at !== undefined;) {
    at = schedule.next(at);
    found.push(at === undefined ? undefined : new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

test.each<[string, string, (string | undefined)[]]>([
  ['rate(1 minute)', '2030-01-01T00:00:30Z', ['2030-01-01T00:01', '2030-01-01T00:02']],
  ['rate(5 hours)', '2030-01-01T00:00:00Z', ['2030-01-01T05:00', '2030-01-01T10:00']],
  ['rate(1 day)', '2030-01-01T12:00:00Z', ['2030-01-02T12:00']],
  ['cron(0 3 * * ? *)', '2030-01-01T03:00:00Z', ['2030-01-02T03:00', '2030-01-03T03:00']],
  ['cron(0 3 * * ? *)', '2030-01-01T02:59:59Z', ['2030-01-01T03:00']],
  ['cron(*/20 22-23 ? * MON-FRI *)', '2030-01-04T23:40:00Z', ['2030-01-07T22:00', '2030-01-07T22:20']],
  ['cron(15 10 ? * 6,SUN 2030)', '2030-12-30T00:00:00Z', [undefined]],
  ['cron(0 0 29 feb ? *)', '2030-01-01T00:00:00Z', ['2032-02-29T00:00']],
  ['cron(0 0 31 2 ? *)', '2030-01-01T00:00:00Z', [undefined]],
  // Of L, W and #: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
  ['cron(0 3 L * ? *)', '2028-01-31T03:00:00Z', ['2028-02-29T03:00', '2028-03-31T03:00', '2028-04-30T03:00']],
  ['cron(0 3 l 2 ? *)', '2030-01-01T00:00:00Z', ['2030-02-28T03:00', '2031-02-28T03:00']],
  // The 15th is a Saturday, a Sunday, a Monday.
  ['cron(0 3 15W 6,9,7 ? 2030)', '2030-01-01T00:00:00Z', ['2030-06-14T03:00', '2030-07-15T03:00', '2030-09-16T03:00']],
  // It stays within its month, at either end.
  ['cron(0 3 1W 6 ? 2030)', '2030-01-01T00:00:00Z', ['2030-06-03T03:00', undefined]],
  ['cron(0 3 30W 6 ? 2030)', '2030-01-01T00:00:00Z', ['2030-06-28T03:00', undefined]],
  ['cron(0 3 31W 1-4 ? 2030)', '2030-01-01T00:00:00Z', ['2030-01-31T03:00', '2030-03-29T03:00', undefined]],
  ['cron(0 3 ? * 6L *)', '2030-01-01T00:00:00Z', ['2030-01-25T03:00', '2030-02-22T03:00', '2030-03-29T03:00']],
  ['cron(0 3 ? * L *)', '2030-01-01T00:00:00Z', ['2030-01-05T03:00', '2030-01-12T03:00']],
  ['cron(0 3 ? * 3#2 *)', '2030-01-01T00:00:00Z', ['2030-01-08T03:00', '2030-02-12T03:00']],
  // Not every month has a fifth.
  ['cron(0 3 ? 1-4 3#5 2030)', '2030-01-01T00:00:00Z', ['2030-01-29T03:00', '2030-04-30T03:00', undefined]],
  ['cron(10/25 0 1 1/6 ? *)', '2030-01-01T00:10:00Z', ['2030-01-01T00:35', '2030-07-01T00:10']],
])('%s after %s', (text, after, expected) => {
  expect(times(text, after, expected.length)).toEqual(expected);
});

test.each([
  ['rate(0 days)', 'write rate(1 day)'],
  ['rate(2 day)', 'write rate(2 days)'],
  ['rate(1.5 days)', 'is none'],
  ['every day', 'is none'],
  ['cron(0 3 * * ?)', 'has 5 fields'],
  ['cron(0 3 ? * ? *)', 'says both, or neither'],
  ['cron(60 3 * * ? *)', '"60" for minutes'],
  ['cron(0 3 LW * ? *)', '"LW" for day of month'],
  ['cron(0 3 L,1 * ? *)', '"L,1" for day of month'],
  ['cron(0 3 L-3 * ? *)', '"L-3" for day of month'],
  ['cron(0 3 0W * ? *)', '"0W" for day of month'],
  ['cron(0 3 32W * ? *)', 'or, alone, L for the last day, or 15W for the weekday nearest to the 15th'],
  ['cron(0 3 6L * ? *)', '"6L" for day of month'],
  ['cron(0 3 ? * 3#6 *)', '"3#6" for day of week'],
  ['cron(0 3 ? * 8#1 *)', 'or, alone, 6L for the last Friday of the month, or 3#2 for the second Tuesday'],
  ['cron(0 3 ? * 3#1,6#3 *)', '"3#1,6#3" for day of week'],
  ['cron(0 3 ? * 15W *)', '"15W" for day of week'],
  ['cron(L 3 ? * 1 *)', '"L" for minutes'],
  ['cron(0 3 ? 1#2 1 *)', '"1#2" for month'],
  ['cron(0 3 ? * FRI-MON *)', '"FRI-MON" for day of week'],
  ['cron(0-1-2 3 ? * 1 *)', '"0-1-2" for minutes'],
  ['cron(*/0 3 ? * 1 *)', '"*/0" for minutes'],
])('%s is none: %s', (text, sentence) => {
  expect(readSchedule(text)).toContain(sentence);
});

test('in every month there is one last Friday, one weekday nearest to the 15th, and one second Tuesday', () => {
  for (const cron of ['? * 6L *', '15W * ? *', '? * 3#2 *', 'L * ? *', '1W * ? *', '28W * ? *']) {
    const found = times(`cron(0 0 ${cron})`, '2029-12-31T23:59:59Z', 240);
    expect(new Set(found.map((time) => time!.slice(0, 7))).size).toBe(240);
  }
});
