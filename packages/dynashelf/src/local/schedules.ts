// The schedules of an app's functions at `npm start`: each is called at its times, as EventBridge calls it.

import { readSchedule, type Schedule } from '../definition/schedule';
import { PUBLISH } from '../serverless/stack-app';
import type { Service } from './gateway-route';
import { type Invoke, InvocationError } from './invoke';

/** Schedules that run. */
export interface RunningSchedules {
  /** What runs when, in lines. */
  readonly lines: readonly string[];
  stop(): void;
}

/** The engine's own functions, of whose schedules nobody has to know: they look for what was missed. */
const ENGINES = [PUBLISH, 'deliver'];

/** The longest time that Node waits, in milliseconds; a longer one is waited for in steps. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Calls functions at their times, from now on. @param say is told of each call, in a line */
export function runSchedules({ functions }: Service, invoke: Invoke, say: (line: string) => void): RunningSchedules {
  const timers = new Set<NodeJS.Timeout>();
  let isStopped = false;

  const wait = (until: number, then: () => void): void => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        if (Date.now() < until) {
          wait(until, then);
        } else if (!isStopped) {
          then();
        }
      },
      Math.min(Math.max(0, until - Date.now()), LONGEST_WAIT),
    );
    timers.add(timer);
  };

  const follow = (key: string, name: string, text: string, schedule: Schedule, after: number): number | undefined => {
    const time = schedule.next(after);
    if (time !== undefined) {
      wait(time, () => {
        void call(key, name, text, time);
        // From the time that it was due, so that a rate does not slip; but what was slept through is left out.
        follow(key, name, text, schedule, Date.now() - time > 60_000 ? Date.now() : time);
      });
    }
    return time;
  };

  async function call(key: string, name: string, text: string, time: number): Promise<void> {
    try {
      await invoke(name, JSON.stringify(scheduleEvent(time)));
      if (ENGINES.includes(key)) {
        return;
      }
      say(`${key} was called by ${text}.`);
    } catch (error) {
      say(
        `${key} was called by ${text} and failed: ${error instanceof InvocationError ? error.reason : String(error)}`,
      );
    }
  }

  const lines = Object.entries(functions).flatMap(([key, { name, schedules = [] }]) =>
    schedules.flatMap((text) => {
      const schedule = readSchedule(text);
      const time = typeof schedule === 'string' ? undefined : follow(key, name, text, schedule, Date.now());
      if (ENGINES.includes(key)) {
        return [];
      }
      return `${key} runs by ${text}: ${time === undefined ? 'never again' : `next at ${new Date(time).toISOString().slice(0, 19)}Z`}. Now: npx dynashelf call ${key}`;
    }),
  );
  return {
    lines,
    stop() {
      isStopped = true;
      timers.forEach((timer) => clearTimeout(timer));
    },
  };
}

/** The event of a schedule, as far as functions read it. */
export function scheduleEvent(time: number): object {
  return {
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
    detail: {},
  };
}
