// The items of a body, checked whole: 422 is found here, every fault at once.
import { forbidden } from '../../authorization/refusal';
import { includes, valuesOf, type Conditions, type Grant, type Permission } from '../../definition/access';
import { isObject, type Json, type JsonObject } from '../../values/json';
import { MOST_CREATED } from '../../definition/limits';
import type { Resource } from '../../definition/resource';
import { isReadOnly } from '../../values/node';
import { prepareItem } from '#conversion';
import type { StoredValue } from '../../values/stored';
import { attributeOf, findFaults } from '../../values/check';
import { writable } from '../../definition/writable';
import { gatherFaults, Problem, pointer, type Fault, type Faults } from '../../problem';

/** The items of an array, every fault of every one named with its place. */
export async function readItems(
  resource: Resource,
  values: Json[],
  faults: Faults,
  permission: Permission,
): Promise<Record<string, StoredValue>[]> {
  if (values.length > MOST_CREATED) {
    throw new Problem(
      'too-large',
      `The array has ${values.length} items, and at most ${MOST_CREATED} are made at once: send the rest in further requests.`,
    );
  }
  if (values.length === 0) {
    faults.add(() => ({ detail: `Must hold 1 to ${MOST_CREATED} items.`, pointer: '#' }));
  }
  const items = await Promise.all(
    values.map(async (value, index) => {
      try {
        return await readNew(resource, value, gatherFaults(), permission);
      } catch (error) {
        if (!(error instanceof Problem) || error.more.errors === undefined) {
          throw error;
        }
        faults.addAll({ named: error.more.errors, count: error.faultCount }, (fault) => within([index], fault));
        return {};
      }
    }),
  );
  refuseInvalid(faults);
  return items;
}

/** A fault of a part of the body as one of the whole. */
function within(place: readonly (string | number)[], fault: Fault): Fault {
  return 'pointer' in fault ? { ...fault, pointer: `${pointer(...place)}${fault.pointer.slice(1)}` } : fault;
}

/**
 * The attributes of an item, as they are stored.
 * @param known the faults that its body has as JSON
 * @param stays the attributes that PUT leaves as they are
 * @param id the item's, where the client chose it
 * @throws Problem `invalid` with every fault
 */
export async function readItem(
  resource: Pick<Resource, 'name' | 'attributes'>,
  value: Json,
  known: Faults,
  { grant, immutable, partlyImmutable }: Permission,
  stays: ReadonlySet<string> = new Set(),
  id?: string,
): Promise<Record<string, StoredValue>> {
  const faults = gatherFaults();
  faults.addAll(known);
  if (!isObject(value)) {
    findShapeFaults(value, faults);
    refuseInvalid(faults);
  }
  const { settable, readOnly } = immutableAttributes(resource, grant);
  const body: JsonObject = {
    ...writable(resource.attributes, value as JsonObject, new Set([...immutable, ...stays, ...Object.keys(settable)])),
    ...settable,
  };
  for (const [name, items] of partlyImmutable) {
    if (!includes(items, { ...body, ...readOnly, id })) {
      delete body[name];
    }
  }
  const inBody = findFaults(resource, body, (attribute) => !stays.has(attribute) || Object.hasOwn(body, attribute));
  faults.addAll(inBody);
  const skipped = new Set([...known.named.map(attributeOf), ...inBody.attributes, ...stays, ...Object.keys(readOnly)]);
  const { values, faults: further } = await prepareItem(resource.attributes, body, skipped);
  faults.addAll(further);
  refuseInvalid(faults);
  return { ...values, ...readOnly };
}

/** The values that a grant gives to attributes of what its caller writes, those that no body sets apart. */
function immutableAttributes(
  { attributes }: Pick<Resource, 'attributes'>,
  grant: Grant,
): { settable: Conditions; readOnly: Conditions } {
  const all = Object.entries(valuesOf(grant) ?? {}).filter(([name]) => name !== 'id');
  const isSet = ([name]: [string, unknown]): boolean => !isReadOnly(attributes.get(name)!);
  return {
    settable: Object.fromEntries(all.filter(isSet)),
    readOnly: Object.fromEntries(all.filter((pin) => !isSet(pin))),
  };
}

/** The attributes of an item that POST makes. */
export async function readNew(
  resource: Resource,
  value: Json,
  known: Faults,
  permission: Permission,
): Promise<Record<string, StoredValue>> {
  const values = await readItem(resource, value, known, permission);
  requireGranted(resource, permission, values);
  return values;
}

/**
 * Of several alternatives the body says which: one has to be.
 * @param id the item's, where the client chose it
 * @throws Problem `forbidden` where a new item would be none that its maker may make
 */
export function requireGranted(
  { name }: Pick<Resource, 'name'>,
  { grant }: Permission,
  values: Readonly<Record<string, StoredValue>>,
  id?: string,
): void {
  if (typeof grant === 'string' || valuesOf(grant) !== undefined || includes(grant, { ...values, id })) {
    return;
  }
  const owners = grant.flatMap(({ owned }) => (owned === undefined || owned === 'id' ? [] : [`"${owned}"`]));
  throw forbidden(
    owners.length < grant.length
      ? `These credentials do not allow to make such an item of ${name}: make another, or ask for the right.`
      : `An item of ${name} that you make is to be yours: give ${owners.join(' or ')} the subject of your credentials.`,
  );
}

/** Finds that a body is no object, which nothing else has to be told then. */
export function findShapeFaults(value: Json, faults: Faults): void {
  if (!isObject(value)) {
    faults.add(() => ({ detail: 'Must be a JSON object with the attributes.', pointer: '#' }));
  }
}

/** Finds that a body has another id than the path. */
export function findDifferentId(value: Json, id: string, faults: Faults): void {
  if (isObject(value) && Object.hasOwn(value, 'id') && value['id'] !== id) {
    faults.add(() => ({
      detail: `Differs from the id in the path, which is "${id}": leave it out, or send it to its own path.`,
      pointer: pointer('id'),
    }));
  }
}

/** @throws Problem `invalid` where there are faults */
export function refuseInvalid(errors: Faults): void {
  if (errors.count > 0) {
    throw new Problem('invalid', 'The request is not valid: correct what "errors" names. Nothing was changed.', {
      errors,
    });
  }
}
