// Names and values of DynamoDB expressions: every attribute and value by a placeholder, so that none is read as syntax.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** The placeholders of the expressions of one request. */
export interface Placeholders {
  /** The placeholder of an attribute's name; the same for the same name. */
  name(attribute: string): string;
  /** A placeholder for a value. */
  value(value: AttributeValue): string;
  /** What the request says of them; nothing where none is used. */
  attributes(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  };
}

/** Makes the placeholders of the names and values in an expression, each once. */
export function placeholders(): Placeholders {
  const known = new Map<string, string>();
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  let count = 0;
  return {
    name(attribute) {
      let placeholder = known.get(attribute);
      if (placeholder === undefined) {
        // Base 36 keeps an expression of many attributes under DynamoDB's 4 KB.
        placeholder = `#${known.size.toString(36)}`;
        known.set(attribute, placeholder);
        names[placeholder] = attribute;
      }
      return placeholder;
    },
    value(value) {
      const placeholder = `:${(count++).toString(36)}`;
      values[placeholder] = value;
      return placeholder;
    },
    attributes() {
      return {
        ...(known.size > 0 && { ExpressionAttributeNames: names }),
        ...(count > 0 && { ExpressionAttributeValues: values }),
      };
    },
  };
}
