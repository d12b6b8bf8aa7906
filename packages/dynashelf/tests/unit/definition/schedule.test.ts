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
  ['cron(0 3 L * ? *)', '"L" for day of month'],
  ['cron(0 3 ? * 2#1 *)', '"2#1" for day of week'],
  ['cron(0 3 ? * FRI-MON *)', '"FRI-MON" for day of week'],
  ['cron(0-1-2 3 ? * 1 *)', '"0-1-2" for minutes'],
  ['cron(*/0 3 ? * 1 *)', '"*/0" for minutes'],
])('%s is none: %s', (text, sentence) => {
  expect(readSchedule(text)).toContain(sentence);
});
