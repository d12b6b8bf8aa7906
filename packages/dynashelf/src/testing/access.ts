// Who may do what, for a snapshot: a change of a rule is then seen in the review of its test.
import type { Resource } from '../definition/resource';
import { accessMatrix as matrixOf, matrixText } from '../description/access-matrix';
import { appResources } from '../local/app';

/**
 * The table that `dynashelf access` prints, a line an element.
 * @param resources those of the app, without it
 */
export function accessMatrix(resources: ReadonlyMap<string, Resource> = appResources()): string[] {
  return matrixText(matrixOf(resources)).split('\n');
}
