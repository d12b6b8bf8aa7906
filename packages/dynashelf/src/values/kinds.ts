// Every kind of attribute. Three tables, so that a function holds no part of a kind that it does not need.
import { declaredAny, sentAny, storedAny } from './kinds/any';
import { declaredArray, sentArray, storedArray } from './kinds/array';
import { declaredBinary, sentBinary, storedBinary } from './kinds/binary';
import { declaredBoolean, sentBoolean, storedBoolean } from './kinds/boolean';
import { declaredDate, sentDate, storedDate } from './kinds/date';
import { declaredNumber, sentNumber, storedNumber } from './kinds/number';
import { declaredObject, sentObject, storedObject } from './kinds/object';
import { declaredSet, sentSet, storedSet } from './kinds/set';
import { declaredString, sentString, storedString } from './kinds/string';
import type { DeclaredKind, SentKind, StoredKind } from './kind';
import type { Kind } from './node';

/** What a resource file may say of each kind. */
export const DECLARED: { readonly [K in Kind]: DeclaredKind } = {
  string: declaredString,
  number: declaredNumber,
  boolean: declaredBoolean,
  date: declaredDate,
  binary: declaredBinary,
  object: declaredObject,
  array: declaredArray,
  set: declaredSet,
  any: declaredAny,
};

/** How each kind lies in the table. */
export const STORED: { readonly [K in Kind]: StoredKind } = {
  string: storedString,
  number: storedNumber,
  boolean: storedBoolean,
  date: storedDate,
  binary: storedBinary,
  object: storedObject,
  array: storedArray,
  set: storedSet,
  any: storedAny,
};

/** How clients write each kind. */
export const SENT: { readonly [K in Kind]: SentKind } = {
  string: sentString,
  number: sentNumber,
  boolean: sentBoolean,
  date: sentDate,
  binary: sentBinary,
  object: sentObject,
  array: sentArray,
  set: sentSet,
  any: sentAny,
};
