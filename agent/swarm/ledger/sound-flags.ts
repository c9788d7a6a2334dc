/**
 * What is left of flags whose object somebody edited to nonsense, for a control that is started anew and remembers
 * nothing. Each switch is written twice, as the state and as the newest change of its flag: where the state cannot be
 * read, the change says what it was. Pure; nothing of it is ever written back.
 */
import { hasCode } from '../../common/errors.ts';
import { flagKeyPattern } from './flag-definition.ts';
import { parseFlags, type Flags, type FlagSetting } from './flags.ts';

export interface SoundFlags {
  readonly flags: Flags;
  /** Definitions of their own are pointed to, and nobody can read where. */
  readonly lostDefinitions: boolean;
}

/** Of an object that is right: what `parseFlags` gives, but for the reasons of changes. */
export function soundFlags(object: string, labels: Readonly<Record<string, string>>): SoundFlags {
  // What a change was made from, and why, is about the past.
  const entries = Object.entries(labels).filter(([label]) => !label.startsWith('tidegate.'));
  const isSound = ([label, text]: readonly [string, string]): boolean => reads(object, label, text);
  const flags = parseFlags(object, Object.fromEntries(entries.filter(isSound)));
  const states = new Map(flags.states);
  const broken = entries.filter((entry) => !isSound(entry));
  for (const [label] of broken) {
    const key = label.startsWith('flag.') ? label.slice('flag.'.length) : '';
    const setting = flagKeyPattern.test(key) ? lastSetting(flags, key) : undefined;
    if (setting !== undefined) states.set(key, setting);
  }
  return {
    flags: { ...flags, states },
    lostDefinitions: broken.some(([label]) => label === 'definitions'),
  };
}

function lastSetting({ changes }: Flags, key: string): FlagSetting | undefined {
  const last = changes.findLast((change) => change.key === key);
  return last === undefined || last.to === 'forgotten' ? undefined : last.to;
}

function reads(object: string, label: string, text: string): boolean {
  try {
    parseFlags(object, { [label]: text });
    return true;
  } catch (error) {
    if (hasCode(error, 'ledger.corrupt')) return false;
    throw error;
  }
}
