// The mistakes that a resource file can hold, found when it is loaded.
import { type AttributeDefinition, FORMATS } from '../../values/attribute';
import { checkAccess } from './access';
import { checkActions, declaredBeside } from './actions';
import { checkChanges } from './changes';
import { checkIndexes } from './indexes';
import { checkIntegrity } from './integrity';
import { checkUniqueGroups } from './unique-groups';
import { checkStates } from './states';
import { checkTrees } from './trees';
import { DECLARED } from '../../values/kinds';
import { isReadOnly, type Kind, type SchemaNode } from '../../values/node';
import { didYouMean } from '../../values/nearest';
import { checkRelations } from './relations';
import { LIST_PARAMETERS, SYSTEM_ATTRIBUTES } from '../reserved';
import type { Resource, ResourceDefinition } from '../resource';

/** A list reads every shard. */
const MOST_SHARDS = 64;

/** What one UpdateItem expression of DynamoDB can set, with room to spare. */
const MOST_ATTRIBUTES = 200;

const STORED_ATTRIBUTES = ['pk', 'sk'];
export const SERVED_PATHS = ['transactions', 'openapi.json', 'docs', 'health'];

/** Every keyword of a resource file. */
export const DEFINITION_KEYWORDS = [
  'name',
  'singular',
  'description',
  'schema',
  'indexes',
  'unique',
  'shards',
  'relations',
  'computed',
  'rules',
  'states',
  'actions',
  'collectionActions',
  'onWrite',
  'problems',
  'access',
  'preconditions',
  'maxAge',
  'changes',
];

/** The keywords of every attribute. */
const COMMON: readonly (keyof AttributeDefinition)[] = [
  'type',
  'required',
  'default',
  'forceDefault',
  'validate',
  'get',
  'set',
  'readOnly',
  'readableBy',
  'writableBy',
  'title',
  'description',
  'examples',
  'deprecated',
];

const KINDS = Object.keys(DECLARED) as Kind[];

/** Every keyword of an attribute, with the kinds it goes with. */
export const ATTRIBUTE_KEYWORDS: ReadonlyMap<string, readonly Kind[]> = new Map([
  ...COMMON.map((keyword) => [keyword, KINDS] as const),
  ...KINDS.flatMap((kind) => DECLARED[kind].keywords).map(
    (keyword) => [keyword, KINDS.filter((kind) => DECLARED[kind].keywords.includes(keyword))] as const,
  ),
]);

/** Dynamoose's keywords that have no meaning here, and what to do instead. */
const REPLACED: Record<string, string> = {
  hashKey: "the table's keys are the project's own: remove it, the id is the key",
  rangeKey: "the table's keys are the project's own: remove it, the id is the key",
  index: 'write it under indexes, beside schema',
  map: 'aliases are not served: name the attribute as clients shall see it',
  alias: 'aliases are not served: name the attribute as clients shall see it',
  aliases: 'aliases are not served: name the attribute as clients shall see it',
};

/** Each mistake of a resource file as a sentence with its remedy. */
export function checkResource(definition: object, resource: Resource): string[] {
  return [
    ...checkDefinition(definition as ResourceDefinition<never>, resource),
    ...[...resource.attributes].flatMap(([name, node]) => [
      ...checkTopLevel(name, node),
      ...checkName(name, name),
      ...checkNode(name, node),
    ]),
    ...declaredBeside(resource).flatMap(([path, name, node]) => [...checkName(path, name), ...checkNode(path, node)]),
    ...checkRelations(resource),
    ...checkIntegrity(resource),
    ...checkUniqueGroups(resource),
    ...checkActions(resource),
    ...checkTrees(resource),
    ...checkStates((definition as ResourceDefinition<never>).states, resource),
    ...checkAccess(resource),
    ...checkIndexes(resource),
    ...checkChanges((definition as ResourceDefinition<never>).changes),
  ];
}

/** The mistakes in attributes that are no item's, such as those of a body. */
export function* checkAttributes(of: string, attributes: ReadonlyMap<string, SchemaNode>): Generator<string> {
  for (const [name, node] of attributes) {
    yield* checkName(`${of}.${name}`, name);
    yield* checkNode(`${of}.${name}`, node);
  }
}

function* checkDefinition(definition: ResourceDefinition<never>, resource: Resource): Generator<string> {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(resource.name)) {
    yield `the name "${resource.name}" cannot be a path segment: use lower case letters, digits and hyphens`;
  }
  if (resource.singular !== undefined && !/^[a-z][a-z0-9-]{0,62}$/.test(resource.singular)) {
    yield `singular is ${JSON.stringify(resource.singular)}, which names no type: use lower case letters, digits and hyphens, such as 'book-shelf'`;
  }
  if (SERVED_PATHS.includes(resource.name)) {
    yield `the name "${resource.name}" is reserved, /${resource.name} being served already: choose another`;
  }
  if (typeof resource.description !== 'string' || resource.description.trim() === '') {
    yield 'there is no description: say in a sentence what the collection holds';
  }
  for (const keyword of Object.keys(definition)) {
    if (!DEFINITION_KEYWORDS.includes(keyword)) {
      yield `"${keyword}" is not a keyword of a resource file.${didYouMean(keyword, DEFINITION_KEYWORDS)}`;
    }
  }
  if (resource.attributes.size === 0 || resource.attributes.size > MOST_ATTRIBUTES) {
    yield `the schema declares ${resource.attributes.size} attributes: declare 1 to ${MOST_ATTRIBUTES}, and put more into an Object`;
  }
  if (!(Number.isInteger(resource.shards) && resource.shards >= 1 && resource.shards <= MOST_SHARDS)) {
    yield `shards is ${String(resource.shards)}: write a whole number from 1 to ${MOST_SHARDS}`;
  }
  if (!['optional', 'required'].includes(resource.preconditions)) {
    yield `preconditions is "${resource.preconditions}": write 'optional' or 'required'`;
  }
  if (resource.maxAge !== undefined && !(Number.isInteger(resource.maxAge) && resource.maxAge >= 0)) {
    yield `maxAge is ${resource.maxAge}: write a whole number of seconds`;
  }
}

