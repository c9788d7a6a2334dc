/** Writes docs/schema/tidegate.schema.json from the rules of agent/config/schema.ts. */
import { mkdir, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { tidegateJsonSchema } from '../agent/config/schema.ts';

const folder = new URL('../docs/schema/', import.meta.url);
await mkdir(folder, { recursive: true });
const text = await format(JSON.stringify(tidegateJsonSchema()), { parser: 'json', printWidth: 110 });
await writeFile(new URL('tidegate.schema.json', folder), text);
