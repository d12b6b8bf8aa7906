// Operations on data with who may carry them out, where credentials are asked for.
import { ACCESS_OPERATIONS } from '../definition/access';
import type { LoadedAction } from '../definition/action';
import type { Resource } from '../definition/resource';
import { ownersIn, waysOf } from '../definition/ways';
import { callersOf, both, either, isRefused, maySee, sentence, type Callers } from './callers';
import type { Part } from './names';
import { refusals } from './problem-responses';
import { requirements, type TrustedCredentials } from './trusted-credentials';

/** An operation as the description has it before access is spoken of. */
interface Operation extends Part {
  readonly description: string;
  readonly responses: Part;
}

/** What an operation on data may be answered before access is looked at. */
const BEFORE = ['400', '404', '429', '500', '503'];

const BLIND = 'Without a body also where the caller may not read the item.';

/**
 * An operation with its audience; as it is where nobody is asked. One that is always refused is described as such, with
 * no answer but refusals: 401 and 403 are what the path answers, not 405. `npm run client` leaves it out.
 */
export function guarded(
  trusted: TrustedCredentials | undefined,
  operation: Part,
  audience: (trusted: TrustedCredentials) => Callers,
): Part {
  if (trusted === undefined) {
    return operation;
  }
  const { phrase, securityRequirement, isBlind = false } = audience(trusted);
  const { operationId, tags, summary, description, responses } = operation as Operation;
  const said = `${description} ${sentence(phrase)}`;
  if (isRefused(securityRequirement)) {
    const left = Object.entries(responses).filter(([status]) => BEFORE.includes(status));
    return { operationId, tags, summary, description: said, responses: { ...Object.fromEntries(left), ...refusals() } };
  }
  const answers = Object.entries(responses as Record<string, Operation>).map(([status, answer]) => [
    status,
    isBlind && ['201', '204'].includes(status) ? { ...answer, description: `${answer.description} ${BLIND}` } : answer,
  ]);
  return {
    ...operation,
    description: said,
    security: requirements(securityRequirement, trusted),
    // Its own code may refuse too, and say more of it.
    responses: { ...refusals(), ...Object.fromEntries(answers) },
  };
}

/** Of a list: an owner sees its own items there. */
export function listAudience(trusted: TrustedCredentials, resource: Resource): Callers {
  const audience = callersOf(trusted, resource, 'list');
  const rules = resource.access.get('list') ?? [];
  const owners = rules.includes('public') || isRefused(audience.securityRequirement) ? [] : ownersIn(rules);
  const indexed = owners.filter((owner) => owner !== 'id').map((owner) => `\`${owner}\``);
  const remark =
    owners.length === 0
      ? ''
      : `, whose list holds its own items alone${indexed.length === 0 ? '' : ` and is ordered by indexes of ${indexed.join(' and of ')}`}`;
  return { ...audience, phrase: `${audience.phrase}${remark}` };
}

/** Of a relation: it takes the item that it belongs to and the items that it lists. */
export function relatedAudience(trusted: TrustedCredentials, resource: Resource, other: Resource): Callers {
  const [reading, listing] = [callersOf(trusted, resource, 'read'), callersOf(trusted, other, 'list')];
  const phrase =
    reading.phrase === listing.phrase
      ? reading.phrase
      : `it takes reading the item of ${resource.name} (${reading.phrase}) and listing ${other.name} (${listing.phrase})`;
  return { phrase, securityRequirement: both(reading, listing) };
}

/**
 * Of POST to a collection: it gives the item an id, so who owns the item that has their subject as its id makes it by
 * PUT.
 */
export function createAudience(trusted: TrustedCredentials, resource: Resource): Callers {
  const rules = resource.access.get('create') ?? [];
  const possible = rules.filter((rule) => !waysOf([rule]).every(({ owners }) => owners.includes('id')));
  if (possible.length === 0 && rules.length > 0) {
    return {
      phrase: 'refused to everyone, as the owner makes the item of its own id by PUT',
      securityRequirement: { token: false, key: false, anonymous: false },
    };
  }
  return { ...callersOf(trusted, resource, 'create', possible), isBlind: isBlind(resource, 'create') };
}

/** Of PUT, which does two things. */
export function putAudience(trusted: TrustedCredentials, resource: Resource): Callers {
  const [replacing, creating] = [callersOf(trusted, resource, 'replace'), callersOf(trusted, resource, 'create')];
  const phrase =
    replacing.phrase === creating.phrase
      ? replacing.phrase
      : `to replace an item, ${replacing.phrase}; to create one, ${creating.phrase}`;
  return {
    phrase,
    securityRequirement: either(replacing, creating),
    isBlind: isBlind(resource, 'replace') || isBlind(resource, 'create'),
  };
}

/** Of PATCH. */
export function patchAudience(trusted: TrustedCredentials, resource: Resource): Callers {
  return { ...callersOf(trusted, resource, 'patch'), isBlind: isBlind(resource, 'patch') };
}

/** Of an action, which may answer with an item of any collection, and change whose it is. */
export function actAudience(
  trusted: TrustedCredentials,
  resource: Resource,
  name: string,
  { response }: LoadedAction,
  resources: ReadonlyMap<string, Resource>,
): Callers {
  const rules = resource.access.get(name) ?? [];
  return {
    ...callersOf(trusted, resource, name),
    isBlind:
      response === undefined &&
      !rules.every((rule) => [...resources.values()].every((other) => maySee(other, rule, false))),
  };
}

/** Of a transaction: it is for whoever may do something that it can hold. */
export function transactionAudience(trusted: TrustedCredentials, resources: ReadonlyMap<string, Resource>): Callers {
  const inside = ACCESS_OPERATIONS.filter((operation) => operation !== 'list');
  const securityRequirement = either(
    ...[...resources.values()].flatMap((resource) =>
      inside.map((operation) => callersOf(trusted, resource, operation)),
    ),
  );
  return {
    phrase: isRefused(securityRequirement)
      ? 'refused to everyone, as every operation that it could hold is'
      : 'for callers who may carry out each of its operations',
    securityRequirement,
  };
}

function isBlind(resource: Resource, operation: string): boolean {
  return !(resource.access.get(operation) ?? []).every((rule) => maySee(resource, rule, true));
}
