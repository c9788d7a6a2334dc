/** Mocha inside the editor: what `extensionTestsPath` names. */
import Mocha from 'mocha';
import { apiTests } from './api.ts';
import { commandTests } from './commands.ts';
import { connectionTests } from './connection.ts';
import { dashboardTests } from './dashboard.ts';
import { edgeTests } from './edges.ts';
import { editingTests } from './editing.ts';
import { flagCommandTests } from './flag-commands.ts';
import { flagFileTests } from './flag-file.ts';
import { flagServerTests } from './flag-server.ts';
import { flagTests } from './flags.ts';
import { localFlagTests } from './local-flags.ts';
import { mannerTests } from './manners.ts';
import { manifestTests } from './manifest.ts';
import { oddInputTests } from './odd-input.ts';
import { previewTests } from './preview.ts';
import { problemTests } from './problems.ts';
import { projectTests } from './project.ts';
import { TellingReporter } from './reporter.ts';
import { leaveStage } from './stage.ts';
import { suiteTests } from './suites.ts';
import { taskTests } from './tasks.ts';
import { treeTests } from './trees.ts';
import { welcomeTests } from './welcome.ts';

const suites = [
  ...[
    manifestTests,
    treeTests,
    commandTests,
    edgeTests,
    mannerTests,
    editingTests,
    problemTests,
    projectTests,
    suiteTests,
    taskTests,
    dashboardTests,
    previewTests,
    flagTests,
    flagCommandTests,
    flagFileTests,
    localFlagTests,
    flagServerTests,
  ],
  ...[oddInputTests, apiTests, connectionTests, welcomeTests],
];

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, reporter: TellingReporter });
  // The suites are in this bundle: there are no files for mocha to load, so it is told what they define.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  for (const define of suites) define();
  const failures = await new Promise<number>((resolve) => void mocha.run(resolve));
  await leaveStage();
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
