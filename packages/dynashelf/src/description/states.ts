// What the description says of an attribute that holds the state of its item: in words, and as data.
import { listStates, nextStates, type States } from '../definition/states';
import type { Part } from './names';

/** The states in sentences. */
export function statesRemark(states: States): string {
  const [moving, final] = [true, false].map((goes) =>
    states.all.filter((state) => nextStates(states, state).length > 0 === goes),
  ) as [string[], string[]];
  return [
    `A new item is ${listStates(states.initial)}.`,
    ...moving.map((state) => `From "${state}" it goes to ${listStates(nextStates(states, state))}.`),
    ...(final.length === 0 ? [] : [`${listStates(final, 'and')} ${final.length === 1 ? 'is' : 'are'} final.`]),
  ].join(' ');
}

/** The states as an extension of a schema: `initial`, and for each state those that it goes to. */
export function statesExtension(states: States): Part {
  return {
    'x-states': {
      initial: states.initial,
      from: Object.fromEntries(states.all.map((state) => [state, nextStates(states, state)])),
    },
  };
}
