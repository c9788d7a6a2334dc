/** Mocha inside the editor: what `extensionTestsPath` names. */
import Mocha from 'mocha';
import { commandTests } from './commands.ts';
import { connectionTests } from './connection.ts';
import { flagTests } from './flags.ts';
import { manifestTests } from './manifest.ts';
import { previewTests } from './preview.ts';
import { TellingReporter } from './reporter.ts';
import { leaveStage } from './stage.ts';
import { treeTests } from './trees.ts';

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, reporter: TellingReporter });
  // The suites are in this bundle: there are no files for mocha to load, so it is told what they define.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  for (const define of [manifestTests, treeTests, commandTests, previewTests, flagTests, connectionTests])
    define();
  const failures = await new Promise<number>((resolve) => void mocha.run(resolve));
  await leaveStage();
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
