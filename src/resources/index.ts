// What is served.
import { listResources } from 'dynashelf';
import { books } from './books';
import { holds } from './holds';
import { loans } from './loans';
import { members } from './members';

export const resources = listResources(books, holds, loans, members);
