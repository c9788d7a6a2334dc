/** What an editor shows at a flag's key: hover, lens, its definition, its uses. Known keys only. */
import * as vscode from 'vscode';
import { commands, settings } from '../ids.ts';
import { flagLiterals } from '../model/flag-literals.ts';
import {
  commandLink,
  hoverOf,
  stateIn,
  type FlagInEnvironment,
  type KnownFlag,
  type KnownFlags,
} from '../model/known-flags.ts';
import { countsLine } from '../model/flag-counts.ts';
import type { FlagCounts } from './counts.ts';
import type { FlagKnowledge } from './knowledge.ts';
import { codeLanguages } from './languages.ts';
import type { FlagReferences } from './references.ts';

export interface FlagDeps {
  readonly knowledge: FlagKnowledge;
  readonly references: FlagReferences;
  readonly counts: FlagCounts;
}

interface Found {
  readonly known: KnownFlags;
  readonly flag: KnownFlag;
  readonly range: vscode.Range;
}

const code = codeLanguages.map((language): vscode.DocumentFilter => ({ scheme: 'file', language }));
const yaml: vscode.DocumentFilter = { scheme: 'file', language: 'yaml' };

export function registerFlagProviders(deps: FlagDeps): vscode.Disposable {
  const { languages } = vscode;
  const everywhere = [...code, yaml];
  const { knowledge } = deps;
  const lenses: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: knowledge.onChange,
    provideCodeLenses: (document) => lensesIn(deps, document),
  };
  return vscode.Disposable.from(
    languages.registerHoverProvider(everywhere, {
      provideHover: async (document, position) => hoverAt(deps, await flagAt(deps, document, position)),
    }),
    languages.registerDefinitionProvider(code, {
      provideDefinition: async (document, position) => definitionOf(await flagAt(deps, document, position)),
    }),
    languages.registerReferenceProvider(everywhere, {
      provideReferences: async (document, position, { includeDeclaration }) =>
        usesOf(deps, await flagAt(deps, document, position), includeDeclaration),
    }),
    languages.registerCodeLensProvider(everywhere, lenses),
  );
}

/** The known flags of a document, in their order: of the flags file its keys, of code the quoted ones. */
async function flagsIn({ knowledge }: FlagDeps, document: vscode.TextDocument): Promise<readonly Found[]> {
  const known = await knowledge.ask(document);
  if (known === undefined) return [];
  if (knowledge.isFlagsFile(document))
    return [...known.byKey.values()].flatMap((flag): readonly Found[] => {
      if (flag.definedAt === undefined) return [];
      const { line, column } = flag.definedAt;
      return [{ known, flag, range: new vscode.Range(line, column, line, column + flag.key.length) }];
    });
  if (document.languageId === 'yaml') return [];
  return flagLiterals(document.getText()).flatMap(({ key, offset }): readonly Found[] => {
    const flag = known.byKey.get(key);
    if (flag === undefined) return [];
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + key.length));
    return [{ known, flag, range }];
  });
}

async function flagAt(
  deps: FlagDeps,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<Found | undefined> {
  return (await flagsIn(deps, document)).find(({ range }) => range.contains(position));
}

async function hoverAt({ counts }: FlagDeps, found: Found | undefined): Promise<vscode.Hover | undefined> {
  if (found === undefined) return undefined;
  const { known, flag, range } = found;
  const link = (one: FlagInEnvironment): string =>
    commandLink(commands.toggleFlag, targetOf(known, flag, one));
  const text = new vscode.MarkdownString(hoverOf(flag, link));
  const evaluated = await evaluations(counts, known, flag);
  if (evaluated !== '') text.appendMarkdown(`\n\n${evaluated}`);
  if (flag.environments.some((one) => one.flag !== undefined)) {
    const given = encodeURIComponent(JSON.stringify([{ folder: known.folder, flag: flag.key }]));
    const address = `command:${commands.whoGetsFlag}?${given}`;
    text.appendMarkdown(`\n\n[${vscode.l10n.t('Who gets it…')}](${address})`);
  }
  text.isTrusted = { enabledCommands: [commands.toggleFlag, commands.whoGetsFlag] };
  return new vscode.Hover(text, range);
}

/** Where control counts; environments whose flags another server holds have no numbers here. */
async function evaluations(counts: FlagCounts, { folder }: KnownFlags, flag: KnownFlag): Promise<string> {
  const counted = flag.environments.filter((one) => one.flag !== undefined && one.flag.server === undefined);
  const lines = await Promise.all(
    counted.map(async ({ environment }) =>
      countsLine(environment, await counts.of(folder, environment), flag.key),
    ),
  );
  return lines.join('  \n');
}

function targetOf({ folder }: KnownFlags, { key }: KnownFlag, { environment }: FlagInEnvironment): object {
  return { folder, environment, flag: key };
}

function definitionOf(found: Found | undefined): vscode.Location | undefined {
  const at = found?.flag.definedAt;
  return at && new vscode.Location(vscode.Uri.file(at.file), new vscode.Position(at.line, at.column));
}

async function usesOf(
  { references }: FlagDeps,
  found: Found | undefined,
  withDefinition: boolean,
): Promise<vscode.Location[]> {
  if (found === undefined) return [];
  const { flag, known } = found;
  const uses = await references.of(flag.key, [...known.byKey.keys()]);
  const definition = withDefinition ? definitionOf(found) : undefined;
  return [
    ...(definition ? [definition] : []),
    ...uses.map(
      ({ path, line, column }) =>
        new vscode.Location(
          vscode.Uri.file(path),
          new vscode.Range(line, column, line, column + flag.key.length),
        ),
    ),
  ];
}

/** In the flags file always; in code where somebody has asked for it. */
async function lensesIn(deps: FlagDeps, document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const isFlagsFile = document.languageId === 'yaml';
  const isWanted = vscode.workspace.getConfiguration(settings.section).get<boolean>(settings.flagLenses);
  if (!isFlagsFile && isWanted !== true) return [];
  return (await flagsIn(deps, document)).flatMap(({ known, flag, range }) =>
    flag.environments.map((one) => {
      const title = `${one.environment}: ${stateIn(one)}`;
      if (one.flag === undefined) return new vscode.CodeLens(range, { title, command: '' });
      const mark = one.flag.value ? 'circle-filled' : 'circle-outline';
      return new vscode.CodeLens(range, {
        title: `$(${mark}) ${title}`,
        tooltip: one.flag.value
          ? vscode.l10n.t('Switch {0} off in {1}', flag.key, one.environment)
          : vscode.l10n.t('Switch {0} on in {1}', flag.key, one.environment),
        command: commands.toggleFlag,
        arguments: [targetOf(known, flag, one)],
      });
    }),
  );
}
