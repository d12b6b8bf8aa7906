// The types inferred from a resource file. `npm run types` is what tests this file: each line is an assertion of it.

import type { Item } from '../../../src/definition/item';
import type { Json, JsonObject } from '../../../src/values/json';
import { defineResource } from '../../../src/definition/resource';
import type { everything } from '../../setup/everything';

type Everything = Item<typeof everything>;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only where the two types are the same. */
function same<A, B>(_equal: Equal<A, B>): void {}

test('scalars have the types of their JSON, and are optional', () => {
  same<Everything['text'], string | undefined>(true);
  same<Everything['number'], number | undefined>(true);
  same<Everything['flag'], boolean | undefined>(true);
  same<Everything['moment'], string | undefined>(true);
  same<Everything['bytes'], string | undefined>(true);
  same<Everything['inSeconds'], string | undefined>(true);
});

test('what is required is there', () => {
  same<Everything['needed'], string>(true);
  same<NonNullable<Everything['object']>['name'], string>(true);
  same<NonNullable<Everything['object']>['size'], number | undefined>(true);
  // @ts-expect-error -- "needed" is missing
  void ({ text: 'x' } satisfies Pick<Everything, 'needed' | 'text'>);
});

test('objects, arrays and sets have the types of what they hold', () => {
  type List = NonNullable<NonNullable<NonNullable<Everything['object']>['inner']>['list']>;
  same<List[number]['code'], string>(true);
  same<List[number]['at'], string | undefined>(true);
  same<Everything['lists'], string[][] | undefined>(true);
  same<Everything['words'], string[] | undefined>(true);
  same<Everything['numbers'], number[] | undefined>(true);
  same<Everything['binaries'], string[] | undefined>(true);
  same<Everything['anyObject'], JsonObject | undefined>(true);
  same<Everything['anyList'], Json[] | undefined>(true);
});

test('an enum is a union of its values', () => {
  same<Everything['color'], 'red' | 'green' | 'blue' | undefined>(true);
  same<Everything['level'], 1 | 2 | 3 | undefined>(true);
});

test("the system's attributes are always there", () => {
  same<Everything['id'], string>(true);
  same<Everything['version'], number>(true);
  same<Everything['createdAt'], string>(true);
});

test('an attribute that the schema does not declare is a compile error, in an index too', () => {
  // @ts-expect-error -- there is no such attribute
  same<Everything['title'], unknown>(true);
  expect(() =>
    defineResource({
      name: 'things',
      description: 'Things.',
      schema: { title: { type: String, maxLength: 10 } },
      // @ts-expect-error -- "titel" is not in the schema
      indexes: { byTitle: { sort: 'titel' }, byBoth: { partition: 'title', sort: ['title'] } },
    }),
  ).toThrow('titel');
});

test('a mistyped word and a value of another type are compile errors', () => {
  expect(() =>
    defineResource({
      name: 'things',
      description: 'Things.',
      schema: {
        // @ts-expect-error -- "maxLenght" is no word
        title: { type: String, maxLenght: 10 },
      },
    }),
  ).toThrow('maxLenght');
  expect(() =>
    defineResource({
      name: 'things',
      description: 'Things.',
      schema: {
        // @ts-expect-error -- "requierd" is no word, inside neither
        list: { type: Array, schema: [{ type: Object, schema: { title: { type: String, requierd: true } } }] },
      },
    }),
  ).toThrow('requierd');
  expect(() =>
    defineResource({
      name: 'things',
      description: 'Things.',
      schema: {
        // @ts-expect-error -- "mail" is no format
        title: { type: String, format: 'mail' },
      },
    }),
  ).toThrow('mail');
});
