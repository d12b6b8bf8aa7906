// Who may do what, as `npx dynashelf access` prints it: whoever changes a rule sees here what that comes to, and takes
// it over by `npx jest -u`.

import { accessMatrix } from 'dynashelf/testing';

test('everyone may do what the rules of the resource files were meant to say', () => {
  expect(accessMatrix()).toMatchInlineSnapshot(`
   [
     "books       everyone  signed in  owner  librarian",
     "  list      yes       yes        yes    yes",
     "  read      yes       yes        yes    yes",
     "  create    -         -          -      yes",
     "  replace   -         -          -      yes",
     "  patch     -         -          -      yes",
     "  delete    -         -          -      yes",
     "  checkout  -         -          -      yes",
     "",
     "holds      everyone  signed in  owner   librarian",
     "  list     -         -          member  yes",
     "  read     -         -          member  yes",
     "  create   -         -          member  yes",
     "  replace  -         -          -       -",
     "  patch    -         -          -       -",
     "  delete   -         -          member  yes",
     "",
     "loans      everyone  signed in  owner   librarian",
     "  list     -         -          member  yes",
     "  read     -         -          member  yes",
     "  create   -         -          -       yes",
     "  replace  -         -          -       yes",
     "  patch    -         -          -       yes",
     "  delete   -         -          -       yes",
     "  return   -         -          -       yes",
     "",
     "members    everyone  signed in  owner  librarian",
     "  list     -         -          -      yes",
     "  read     -         -          id     yes",
     "  create   -         -          -      yes",
     "  replace  -         -          -      yes",
     "  patch    -         -          id     yes",
     "  delete   -         -          -      yes",
     "",
     "functions                       everyone  signed in  owner  librarian",
     "  callNext: changes of books    -         -          -      -",
     "  tellMember: changes of holds  -         -          -      -",
     "",
     "yes: with every item. The name of an attribute: with those in which it holds the caller’s subject.",
     "rule: as a function of the resource file says. -: with none.",
   ]
  `);
});
