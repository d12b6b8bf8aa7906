// Binary attribute values, which are base64 on the wire.

/** An input with base64 for bytes; itself where it has none. */
export function toBase64(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  if (Array.isArray(value)) {
    const inner = value.map(toBase64);
    return inner.every((one, index) => one === value[index]) ? value : inner;
  }
  let copy: [string, unknown][] | undefined;
  for (const key in value) {
    const before = (value as Record<string, unknown>)[key];
    const after = toBase64(before);
    if (after !== before) {
      copy ??= Object.entries(value);
      copy.find(([name]) => name === key)![1] = after;
    }
  }
  // Not by assignment: an attribute may be called __proto__.
  return copy === undefined ? value : Object.fromEntries(copy);
}

/** An attribute value as it is parsed, changed in place. */
interface Parsed {
  B?: unknown;
  BS?: unknown;
  L?: Parsed[];
  M?: ParsedMap;
}

type ParsedMap = Record<string, Parsed>;

/** What of an output, or of an error, holds attribute values. */
interface Holding {
  Item?: ParsedMap;
  Items?: ParsedMap[];
  Attributes?: ParsedMap;
  LastEvaluatedKey?: ParsedMap;
  Responses?: Record<string, ParsedMap[]>;
  UnprocessedKeys?: Record<string, { Keys?: ParsedMap[] }>;
  CancellationReasons?: { Item?: ParsedMap }[];
}

/**
 * Makes bytes of base64 in what was parsed of a text, in place.
 * @returns the same object
 */
export function toBytes<T extends object>(text: string, parsed: T): T {
  // Few items have any, and looking for the ends of their types' names, which DynamoDB writes without spaces, is far
  // cheaper than looking at each value; with the quote in front, which is everywhere, it is not.
  if (text.includes('B":') || text.includes('BS":')) {
    const {
      Item,
      Items = [],
      Attributes,
      LastEvaluatedKey,
      Responses = {},
      UnprocessedKeys = {},
      CancellationReasons = [],
    } = parsed as Holding;
    const keys = Object.values(UnprocessedKeys).flatMap(({ Keys = [] }) => Keys);
    const reasons = CancellationReasons.map((reason) => reason.Item);
    [Item, Attributes, LastEvaluatedKey, ...Items, ...Object.values(Responses).flat(), ...keys, ...reasons].forEach(
      decodeMap,
    );
  }
  return parsed;
}

/** Makes bytes of base64 in a record that was parsed elsewhere, in place; what is bytes already stays. */
export function fromBase64(record: object | undefined): void {
  decodeMap(record as ParsedMap | undefined);
}

function decodeMap(map: ParsedMap | undefined): void {
  Object.values(map ?? {}).forEach(decode);
}

function decode(value: Parsed): void {
  if (typeof value.B === 'string') {
    value.B = bytesOf(value.B);
  } else if (Array.isArray(value.BS)) {
    value.BS = value.BS.map((one: unknown) => (typeof one === 'string' ? bytesOf(one) : one));
  }
  value.L?.forEach(decode);
  decodeMap(value.M);
}

function bytesOf(text: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.from(text, 'base64');
  return new Uint8Array(buffer, byteOffset, byteLength);
}
