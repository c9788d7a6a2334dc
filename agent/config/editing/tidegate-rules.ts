import { tidegateJsonSchema } from '../schema.ts';
import { SchemaRules } from './schema-walk.ts';

/** Those of tidegate.yaml. */
export const tidegateRules = new SchemaRules(tidegateJsonSchema);
