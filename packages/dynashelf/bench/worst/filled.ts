// Bodies as large as they may be.

import { MOST_BODY_BYTES } from '../../src/definition/limits';

/** A body of as many parts as there may be, or as fit into the largest body. */
export function filled(begin: string, part: (index: number) => string, end: string, most = Infinity): string {
  const parts: string[] = [];
  for (let size = begin.length + end.length, index = 0; index < most; index++) {
    const next = part(index);
    size += next.length + 1;
    if (size > MOST_BODY_BYTES) {
      break;
    }
    parts.push(next);
  }
  return `${begin}${parts.join(',')}${end}`;
}
