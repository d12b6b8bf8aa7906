// Tags as answers carry them. Where a path can have held another item before, the tag names the birth of this one, too.

/**
 * The text of a tag with a mark of birth: the version, then 8 characters of base64url; any version where none is given.
 */
export const tagWithBirth = (version?: number): RegExp =>
  new RegExp(`^"${version === undefined ? '[1-9][0-9]*' : String(version)}-[A-Za-z0-9_-]{8}"$`);

/** Matches a tag with a mark of birth inside `toEqual` and `toMatchObject`: `"2-Ab3dE_9x"` for version 2. */
export const withBirth = (version?: number): string => expect.stringMatching(tagWithBirth(version)) as string;
