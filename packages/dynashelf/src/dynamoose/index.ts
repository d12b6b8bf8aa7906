// The face of the Dynamoose models: for own functions and scripts.

export { modelOf, schemaOf } from './model';
