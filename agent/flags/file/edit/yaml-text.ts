/** A change of flags as edits of the YAML text: everything else stays to the letter, comments and order too. Pure. */
import { isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Step, Value } from '../../../config/fix/change.ts';
import { editsOf } from '../../../config/fix/edits.ts';
import { lineBreakOf, lineEnd, lineStart, positionOf } from '../../../config/fix/layout.ts';
import { endOf, follow, keyOf, stepOf, type Found } from '../../../config/fix/nodes.ts';
import { blockLines } from '../../../config/fix/render.ts';
import { applyEdits, type TextEdit } from '../../../config/fix/text-edit.ts';
import type { FlagChange } from '../../../protocol/flag-editing.ts';
import { emptied, linesEnd, movedItem, withoutItem } from './list-edits.ts';

export interface Editing {
  /** Inside the repository. */
  readonly file: string;
  readonly text: string;
  readonly change: FlagChange;
  /** Of the environment of the change, as they are to be: where it has none of its own yet. */
  readonly ownRules: readonly Value[] | undefined;
}

/** `undefined`: the text is laid out in a way that leaves no place for it. */
export function editedYaml(editing: Editing): string | undefined {
  const { text, change } = editing;
  if (change.kind === 'create' && text.trim() === '') return newFile(change);
  const edits = editsFor(editing);
  return edits && applyEdits(text, edits);
}

function editsFor(editing: Editing): readonly TextEdit[] | undefined {
  const { change, file, text, ownRules } = editing;
  switch (change.kind) {
    case 'create':
      return created(editing, change);
    case 'remove':
      return removed(text, change.key);
    case 'add-rule':
    case 'remove-rule':
    case 'move-rule':
      if (ownRules !== undefined)
        return editsOf(text, {
          kind: 'set',
          title: 'Rules of its own',
          file,
          path: listPath(change),
          value: ownRules,
        });
      return change.kind === 'add-rule' ? ruleAdded(editing, change) : rulesChanged(editing, change);
  }
}

type Change<K extends FlagChange['kind']> = Extract<FlagChange, { kind: K }>;

function newFile({ key, description, rest }: Change<'create'>): string {
  const flag = { [key]: { description, ...rest } };
  return `${['version: 1', ...blockLines('flags', flag, { indent: '', step: '  ' })].join('\n')}\n`;
}

function created(
  { file, text }: Editing,
  { key, description, rest }: Change<'create'>,
): readonly TextEdit[] | undefined {
  const value: Value = { description, ...rest };
  const root = parsed(text);
  const flags = root && foundAt(root, ['flags']);
  if (root && flags && isMap(flags.value) && flags.value.items.length === 0)
    return firstFlag(text, root, flags, { key, value });
  return editsOf(text, { kind: 'set', title: `Create ${key}`, file, path: ['flags', key], value });
}

/** `flags: {}` becomes a block: what comes next is easier to read there. */
function firstFlag(
  text: string,
  root: YAMLMap,
  { value: empty, pair }: Found,
  { key, value }: { readonly key: string; readonly value: Value },
): readonly TextEdit[] | undefined {
  const name = keyOf(pair && { pair });
  const range = isMap(empty) ? empty.range : undefined;
  if (!name || !range || root.flow === true) return undefined;
  const column = name.range[0] - lineStart(text, name.range[0]);
  const step = stepOf(text, root);
  const eol = lineBreakOf(text);
  const lines = blockLines(key, value, { indent: ' '.repeat(column) + step, step });
  // A space before the bracket would be left behind at the end of the line.
  const start = range[0] - (text[range[0] - 1] === ' ' ? 1 : 0);
  const end = lineEnd(text, range[1]);
  return [
    { start, end: range[1], newText: '' },
    { start: end, end, newText: lines.map((line) => eol + line).join('') },
  ];
}

function removed(text: string, key: string): readonly TextEdit[] | undefined {
  const root = parsed(text);
  const trail = root && follow(root, ['flags', key]);
  const [flags, flag] = trail?.trail ?? [];
  const name = keyOf(flag);
  if (!flags || !flag || !name || !isMap(flags.value)) return undefined;
  if (flags.value.items.length === 1) return emptied(text, flags, '{}');
  const start = lineStart(text, name.range[0]);
  if (flags.value.flow === true || text.slice(start, name.range[0]).trim() !== '')
    return removedFromFlow(flags.value, flag);
  return [{ start, end: linesEnd(text, endOf(flag.pair)), newText: '' }];
}

function removedFromFlow(flags: YAMLMap, flag: Found): readonly TextEdit[] | undefined {
  const index = flags.items.findIndex((pair) => pair === flag.pair);
  const begins = flags.items.map((pair) => keyOf({ pair })?.range[0]);
  const [begin, next] = [begins[index], begins[index + 1]];
  if (begin === undefined) return undefined;
  if (next !== undefined) return [{ start: begin, end: next, newText: '' }];
  const before = flags.items[index - 1];
  return before && [{ start: endOf(before), end: endOf(flag.pair), newText: '' }];
}

function ruleAdded(editing: Editing, change: Change<'add-rule'>): readonly TextEdit[] | undefined {
  const { file, text } = editing;
  const path = listPath(change);
  const item: Value = { when: change.when, serve: change.serve };
  const edits = editsOf(text, { kind: 'add', title: 'Add a rule', file, path, item });
  if (!edits || change.at === null) return edits;
  const longer = applyEdits(text, edits);
  const list = listAt(longer, path);
  const from = (list?.items.length ?? 0) - 1;
  if (!list || from === change.at) return edits;
  const moved = movedItem({ file, text: longer, path, list }, from, change.at);
  return moved && [{ start: 0, end: text.length, newText: applyEdits(longer, moved) }];
}

function rulesChanged(
  { file, text }: Editing,
  change: Change<'remove-rule'> | Change<'move-rule'>,
): readonly TextEdit[] | undefined {
  const path = listPath(change);
  const list = listAt(text, path);
  if (!list) return undefined;
  if (change.kind === 'move-rule') return movedItem({ file, text, path, list }, change.from, change.to);
  if (list.items.length > 1) return withoutItem({ file, text, path, list }, change.index);
  const root = parsed(text);
  const found = root && foundAt(root, path);
  const name = keyOf(found);
  if (!found || !name) return undefined;
  if (change.environment !== null) return emptied(text, found, '[]');
  const at = positionOf(text, name.range[0]);
  return editsOf(text, { kind: 'remove', title: 'Remove the last rule', file, path, at });
}

function listPath({
  key,
  environment,
}: {
  readonly key: string;
  readonly environment: string | null;
}): Step[] {
  return environment === null
    ? ['flags', key, 'rules']
    : ['flags', key, 'environments', environment, 'rules'];
}

function listAt(text: string, path: readonly Step[]): YAMLSeq | undefined {
  const root = parsed(text);
  const value = root && foundAt(root, path)?.value;
  return isSeq(value) ? value : undefined;
}

function foundAt(root: YAMLMap, path: readonly Step[]): Found | undefined {
  const followed = follow(root, path);
  return followed?.rest.length === 0 ? followed.trail.at(-1) : undefined;
}

function parsed(text: string): YAMLMap | undefined {
  const { contents, errors } = parseDocument(text, {
    ...{ keepSourceTokens: true, prettyErrors: false, logLevel: 'silent' },
  });
  return errors.length === 0 && isMap(contents) ? contents : undefined;
}
