// Resources to try access rules on: papers that have an owner, lie on shelves and are remarked upon.
import type { AccessDeclaration } from '../../src/definition/access';
import type { Answer } from '../../src/definition/action';
import type { Resource } from '../../src/definition/resource';
import { defineResource, listResources } from '../../src/definition/define-resource';

const OPEN = {
  list: 'public',
  read: 'public',
  create: 'public',
  replace: 'public',
  patch: 'public',
  delete: 'public',
} as const;

/** Papers with some access, and shelves and remarks that are open to everyone. */
export function papersWith(access: AccessDeclaration): ReadonlyMap<string, Resource> {
  const papers = defineResource({
    name: 'papers',
    description: 'Papers that have an owner.',
    schema: {
      title: { type: String, required: true, maxLength: 100 },
      owner: { type: String, required: true, maxLength: 200 },
      partner: { type: String, maxLength: 200 },
      shelf: { type: String, references: 'shelves' },
      state: { type: String, enum: ['draft', 'published'], default: 'draft' },
      grade: { type: Number, readableBy: { role: 'editor' }, writableBy: { role: 'editor' } },
      pin: { type: String, maxLength: 20, readableBy: 'nobody' },
    },
    indexes: {
      byOwner: { partition: 'owner' },
      byOwnerAndTitle: { partition: 'owner', sort: 'title' },
      byPartner: { partition: 'partner' },
      byPartnerAndTitle: { partition: 'partner', sort: 'title' },
      byShelf: { partition: 'shelf' },
      byTitle: { sort: 'title' },
      byGrade: { sort: 'grade' },
    },
    relations: { remarks: { collection: 'remarks', attribute: 'paper' } },
    access: access as never,
    actions: (action) => ({
      publish: action({
        description: 'Publishes the paper.',
        body: {},
        async run({ item, transaction }): Promise<Answer> {
          return transaction.update(papers, item.id, { state: 'published' });
        },
      }),
      length: action({
        safe: true,
        description: 'Says how long the title is.',
        response: { length: { type: Number, required: true } },
        run: async ({ item: { title } }) => Promise.resolve({ length: title.length }),
      }),
    }),
    collectionActions: (action) => ({
      found: action({
        description: 'Makes a paper that was found.',
        async run({ transaction }): Promise<Answer> {
          return transaction.create(papers, { title: 'Found', owner: 'ada' });
        },
      }),
    }),
  });
  const shelves = defineResource({
    name: 'shelves',
    description: 'Where papers lie.',
    schema: { room: { type: String, maxLength: 100 } },
    relations: { papers: { collection: 'papers', attribute: 'shelf' } },
    access: OPEN,
  });
  const remarks = defineResource({
    name: 'remarks',
    description: 'What is said of papers.',
    schema: {
      text: { type: String, required: true, maxLength: 100 },
      paper: { type: String, references: 'papers', onDelete: 'cascade' },
    },
    indexes: { byPaper: { partition: 'paper' } },
    access: OPEN,
  });
  return listResources(papers, shelves, remarks);
}
