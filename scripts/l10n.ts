/**
 * Brings `l10n/` in line with the code: writes the English bundle anew, takes what is said no more out of the
 * translations, sorts them, and names what has no translation yet. Those are written by people.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { textsOf } from './l10n/keys.ts';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'l10n');
const english = 'bundle.l10n.json';

const keys = [...new Set((await textsOf(root)).map(({ key }) => key))].sort();
await write(english, new Map(keys.map((key) => [key, key])));
for (const name of await readdir(folder)) {
  if (name === english) continue;
  const old = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as Readonly<Record<string, string>>;
  const kept = keys.flatMap((key) => (old[key] === undefined ? [] : [[key, old[key]] as const]));
  await write(name, new Map(kept));
  const missing = keys.filter((key) => old[key] === undefined);
  for (const key of missing) console.log(`l10n/${name} has no translation of ${JSON.stringify(key)}`);
  if (missing.length > 0) process.exitCode = 1;
}

function write(name: string, texts: ReadonlyMap<string, string>): Promise<void> {
  return writeFile(path.join(folder, name), `${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`);
}
