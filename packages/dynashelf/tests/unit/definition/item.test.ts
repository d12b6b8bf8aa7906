// The types inferred from a resource file. `npm run types` is what tests this file: each line is an assertion of it.

import type { ActionInput } from '../../../src/definition/action';
import type { Changes, Item, NewAttributes } from '../../../src/definition/item';
import type { Json, JsonObject } from '../../../src/values/json';
import { defineResource } from '../../../src/definition/define-resource';
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

const parcels = defineResource({
  name: 'parcels',
  description: 'Parcels.',
  schema: {
    code: { type: String, required: true, default: () => 'x' },
    weight: { type: Number, default: 1 },
    maybe: { type: String, default: (): string | undefined => undefined },
    stamps: { type: Number, readOnly: true, default: 0, counts: { collection: 'stamps', attribute: 'parcel' } },
    paid: { type: Number, readOnly: true },
    label: { type: String, readOnly: true },
    gone: { type: String, default: 'x', get: (text: string) => (text === 'x' ? undefined : text) },
    cleared: { type: String, default: 'x', set: (text: string) => text || undefined },
    upper: { type: String, default: 'x', set: (text: string) => text.toUpperCase() },
    shop: { type: String, default: 'main', references: 'shops', onDelete: 'setNull' },
    size: { type: Object, schema: { width: { type: Number, default: 1 }, height: Number } },
    to: { type: String, required: true },
  },
  indexes: { byShop: { partition: 'shop' } },
  computed: {
    paid: ({ stamps, weight }) => stamps * weight,
    label: ({ maybe }) => maybe,
  },
  rules: [{ holds: ({ paid }) => paid >= 0, attribute: 'paid', detail: 'Pay.' }],
});
type Parcel = Item<typeof parcels>;

test('what has a default, is counted or is always computed is there', () => {
  same<Parcel['weight'], number>(true);
  same<Parcel['stamps'], number>(true);
  same<Parcel['paid'], number>(true);
  same<NonNullable<Parcel['size']>['width'], number>(true);
  same<NonNullable<Parcel['size']>['height'], number | undefined>(true);
  same<Parcel['maybe'], string | undefined>(true);
  same<Parcel['upper'], string>(true);
  same<Parcel['label'], string | undefined>(true);
  expect(Object.keys(parcels.computed)).toEqual(['paid', 'label']);
  same<ActionInput<typeof parcels.schema, { days: { type: NumberConstructor; default: 1 } }>['body']['days'], number>(
    true,
  );
});

test('what a function, or the deletion of another item, may take away need not be there', () => {
  same<Parcel['gone'], string | undefined>(true);
  same<Parcel['cleared'], string | undefined>(true);
  same<Parcel['shop'], string | undefined>(true);
});

test('what is made needs what is required and has no default, and undefined is as if it were left out', () => {
  type Made = NewAttributes<typeof parcels.schema>;
  void ({ to: 'a' } satisfies Made);
  void ({ to: 'a', code: undefined, weight: undefined, size: { width: undefined, height: 2 } } satisfies Made);
  // @ts-expect-error -- "to" is required
  void ({ weight: 2 } satisfies Made);
  void ({ to: undefined, weight: null } satisfies Changes<typeof parcels.schema>);
});

test('an index that names an attribute which is no key is a compile error', () => {
  expect(() =>
    defineResource({
      name: 'things',
      description: 'Things.',
      schema: { tags: { type: Array, schema: [String] }, title: { type: String, maxLength: 10 } },
      // @ts-expect-error -- an array is no key
      indexes: { byTags: { partition: 'tags' } },
    }),
  ).toThrow('tags');
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
