/** What an engine leaves in the machine's network: bridges, and rules in the firewall. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { output } from '../command.ts';
import type { EngineFolder } from './private-folder.ts';

const tables = ['filter', 'nat', 'mangle'] as const;
type Table = (typeof tables)[number];

/** Remembers the rules and policies from before the engine's first start. */
export async function firewallBefore(engine: EngineFolder): Promise<void> {
  for (const table of tables) {
    const rules = await rulesOf(table);
    await writeFile(savedRules(engine, table), rules.join('\n'), { flag: 'wx' }).catch(() => undefined);
  }
}

/** Takes away what Docker added since: rules about its chains and bridges, its chains, its FORWARD policy. */
export async function restoreFirewall(engine: EngineFolder): Promise<void> {
  for (const table of tables) {
    const saved = await readFile(savedRules(engine, table), 'utf8').catch(() => undefined);
    if (saved === undefined) continue;
    const before = new Set(saved.split('\n'));
    const added = (await rulesOf(table)).filter((rule) => !before.has(rule));
    for (const rule of added.filter((line) => line.startsWith('-A ') && isDockers(line)))
      await iptables(table, ['-D', ...wordsOf(rule).slice(1)]);
    for (const rule of added.filter((line) => line.startsWith('-N ') && isDockers(line))) {
      await iptables(table, ['-F', ...wordsOf(rule).slice(1)]);
      await iptables(table, ['-X', ...wordsOf(rule).slice(1)]);
    }
    if (before.has('-P FORWARD ACCEPT') && added.includes('-P FORWARD DROP'))
      await iptables(table, ['-P', 'FORWARD', 'ACCEPT']);
  }
}

/** Only when no engine of this machine runs any more: bridges have no owner one could ask for. */
export async function removeBridges(): Promise<void> {
  const engines = await output('ps', ['-C', 'dockerd', '-o', 'pid=']).catch(() => '');
  if (engines.trim() !== '') return;
  for (const bridge of ['docker_gwbridge', 'docker0'])
    await output('ip', ['link', 'delete', bridge]).catch(() => undefined);
}

const isDockers = (rule: string): boolean =>
  /\bDOCKER\b|\bDOCKER-|docker0|docker_gwbridge|-m policy.*vxlan/.test(rule);

const savedRules = (engine: EngineFolder, table: Table): string =>
  path.join(engine.folder, `iptables.${table}`);

/** In the words `iptables -S` uses, which are arguments of iptables again. */
async function rulesOf(table: Table): Promise<readonly string[]> {
  const text = await output('iptables', ['-w', '-t', table, '-S']).catch(() => '');
  return text.split('\n').filter(Boolean);
}

async function iptables(table: Table, args: readonly string[]): Promise<void> {
  await output('iptables', ['-w', '-t', table, ...args]).catch(() => undefined);
}

const wordsOf = (rule: string): readonly string[] => rule.split(' ');
