/**
 * `env_file:` as `docker stack deploy` reads it: `NAME=value` lines, everything behind the first `=` as it stands.
 * Source: https://github.com/docker/cli/blob/v28.2.2/opts/file.go
 */
import type { Field } from './compose-field.ts';
import { checkKeys } from './compose-keys.ts';
import type { Variables } from './interpolate.ts';
import { isSensitiveName, visibleSecret } from './masking.ts';
import { namedLines, type NamedFile, type NamedFiles } from './named-files.ts';
import type { Report } from './report.ts';

/** In order: a later file wins. */
export function readEnvFiles(
  field: Field | undefined,
  files: NamedFiles,
  variables: Variables,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  if (!field) return values;
  const items = field.tree.kind === 'list' ? field.items() : [field];
  for (const item of items) {
    const file = readItem(item, files);
    if (!file) continue;
    for (const [name, value] of parseEnvFile(file, variables, field.report)) values.set(name, value);
  }
  return values;
}

const formHint = 'Write a path, a list of paths, or [{ path: x.env, required: false }].';

function readItem(item: Field, files: NamedFiles): (NamedFile & { readonly raw: boolean }) | undefined {
  if (item.tree.kind !== 'map') {
    const file = namedLines(item, files);
    return file && { ...file, raw: false };
  }
  checkKeys(item, { known: ['path', 'required', 'format'], refused: {} });
  const format = item.get('format');
  if (format && format.text() !== 'raw')
    format.error({
      code: 'compose.unsupported-value',
      message: `${format.shown} is not supported.`,
      hint: 'Write "format: raw", or leave it out: values are taken as they stand.',
    });
  const path = item.get('path');
  if (!path) item.error({ code: 'compose.missing-key', message: '"path" is missing.', hint: formHint });
  const required = item.get('required')?.boolean() ?? true;
  const file = path && namedLines(path, files, { required });
  return file && { ...file, raw: format !== undefined };
}

/** A name alone takes its value from the variables, or is left out. */
export function parseEnvFile(
  { path, text, raw }: NamedFile & { readonly raw: boolean },
  variables: Variables,
  report: Report,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [index, whole] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = whole.replace(/\r$/, '').trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const at = { file: path, line: index + 1, column: whole.length - whole.trimStart().length + 1 };
    const end = line.indexOf('=');
    const name = end < 0 ? line : line.slice(0, end);
    if (name === '' || /[\s\0]/.test(name)) {
      report.error(at, {
        code: 'compose.invalid-value',
        message: 'This line has no usable name.',
        hint: 'Write NAME=value, with nothing but letters, digits and "_" in the name; "#" begins a comment.',
      });
      continue;
    }
    const value = end < 0 ? ownValue(variables, name) : line.slice(end + 1);
    if (value === undefined) continue;
    if (!raw && /^(["']).*\1\s*$/.test(value))
      report.warning(at, {
        code: 'compose.env-file-quotes',
        message: `${name}: the quotes are part of the value, as with "docker stack deploy".`,
        hint: '"docker compose" takes them away: remove them, or say "format: raw" if they are meant.',
      });
    if (value !== '' && isSensitiveName(name))
      report.warning(at, { ...visibleSecret, message: `${name}: ${visibleSecret.message}` });
    values.set(name, value);
  }
  return values;
}

function ownValue(variables: Variables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}
