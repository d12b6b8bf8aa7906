// What is measured: an item of 14 attributes, and what is done with it. Each contender reads and writes it in its own
// way.

/** The attributes that a client gives. */
export interface Values {
  readonly title: string;
  readonly author: string;
  readonly isbn: string;
  readonly published: string;
  readonly pages: number;
  readonly price: number;
  readonly language: 'en' | 'fr' | 'de';
  readonly inPrint: boolean;
  readonly tags: string[];
  readonly publisher: { readonly name: string; readonly city: string };
}

/** An item as a client sees it. */
export interface Item extends Values {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a PATCH changes. */
export type Changes = Pick<Values, 'title' | 'pages'>;

/** The two halves of a contender, so that neither is in the bundle of the other. */
export interface Reads {
  /** Strongly consistent. */
  get(id: string): Promise<Item | undefined>;
  /** The items of the partition from its end on, strongly consistent. */
  list(limit: number): Promise<Item[]>;
}

export interface Writes {
  /** A new item, on the condition that there is none with its id. */
  create(values: Values): Promise<Item>;
  /** The item whole, whether there is one or not. */
  replace(id: string, values: Values): Promise<Item>;
  /** Some attributes, on the condition that the item exists; the item as it then is. */
  patch(id: string, changes: Changes): Promise<Item>;
  /** On the condition that the item exists. */
  remove(id: string): Promise<void>;
}

/** The partition of the table that the items are in. */
export const PARTITION = 'things';

/** An item that is there for good. */
export const KNOWN = 'the-known-one';

export const OPERATIONS = ['get', 'list 25', 'list 100', 'create', 'replace', 'patch', 'delete'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Values that differ by a number. */
export function valuesOf(number: number): Values {
  return {
    title: `The Whale, volume ${number}`,
    author: 'Herman Melville',
    isbn: `978${String(number).padStart(10, '0')}`,
    published: '1851-10-18',
    pages: 300 + (number % 400),
    price: 12.5,
    language: 'en',
    inPrint: number % 2 === 0,
    tags: ['whales', 'sea', 'novel'],
    publisher: { name: 'Richard Bentley', city: 'London' },
  };
}

export function changesOf(number: number): Changes {
  return { title: `Moby-Dick, volume ${number}`, pages: 700 + (number % 100) };
}
