/** The commands about flags. */
import { commands } from '../ids.ts';
import type { CommandContext } from './context.ts';
import { createFlag } from './flag-create.ts';
import { killFlag } from './flag-kill.ts';
import { flagHistory } from './flag-history.ts';
import { findFlagReferences, openFlagDefinition, showStaleFlags } from './flag-places.ts';
import { removeFlag } from './flag-remove.ts';
import { editFlagRules } from './flag-rules.ts';
import { whoGetsFlag } from './flag-users.ts';
import { wrapInFlag } from './flag-wrap.ts';
import { changeShare, changeVariant, toggleFlag } from './flags.ts';

export const flagHandlers = {
  [commands.toggleFlag]: toggleFlag,
  [commands.changeFlagShare]: changeShare,
  [commands.changeFlagVariant]: changeVariant,
  [commands.killFlag]: killFlag,
  [commands.whoGetsFlag]: whoGetsFlag,
  [commands.flagHistory]: flagHistory,
  [commands.editFlagRules]: editFlagRules,
  [commands.createFlag]: createFlag,
  [commands.wrapInFlag]: wrapInFlag,
  [commands.removeFlag]: removeFlag,
  [commands.openFlagDefinition]: openFlagDefinition,
  [commands.findFlagReferences]: findFlagReferences,
  [commands.showStaleFlags]: showStaleFlags,
  [commands.showAllFlags]: ({ views }: CommandContext) => views.showStale(false),
} as const;
