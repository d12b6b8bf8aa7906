// The conversion compiled from the schema: the default (docs/decisions/codec.md).
import * as decoded from '../../values/decode';
import * as prepared from '../../values/prepare';
import * as encoded from '../layout/value';
import type { Conversion } from './conversion';

export const prepareItem: Conversion['prepareItem'] = prepared.prepareItem;
export const prepareChanges: Conversion['prepareChanges'] = prepared.prepareChanges;
export const prepareGiven: Conversion['prepareGiven'] = prepared.prepareGiven;
export const encode: Conversion['encode'] = encoded.encode;
export const decode: Conversion['decode'] = decoded.decode;
export const decodeAll: Conversion['decodeAll'] = decoded.decodeAll;
