/** The texts of the extension that are to be translated: every first argument of `l10n.t`, whoever's `l10n` it is. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

export interface Text {
  readonly key: string;
  /** `extension/say.ts:12`. */
  readonly at: string;
  /** How many arguments are passed; `undefined`: a list of them, whose length nobody sees here. */
  readonly given: number | undefined;
}

/** Where it is said what users of the editor read. */
const rooms = ['extension', 'webview'];

export async function textsOf(root: string): Promise<readonly Text[]> {
  const found: Text[] = [];
  for (const room of rooms) {
    const names = await readdir(path.join(root, room), { recursive: true });
    for (const name of names.filter((one) => one.endsWith('.ts')).sort()) {
      const file = `${room}/${name.split(path.sep).join('/')}`;
      found.push(...textsIn(file, await readFile(path.join(root, file), 'utf8')));
    }
  }
  return found;
}

/** Throws where the text is put together while the program runs: nobody could have translated it. */
export function textsIn(file: string, text: string): readonly Text[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Text[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTranslation(node.expression)) found.push(textOf(source, node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `l10n.t` and `vscode.l10n.t`. */
function isTranslation(callee: ts.Expression): boolean {
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 't') return false;
  const owner = callee.expression;
  return ts.isIdentifier(owner)
    ? owner.text === 'l10n'
    : ts.isPropertyAccessExpression(owner) && owner.name.text === 'l10n';
}

function textOf(source: ts.SourceFile, { arguments: [key, ...args], pos }: ts.CallExpression): Text {
  const line = source.getLineAndCharacterOfPosition(key?.getStart() ?? pos).line + 1;
  const at = `${source.fileName}:${line}`;
  if (key === undefined || !ts.isStringLiteralLike(key))
    throw new Error(`${at}: the first argument of l10n.t is a plain text, with {0} for what changes`);
  const isCountable = !args.some(
    (arg) => ts.isSpreadElement(arg) && !ts.isArrayLiteralExpression(arg.expression),
  );
  return {
    key: key.text,
    at,
    given: isCountable ? args.reduce((sum, arg) => sum + many(arg), 0) : undefined,
  };
}

function many(arg: ts.Expression): number {
  if (!ts.isSpreadElement(arg)) return 1;
  return ts.isArrayLiteralExpression(arg.expression) ? arg.expression.elements.length : 0;
}

/** `{0}`, `{1}`: each once, in order of their names. */
export function placeholders(text: string): readonly string[] {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}
