// The functions of an app's own, as others have to know them. A bundle has those of its app in the place of this file
// (src/local/declared-bundle.ts); elsewhere they are handed over.
import type { FunctionDeclaration } from './function';

export const declaredFunctions: readonly FunctionDeclaration[] = [];
