import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { tidegateJsonSchema } from '../../../agent/config/schema.ts';

describe('the JSON Schema of tidegate.yaml', () => {
  it('is checked in as the rules have it (npx tsx scripts/schema.ts writes it)', async () => {
    const file = new URL('../../../docs/schema/tidegate.schema.json', import.meta.url);
    assert.deepEqual(
      JSON.parse(await readFile(file, 'utf8')),
      JSON.parse(JSON.stringify(tidegateJsonSchema())),
    );
  });

  it('explains every key', () => {
    const silent: string[] = [];
    walk(tidegateJsonSchema(), '');
    assert.deepEqual(silent, []);

    function walk(node: Record<string, unknown>, path: string): void {
      for (const [key, child] of Object.entries(
        (node['properties'] ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        if (typeof child['description'] !== 'string') silent.push(`${path}.${key}`);
        walk(child, `${path}.${key}`);
      }
      const more = node['additionalProperties'];
      if (typeof more === 'object' && more !== null) walk(more as Record<string, unknown>, `${path}.*`);
    }
  });
});
