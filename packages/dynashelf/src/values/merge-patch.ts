// JSON Merge Patch (RFC 7396).
import { isObject, type Json, type JsonObject } from './json';

/** The target with the patch applied, as RFC 7396 §2 defines it; the target itself stays as it was. */
export function applyMergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) {
    return patch;
  }
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      delete merged[name];
    } else {
      merged[name] = applyMergePatch(merged[name], value);
    }
  }
  return merged;
}
