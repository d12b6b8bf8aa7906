// The conversion between items and records: one interface. Which of its implementations `#conversion` leads to is for
// the build to say: `compiled.ts`, or `models.ts` under the condition `dynamoose`.
import type { JsonObject } from '../../values/json';
import type { SchemaNode } from '../../values/node';
import type { Prepared } from '../../values/prepare';
import type { StoredValue } from '../../values/stored';
import type { AttributeMap } from '../layout/value';

/** The attributes of a resource, by name. */
export type Attributes = ReadonlyMap<string, SchemaNode>;

/** What each implementation exports, under these names. */
export interface Conversion {
  /** A whole item that a client gives, ready to be written, but for the attributes of `skip`; see `prepare.ts`. */
  readonly prepareItem: (attributes: Attributes, body: JsonObject, skip?: ReadonlySet<string>) => Promise<Prepared>;
  /** The changed attributes of an item that a client gives, ready to be written. */
  readonly prepareChanges: (
    attributes: Attributes,
    body: JsonObject,
    changed: ReadonlySet<string>,
  ) => Promise<Prepared>;
  /** Attributes of an item that the resource's own code gives, ready to be written. */
  readonly prepareGiven: (attributes: Attributes, item: JsonObject, names: ReadonlySet<string>) => Promise<Prepared>;
  /**
   * Prepared values as they are stored; what is undefined is left out.
   * @throws Error where a `set` or default made what DynamoDB has no type for
   */
  readonly encode: (values: Record<string, StoredValue | undefined>) => AttributeMap;
  /**
   * The declared attributes of a record, in their order; others are left out.
   * @param item the object that they are added to: a copy of each item of a list would cost as much as decoding it
   */
  readonly decode: (attributes: Attributes, record: AttributeMap, item?: JsonObject) => Promise<JsonObject>;
  /**
   * The same of each of some records.
   * @param begin makes the object that the attributes of a record are added to
   */
  readonly decodeAll: (
    attributes: Attributes,
    records: readonly AttributeMap[],
    begin?: (record: AttributeMap) => JsonObject,
  ) => Promise<JsonObject[]>;
}
