// The problem types in the description and in docs/problems.md: the same sentences.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { problemTexts } from '../../../src/description/problems';
import { APP } from '../../setup/places';

const page = readFileSync(join(APP, 'docs/problems.md'), 'utf8').replace(/\s+/g, ' ');

test.each(problemTexts())(
  'what docs/problems.md says of $type begins as the description does',
  ({ type, meaning, remedy }) => {
    const section = page.slice(page.indexOf(`## ${type} **`), page.length).split(' ## ')[0]!;
    for (const sentence of [...meaning.split(/(?<=\.) (?=[A-Z])/), ...(remedy === undefined ? [] : [remedy])]) {
      expect(section).toContain(sentence.replace(/\.$/, ''));
    }
  },
);
