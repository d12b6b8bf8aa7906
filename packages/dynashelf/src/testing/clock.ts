// The clock of a test file. It is in `Date` before anything is loaded, and right until a test sets it: jest's fake
// timers would put another `Date` in the place of the one that the engine knows `type: Date` by
// (docs/decisions/test-clock.md).

/** A length of time. */
export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

/** What `Date.now()` and `new Date()` say. */
export interface Clock {
  /** Stops the clock at a time: a Date, milliseconds since 1970 or text such as `2030-01-31T12:00:00Z`. */
  set(time: Date | number | string): void;
  /** Moves the clock on, or back by what is negative. A clock that runs goes on running. */
  advance(duration: Duration): void;
  /** Ends what `set` and `advance` did. */
  reset(): void;
}

/** Called at the top of a test file; after each test the clock is right again. */
export function useClock(): Clock {
  const state = stateOf(Date);
  if (state === undefined) {
    throw new Error('The clock is set by the preset dynashelf/testing/jest, which did not run.');
  }
  const reset = (): void => {
    state.stoppedAt = undefined;
    state.ahead = 0;
  };
  afterEach(reset);
  return {
    set(time) {
      const stoppedAt = new Date(time).getTime();
      if (Number.isNaN(stoppedAt)) {
        throw new Error(`"${String(time)}" is no time: write one such as 2030-01-31T12:00:00Z.`);
      }
      state.stoppedAt = stoppedAt;
    },
    advance({ days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 }) {
      const by = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
      if (state.stoppedAt === undefined) {
        state.ahead += by;
      } else {
        state.stoppedAt += by;
      }
    },
    reset,
  };
}

interface State {
  /** Milliseconds since 1970, where the clock stands still. */
  stoppedAt: number | undefined;
  /** Milliseconds by which it is ahead where it runs. */
  ahead: number;
}

const STATE = Symbol.for('dynashelf/testing/clock');

function stateOf(date: DateConstructor): State | undefined {
  return (date as DateConstructor & { [STATE]?: State })[STATE];
}

/** Puts the clock into `Date`, before anything else of a test file is loaded. */
export function installClock(): void {
  const Right = Date;
  if (stateOf(Right) !== undefined) {
    return;
  }
  const rightNow = Right.now;
  const state: State = { stoppedAt: undefined, ahead: 0 };
  const now = (): number => state.stoppedAt ?? rightNow() + state.ahead;
  Object.assign(Right, { now, [STATE]: state });
  // The text of a proxy has no name, and Dynamoose knows `type: Date` by it.
  const text = String(Right);
  Object.defineProperty(Right, 'toString', { value: () => text, writable: true, configurable: true });
  // ECMA-262 §21.4.2.1: without arguments it is the time now; called without `new`, it is that as text.
  const Clocked = new Proxy(Right, {
    construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made) as Date,
    apply: () => new Right(now()).toString(),
  });
  Object.defineProperty(Right.prototype, 'constructor', { value: Clocked });
  globalThis.Date = Clocked;
}
