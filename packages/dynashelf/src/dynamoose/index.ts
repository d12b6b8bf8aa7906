// The face of the Dynamoose models: for own functions and scripts.

export { keyOf, modelOf } from './model';
export type { ModelItem, ResourceModel } from './item';
