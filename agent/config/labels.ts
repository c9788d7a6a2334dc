import type { ComposeContext } from './compose-context.ts';
import type { Field } from './compose-field.ts';
import { readPairs } from './compose-pairs.ts';
import { readDotenv } from './dotenv.ts';
import { namedLines } from './named-files.ts';
import type { Finding } from './report.ts';

/** Labels that Tidegate and Docker set themselves are refused. */
export function readLabels(field: Field): Record<string, string> {
  const out: Record<string, string> = {};
  for (const { name, value, field: at } of readPairs(field)) {
    if (isReserved(name)) at.errorAtKey(reserved);
    out[name] = value ?? '';
  }
  return out;
}

/** `label_file:`, in Compose's way of writing variables; a later file wins. */
export function readLabelFiles(
  field: Field | undefined,
  { files, variables }: Pick<ComposeContext, 'files' | 'variables'>,
): Record<string, string> {
  const items = field ? (field.tree.kind === 'list' ? field.items() : [field]) : [];
  let labels: Record<string, string> = {};
  for (const item of items) {
    const file = namedLines(item, files);
    const own = file ? readDotenv(file, { given: variables }, item.report) : {};
    if (Object.keys(own).some(isReserved)) item.error(reserved);
    labels = { ...labels, ...own };
  }
  return labels;
}

function isReserved(name: string): boolean {
  return /^(?:tidegate|com\.docker)\./.test(name);
}

const reserved: Finding = {
  code: 'compose.reserved-label',
  message: 'Tidegate and Docker set labels with this beginning themselves.',
  hint: 'Give the label another name.',
};
