// Which way patches go: imported before what patches, it lets a test have every patch computed from the item.

/** Whether every patch is computed from the item, and how many were written without it. */
export const way = { reads: false, blind: 0 };

jest.mock('../../src/operations/plain-patch', () => {
  const actual = jest.requireActual<typeof import('../../src/operations/plain-patch')>(
    '../../src/operations/plain-patch',
  );
  const plainPatch: typeof actual.plainPatch = async (...given) => {
    const plain = way.reads ? undefined : await actual.plainPatch(...given);
    way.blind += plain === undefined ? 0 : 1;
    return plain;
  };
  return { plainPatch };
});
