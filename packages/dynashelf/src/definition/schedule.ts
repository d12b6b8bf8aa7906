// The times of a schedule, as EventBridge writes them: `rate(1 day)`, or `cron(0 3 * * ? *)` in UTC.

const MINUTE = 60_000;

const UNITS = { minute: MINUTE, hour: 60 * MINUTE, day: 24 * 60 * MINUTE } as const;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The fields of a cron expression, in their order: what each is called, from where to where, and its names. */
const FIELDS: readonly {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  /** What else it may be, for people. */
  readonly more?: string;
}[] = [
  { name: 'minutes', least: 0, most: 59 },
  { name: 'hours', least: 0, most: 23 },
  {
    name: 'day of month',
    least: 1,
    most: 31,
    more: '; or, alone, L for the last day, or 15W for the weekday nearest to the 15th',
  },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  {
    name: 'day of week',
    least: 1,
    most: 7,
    names: DAYS,
    more: '; or, alone, 6L for the last Friday of the month, or 3#2 for the second Tuesday',
  },
  { name: 'year', least: 1970, most: 2199 },
];

/** Whether a day is one that a field means. */
type IsDay = (date: Date) => boolean;

/** The fields that a day fits or not by where it is in its month, each read from text; undefined for any other text. */
const DAYS_OF_MONTHS: Readonly<Record<number, (field: string) => IsDay | undefined>> = {
  2: (field) => {
    const [, nearest] = /^(\d\d?)W$/.exec(field) ?? [];
    return field === 'L'
      ? (date) => date.getUTCDate() === lastOf(date)
      : nearest === undefined || Number(nearest) < 1 || Number(nearest) > 31
        ? undefined
        : (date) => date.getUTCDate() === nearestWeekday(date, Number(nearest));
  },
  4: (field) => {
    const [, last, weekday, which] = /^(?:([1-7])?L|([1-7])#([1-5]))$/.exec(field) ?? [];
    if (field === 'L') {
      // The last day of the week.
      return (date) => date.getUTCDay() === 6;
    }
    return last !== undefined
      ? (date) => date.getUTCDay() + 1 === Number(last) && date.getUTCDate() + 7 > lastOf(date)
      : weekday === undefined
        ? undefined
        : (date) => date.getUTCDay() + 1 === Number(weekday) && Math.ceil(date.getUTCDate() / 7) === Number(which);
  },
};

/** The last day of the month of a date. */
function lastOf(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

/** The day from Monday to Friday nearest to a day of the month of a date; none where it has no such day. */
function nearestWeekday(date: Date, day: number): number | undefined {
  const last = lastOf(date);
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay();
  if (day > last) {
    return undefined;
  }
  if (weekday === 6) {
    return day === 1 ? 3 : day - 1;
  }
  return weekday === 0 ? (day === last ? day - 2 : day + 1) : day;
}

/** A schedule, read. */
export interface Schedule {
  /** The next time after another one, both in milliseconds since 1970; undefined where there is none any more. */
  readonly next: (after: number) => number | undefined;
}

/**
 * Reads a schedule.
 * @returns it, or why it is none, as the end of a sentence
 */
export function readSchedule(text: string): Schedule | string {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(text);
  if (rate !== null) {
    const [, number = '', unit = 'minute', plural] = rate;
    const count = Number(number);
    if (count < 1 || (count === 1) === (plural === 's')) {
      return `is none that EventBridge takes: write ${count > 1 ? `rate(${count} ${unit}s)` : `rate(1 ${unit})`}`;
    }
    const every = count * UNITS[unit as keyof typeof UNITS];
    return { next: (after) => after + every };
  }
  const cron = /^cron\((.*)\)$/.exec(text)?.[1];
  return cron === undefined
    ? 'is none: write rate(1 day), rate(5 minutes) or cron(0 3 * * ? *), with minutes, hours, day of month, month, day of week and year, in UTC'
    : readCron(cron.trim().split(/\s+/));
}

function readCron(fields: readonly string[]): Schedule | string {
  if (fields.length !== FIELDS.length) {
    return `has ${fields.length} fields: write ${FIELDS.length}, ${FIELDS.map(({ name }) => name).join(', ')}`;
  }
  if ((fields[2] === '?') === (fields[4] === '?')) {
    return 'says both, or neither, of day of month and day of week: write ? for one of the two';
  }
  const special = fields.map((field, index) => DAYS_OF_MONTHS[index]?.(field.toUpperCase()));
  const allowed = fields.map((field, index) =>
    special[index] === undefined ? readField(field.toUpperCase(), FIELDS[index]!) : new Set<number>(),
  );
  const wrong = allowed.findIndex((one) => one === undefined);
  if (wrong >= 0) {
    const { name, least, most, more = '' } = FIELDS[wrong]!;
    return `has "${fields[wrong]}" for ${name}: write *, a number from ${least} to ${most}, a range such as ${least}-${least + 2}, steps such as */2, or several separated by commas${more}`;
  }
  const [minutes, hours, days, months, weekdays, years] = allowed as readonly ReadonlySet<number>[];
  const isDay = (date: Date): boolean =>
    years!.has(date.getUTCFullYear()) &&
    months!.has(date.getUTCMonth() + 1) &&
    (special[2]?.(date) ?? days!.has(date.getUTCDate())) &&
    (special[4]?.(date) ?? weekdays!.has(date.getUTCDay() + 1));
  const times = [...hours!].flatMap((hour) => [...minutes!].map((minute) => (hour * 60 + minute) * MINUTE));
  times.sort((a, b) => a - b);
  return {
    next(after) {
      // A leap day that falls on a weekday comes again within 40 years (28, but around a century that is none).
      for (let day = Math.floor(after / UNITS.day), last = day + 40 * 366; day <= last; day++) {
        const midnight = day * UNITS.day;
        const time = isDay(new Date(midnight)) ? times.find((one) => midnight + one > after) : undefined;
        if (time !== undefined) {
          return midnight + time;
        }
      }
      return undefined;
    },
  };
}

/** The numbers that a field allows; undefined where it is not in its form. */
function readField(field: string, { least, most, names = [] }: (typeof FIELDS)[number]): Set<number> | undefined {
  const numbers = new Set<number>();
  const numberOf = (text: string): number => {
    const named = names.indexOf(text);
    return named >= 0 ? named + least : /^\d+$/.test(text) ? Number(text) : NaN;
  };
  for (const part of field.split(',')) {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [from, to = part.includes('/') ? String(most) : range] =
      range === '*' || range === '?' ? [String(least), String(most)] : range.split('-');
    const [first, last, by] = [numberOf(from ?? ''), numberOf(to), Number(step)];
    if (!(first >= least && last <= most && first <= last && by >= 1) || range.split('-').length > 2) {
      return undefined;
    }
    for (let number = first; number <= last; number += by) {
      numbers.add(number);
    }
  }
  return numbers;
}
