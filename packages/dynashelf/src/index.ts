// The face of the package: what a resource file is written with.

export type { AccessFunction, AccessRule, AccessRules } from './definition/access';
export type { Caller } from './values/caller';
export type { Answer } from './definition/action';
export { conflict, defineProblem, problem, type OwnProblem, type ThrowableProblemType } from './definition/thrown';
export type { Resource, ResourceDefinition } from './definition/resource';
export { defineResource, listResources } from './definition/define-resource';
export type { Changes, Item, NewAttributes } from './definition/item';
export type { Message } from './definition/message';
export { defineMessage } from './definition/define-message';
export { webhooks, type WebhooksDefinition } from './events/webhooks/webhooks';
export { Problem, type ProblemType } from './problem';
