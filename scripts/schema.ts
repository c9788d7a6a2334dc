/** Writes docs/schema/ from the rules of agent/config/schema.ts and agent/flags/file/schema.ts. */
import { mkdir, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { tidegateJsonSchema } from '../agent/config/schema.ts';
import { flagsJsonSchema } from '../agent/flags/file/schema.ts';

const folder = new URL('../docs/schema/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, schema] of [
  ['tidegate.schema.json', tidegateJsonSchema()],
  ['flags.schema.json', flagsJsonSchema()],
] as const) {
  const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 110 });
  await writeFile(new URL(name, folder), text);
}
