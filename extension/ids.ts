/** Every id that package.json names too; a test holds the two against each other. */

export const commands = {
  deploy: 'tidegate.deploy',
  deployHeld: 'tidegate.deployHeld',
  promote: 'tidegate.promote',
  abort: 'tidegate.abort',
  rollbackToTag: 'tidegate.rollbackToTag',
  rollback: 'tidegate.rollback',
  rollbackToThis: 'tidegate.rollbackToThis',
  previewRollback: 'tidegate.previewRollback',
  rollbackPreviewed: 'tidegate.rollbackPreviewed',
  closePreview: 'tidegate.closePreview',
  toggleFlag: 'tidegate.toggleFlag',
  changeFlagShare: 'tidegate.changeFlagShare',
  changeFlagVariant: 'tidegate.changeFlagVariant',
  killFlag: 'tidegate.killFlag',
  whoGetsFlag: 'tidegate.whoGetsFlag',
  flagHistory: 'tidegate.flagHistory',
  editFlagRules: 'tidegate.editFlagRules',
  createFlag: 'tidegate.createFlag',
  wrapInFlag: 'tidegate.wrapInFlag',
  removeFlag: 'tidegate.removeFlag',
  openFlagDefinition: 'tidegate.openFlagDefinition',
  findFlagReferences: 'tidegate.findFlagReferences',
  showStaleFlags: 'tidegate.showStaleFlags',
  showAllFlags: 'tidegate.showAllFlags',
  overrideFlag: 'tidegate.overrideFlag',
  clearOverride: 'tidegate.clearOverride',
  clearAllOverrides: 'tidegate.clearAllOverrides',
  serveFlags: 'tidegate.serveFlags',
  stopServingFlags: 'tidegate.stopServingFlags',
  copyFlagVariables: 'tidegate.copyFlagVariables',
  setFlagServerToken: 'tidegate.setFlagServerToken',
  plan: 'tidegate.plan',
  showLogs: 'tidegate.showLogs',
  setUpEnvironment: 'tidegate.setUpEnvironment',
  takeDown: 'tidegate.takeDown',
  upgradeEdge: 'tidegate.upgradeEdge',
  forgetEdge: 'tidegate.forgetEdge',
  maintenanceOn: 'tidegate.maintenanceOn',
  maintenanceOff: 'tidegate.maintenanceOff',
  setCertificate: 'tidegate.setCertificate',
  openDashboard: 'tidegate.openDashboard',
  openApp: 'tidegate.openApp',
  openPreview: 'tidegate.openPreview',
  showRelease: 'tidegate.showRelease',
  showOutput: 'tidegate.showOutput',
  restartAgent: 'tidegate.restartAgent',
  copyDiagnostics: 'tidegate.copyDiagnostics',
  setUpProject: 'tidegate.setUpProject',
  startSwarm: 'tidegate.startSwarm',
  runSuite: 'tidegate.runSuite',
  fixProblems: 'tidegate.fixProblems',
} as const;

export type CommandId = (typeof commands)[keyof typeof commands];

export const views = {
  environments: 'tidegate.environments',
  releases: 'tidegate.releases',
  flags: 'tidegate.flags',
} as const;

export type ViewId = (typeof views)[keyof typeof views];

/** The kind of tab that the editor brings back after a reload. */
export const dashboardView = 'tidegate.dashboard';

/** What the welcome views go by: one key, one value at a time (`model/overall.ts`). */
export const overallKey = 'tidegate.state';

/** True once a step of the walkthrough is done (`model/milestones.ts`). */
export function milestoneKey(milestone: string): string {
  return `tidegate.did.${milestone}`;
}

/** True while the preview of a rollback is looked at that can be done. */
export const previewKey = 'tidegate.rollbackPreview';

/** True while the view "Flags" shows those that may be taken out, and no others. */
export const onlyStaleKey = 'tidegate.onlyStaleFlags';

export const settings = {
  section: 'tidegate',
  confirm: 'confirm',
  flagLenses: 'flags.codeLens',
  staleAfter: 'flags.staleAfterDays',
} as const;
