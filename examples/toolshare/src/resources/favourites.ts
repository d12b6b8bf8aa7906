// Which tools somebody wants to find again.
import { defineResource } from 'dynashelf';

export const favourites = defineResource({
  name: 'favourites',
  description: 'Which tools somebody wants to find again.',
  schema: {
    user: { type: String, required: true, references: 'users' },
    tool: { type: String, required: true, references: 'tools', onDelete: 'cascade' },
  },
  unique: [['user', 'tool']],
  indexes: {
    byUser: { partition: 'user' },
    byTool: { partition: 'tool' },
  },
  access: {
    list: { owner: 'user' },
    read: { owner: 'user' },
    create: { owner: 'user' },
    delete: { owner: 'user' },
  },
});
