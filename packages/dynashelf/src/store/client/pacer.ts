// Keeps work within a number of capacity units a second.

/** @returns waits until the units that were used so far are within the rate; unbounded without one */
export function pacer(rate: number | undefined): (units: number) => Promise<void> {
  const begun = Date.now();
  let used = 0;
  return async (units) => {
    used += units;
    const wait = rate === undefined ? 0 : (used / rate) * 1000 - (Date.now() - begun);
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  };
}
