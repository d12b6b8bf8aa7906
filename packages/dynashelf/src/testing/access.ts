// Who may do what, for a snapshot: a change of a rule is then seen in the review of its test.
import type { FunctionDeclaration } from '../definition/function';
import type { Resource } from '../definition/resource';
import { accessMatrix as matrixOf, matrixText } from '../description/access-matrix';
import { appResources } from '../local/app';
import { ownFunctions } from '../local/own-functions';

/**
 * The table that `dynashelf access` prints, a line an element.
 * @param resources those of the app, without it, and then its functions
 */
export function accessMatrix(resources?: ReadonlyMap<string, Resource>): string[] {
  const functions: readonly FunctionDeclaration[] = resources === undefined ? ownFunctions().declarations : [];
  return matrixText(matrixOf(resources ?? appResources(), functions)).split('\n');
}
