// The face of the package: what a resource file is written with.

export type { AccessFunction, AccessRule, AccessRules } from './definition/access';
export type { Caller } from './values/caller';
export type { Answer } from './definition/action';
export { conflict, defineProblem, problem, type OwnProblem, type ThrowableProblemType } from './definition/thrown';
export { defineResource, listResources, type Resource, type ResourceDefinition } from './definition/resource';
export type { Changes, Item, NewAttributes } from './definition/item';
export { defineMessage, type Message } from './definition/message';
export { Problem, type ProblemType } from './problem';
