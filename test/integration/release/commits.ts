/** More history for a checkout of the shop: tags that differ from its own by an edited file. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { output } from '../../../scripts/command.ts';

export interface TagRequest {
  /** The tag whose content it begins with. */
  readonly from: string;
  readonly tag: string;
  /** By path in the repository; a missing file is edited from an empty text. */
  readonly edit: Readonly<Record<string, (text: string) => string>>;
}

/** The branch that was checked out is checked out again afterwards. */
export async function addTag(folder: string, { from, tag, edit }: TagRequest): Promise<void> {
  await git(folder, 'checkout', '-q', '--detach', from);
  for (const [name, change] of Object.entries(edit)) await editFile(folder, name, change);
  await git(folder, 'add', '-A');
  await git(folder, 'commit', '-q', '-m', `Release ${tag}`);
  await git(folder, 'tag', tag);
  await git(folder, 'checkout', '-q', 'main');
}

export async function editFile(
  folder: string,
  name: string,
  change: (text: string) => string,
): Promise<void> {
  const file = path.join(folder, name);
  const before = await readFile(file, 'utf8').catch(() => '');
  const after = change(before);
  assert.notEqual(after, before, `the edit of ${name} changes something`);
  await writeFile(file, after);
}

/** Sets `services.web.rollout` of the shop's tidegate.yaml: `steps: [20%], hold: 2s`. */
export function rollout(written: string): (text: string) => string {
  return (text) => text.replace(/rollout: \{[^}]*\}/, `rollout: { ${written} }`);
}

export function git(folder: string, ...args: readonly string[]): Promise<string> {
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
  return output('git', [...who, ...args], {
    cwd: folder,
    env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
  });
}