function* checkTopLevel(name: string, node: SchemaNode): Generator<string> {
  const reserved = SYSTEM_ATTRIBUTES.includes(name)
    ? 'the system keeps it for every item'
    : STORED_ATTRIBUTES.includes(name) || /^gsi\d+[ps]k$/.test(name)
      ? 'the table uses it'
      : LIST_PARAMETERS.includes(name)
        ? `?${name}=… means something else in a list`
        : undefined;
  if (reserved !== undefined) {
    yield `attribute "${name}" has a reserved name (${reserved}): choose another`;
  }
  if (node.keywords.required === true && isReadOnly(node) && node.keywords.default === undefined) {
    yield `attribute "${name}" is required and readOnly, so nobody could set it: add a default, or remove one of the two`;
  }
  if (node.keywords.forceDefault === true && node.keywords.default === undefined) {
    yield `attribute "${name}" has forceDefault without a default: add the default`;
  }
}

function* checkName(path: string, name: string): Generator<string> {
  if (!/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(name) || name in Object.prototype || name === 'prototype') {
    yield `attribute "${path}" has a name that cannot be served: use letters, digits, hyphens and underscores, at most 64, and none that every object of JavaScript has, such as constructor`;
  }
}

function* checkNode(path: string, node: SchemaNode, isInside = false): Generator<string> {
  yield* checkWords(path, node);
  if (isInside && (node.keywords.readOnly === true || node.keywords.forceDefault === true)) {
    yield `attribute "${path}" is inside another, where readOnly and forceDefault have no meaning: set it on "${path.split(/[.[]/)[0]}"`;
  }
  if (isInside && node.keywords.references !== undefined) {
    yield `attribute "${path}" is inside another, where references cannot be kept true: hold the id in an attribute of the item itself`;
  }
  const problem = defaultMistake(node);
  if (problem !== undefined) {
    yield `attribute "${path}" has a default that ${problem}`;
  }
  if (node.element !== undefined) {
    if (node.kind === 'set' && DECLARED[node.element.kind].isInSets !== true) {
      yield `attribute "${path}" is a Set of something that DynamoDB cannot hold in one: use String, Number or Buffer, or an Array`;
    }
    yield* checkElement(path, node, node.element);
    yield* checkNode(`${path}[]`, node.element, true);
  }
  for (const [member, inner] of node.properties) {
    yield* checkName(`${path}.${member}`, member);
    yield* checkNode(`${path}.${member}`, inner, true);
  }
}

/** The keywords that an element cannot have: it is always there, and Dynamoose calls nothing for those of a Set. */
function* checkElement(path: string, { kind }: SchemaNode, { keywords }: SchemaNode): Generator<string> {
  const meaningless = kind === 'set' ? ['required', 'default', 'get', 'set', 'validate'] : ['required', 'default'];
  for (const keyword of Object.keys(keywords).filter((name) => meaningless.includes(name))) {
    yield `attribute "${path}[]" has "${keyword}", which means nothing for the elements of ${kind === 'set' ? 'a Set' : 'an Array'}: say it of "${path}"`;
  }
}

function* checkWords(path: string, node: SchemaNode): Generator<string> {
  const { keywords } = node;
  for (const [keyword, value] of Object.entries(keywords)) {
    const kinds = ATTRIBUTE_KEYWORDS.get(keyword);
    if (kinds === undefined) {
      yield `attribute "${path}" has an unknown keyword "${keyword}".${REPLACED[keyword] === undefined ? didYouMean(keyword, ATTRIBUTE_KEYWORDS.keys()) : ` ${REPLACED[keyword]}`}`;
    } else if (!kinds.includes(node.kind) && value !== undefined) {
      yield `attribute "${path}" has "${keyword}", which goes with ${kinds.join(', ')} and not with ${node.kind}: remove it, or change the type`;
    }
  }
  if (keywords.format !== undefined && !FORMATS.includes(keywords.format)) {
    yield `attribute "${path}" has the unknown format "${String(keywords.format)}": use one of ${FORMATS.join(', ')}`;
  }
  if (keywords.pattern !== undefined) {
    try {
      new RegExp(keywords.pattern, 'u');
    } catch (error) {
      yield `attribute "${path}" has a pattern that is no regular expression (${(error as Error).message})`;
    }
  }
  if (
    keywords.enum !== undefined &&
    (keywords.enum.length === 0 || keywords.enum.some((value) => typeof value !== node.kind))
  ) {
    yield `attribute "${path}" has an enum that is empty or holds a value that is no ${node.kind}`;
  }
}

/** What is wrong with a literal default. One that a function makes is checked when it is made. */
function defaultMistake({ keywords, kind }: SchemaNode): string | undefined {
  const value = keywords.default;
  if (value === undefined || typeof value === 'function') {
    return undefined;
  }
  if (!DECLARED[kind].isDefault(value)) {
    return `is no ${kind}: correct it`;
  }
  if (kind === 'set' && [...(value as Iterable<unknown>)].length === 0) {
    return 'is empty, and DynamoDB has no empty set: remove it';
  }
  if (keywords.enum !== undefined && keywords.set === undefined && !keywords.enum.includes(value as string)) {
    return 'is not in its enum: correct one of the two';
  }
  return undefined;
}
