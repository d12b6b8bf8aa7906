// An image without what a deletion does not look at: of a large tree all are held at once, each with up to 400 kB.
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import { referenceAttributes } from '../store/layout/layout-record';
import type { Image } from '../store/layout/record';
import { attributesCounted } from '../transaction/counts';

/** The image with its marks, what it refers to, and what others count or sum of it; without the other attributes. */
export function slim(resources: ReadonlyMap<string, Resource>, resource: Resource, { item, record }: Image): Image {
  const kept = attributesCounted(resources, resource, item);
  for (const [name] of referenceAttributes(resource)) {
    kept.add(name);
  }
  const isKept = ([name]: [string, unknown]): boolean => kept.has(name) || !resource.attributes.has(name);
  return {
    item: Object.fromEntries(Object.entries(item).filter(isKept)) as AnyItem,
    record: Object.fromEntries(Object.entries(record).filter(isKept)),
  };
}
