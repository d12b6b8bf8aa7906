// Bodies of sample items for tests.

/** A valid body of a book; give what matters to the test. */
export function aBook(attributes: Record<string, unknown> = {}): Record<string, unknown> {
  return { title: 'Moby-Dick', author: 'Herman Melville', ...attributes };
}
