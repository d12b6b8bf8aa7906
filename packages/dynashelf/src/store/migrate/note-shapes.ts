// What the items of a table were written under: the shape of each resource, kept in its layout record.
import { shapeOf, type ResourceShape, type Shapes } from '../../definition/shapes/shape';
import type { Resource } from '../../definition/resource';
import type { Send } from '../client/send';
import { layoutKey, readLayouts } from '../layout/layout-record';

/** The attribute of a layout record that holds the shape, as JSON. */
const SHAPE_ATTRIBUTE = 'shape';

/** The shapes that a table was last brought to; a table of before they were kept has none. */
export async function readShapes(send: Send, TableName: string): Promise<Shapes> {
  const layouts = await readLayouts(send, TableName);
  return Object.fromEntries(
    [...layouts].flatMap(([name, { [SHAPE_ATTRIBUTE]: shape }]) =>
      shape?.S === undefined ? [] : [[name, JSON.parse(shape.S) as ResourceShape]],
    ),
  );
}

/** Keeps the shapes of resources, where they are not those that are kept. */
export async function noteShapes(
  send: Send,
  TableName: string,
  resources: ReadonlyMap<string, Resource>,
): Promise<void> {
  const known = await readLayouts(send, TableName);
  for (const resource of resources.values()) {
    const shape = JSON.stringify(shapeOf(resource));
    if (known.get(resource.name)?.[SHAPE_ATTRIBUTE]?.S !== shape) {
      await send('UpdateItem', {
        TableName,
        Key: layoutKey(resource),
        UpdateExpression: 'SET #s = :s',
        ExpressionAttributeNames: { '#s': SHAPE_ATTRIBUTE },
        ExpressionAttributeValues: { ':s': { S: shape } },
      });
    }
  }
}
