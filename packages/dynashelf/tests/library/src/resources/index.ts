// What is served: one line per resource.
import { listResources } from 'dynashelf';
import { books } from './books';
import { loans } from './loans';
import { members } from './members';

export const resources = listResources(books, loans, members);
