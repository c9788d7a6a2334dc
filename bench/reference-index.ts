/** The index of references that the editor keeps: a whole workspace for the first time, and one file of it again. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { scanFile, scanFiles } from '../extension/flags/scan.ts';
import { ReferenceIndex } from '../extension/model/reference-index.ts';
import { median, timed, type Report } from './figures.ts';

const files = 5_000;
const keys = Array.from({ length: 200 }, (_, index) => `flag-number-${index}`);
const updates = 50;

export async function bench(report: Report): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-index-'));
  try {
    const all = await writeWorkspace(folder);
    const index = new ReferenceIndex(keys);
    const firstMs = await timed(() => scanFiles(index, all));
    const found = keys.reduce((sum, key) => sum + index.of(key).length, 0);
    if (found !== files) throw new Error(`${found} references in ${files} files that have one each`);
    report({ name: 'reference_index_first_ms', value: firstMs, unit: 'ms' });
    const again: number[] = [];
    for (const file of all.slice(0, updates)) again.push(await timed(() => scanFile(index, file)));
    report({ name: 'reference_index_update_ms', value: median(again), unit: 'ms' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Code of about 6 KB a file, as full of quoted words as code is, and one flag in each. */
async function writeWorkspace(folder: string): Promise<readonly string[]> {
  const line = `import { thing } from './some-module.js'; call('a quoted text', "utf8", { name: 'value' });\n`;
  const body = line.repeat(65);
  const all = Array.from({ length: files }, (_, index) =>
    path.join(folder, `part-${index % 50}`, `file-${index}.ts`),
  );
  for (let part = 0; part < 50; part++) await mkdir(path.join(folder, `part-${part}`));
  for (const [index, file] of all.entries())
    await writeFile(
      file,
      `${body}flags.isEnabled('${keys[index % keys.length] ?? ''}');\n${body.slice(0, 200)}`,
    );
  return all;
}
