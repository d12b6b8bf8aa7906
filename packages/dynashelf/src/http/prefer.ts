// Preferences (RFC 7240).
import type { Request } from './request';

export interface Preferences {
  /** Whether the client wants the item in the answer to a write, if it said. */
  readonly return?: 'minimal' | 'representation';
  /** Whether the client wants to know how many items a list has. */
  readonly count?: 'exact';
}

/** Reads `Prefer`; what it names that is not known is ignored (RFC 7240 §2). */
export function readPreferences(request: Pick<Request, 'header'>): Preferences {
  const header = request.header('prefer');
  if (header === undefined) {
    return {};
  }
  const wanted = new Map<string, string>();
  for (const preference of header.split(',')) {
    const [token = ''] = preference.split(';');
    const [name = '', value = ''] = token.split('=').map((part) => part.trim());
    // §2: of several of one name the first counts.
    if (!wanted.has(name.toLowerCase())) {
      wanted.set(name.toLowerCase(), value.replace(/^"(.*)"$/, '$1'));
    }
  }
  const value = wanted.get('return');
  return {
    ...((value === 'minimal' || value === 'representation') && { return: value }),
    ...(wanted.get('count') === 'exact' && { count: 'exact' }),
  };
}
