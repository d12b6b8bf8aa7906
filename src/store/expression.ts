// Names and values of DynamoDB expressions: every attribute and value by a placeholder, so that none is read as syntax.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** The placeholders of the expressions of one request. */
export interface Placeholders {
  /** The placeholder of an attribute's name; the same for the same name. */
  name(attribute: string): string;
  /** A placeholder for a value. */
  value(value: AttributeValue): string;
  /** What the request says of them; nothing where none is used. */
  attributes(): { ExpressionAttributeNames?: Record<string, string>; ExpressionAttributeValues?: Record<string, AttributeValue> };
}

export function placeholders(): Placeholders {
  const names = new Map<string, string>();
  const values: [string, AttributeValue][] = [];
  return {
    name(attribute) {
      let placeholder = names.get(attribute);
      if (placeholder === undefined) {
        // Base 36 keeps an expression of many attributes under DynamoDB's 4 KB.
        placeholder = `#${names.size.toString(36)}`;
        names.set(attribute, placeholder);
      }
      return placeholder;
    },
    value(value) {
      const placeholder = `:${values.length.toString(36)}`;
      values.push([placeholder, value]);
      return placeholder;
    },
    attributes() {
      return {
        ...(names.size > 0 && { ExpressionAttributeNames: Object.fromEntries([...names].map(([name, placeholder]) => [placeholder, name])) }),
        ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
      };
    },
  };
}
