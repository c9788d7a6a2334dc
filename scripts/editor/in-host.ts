/** Runs a bundled suite inside the extension host of an editor, as `@vscode/test-electron` does on a desktop. */
import type { Counts } from '../testing/counts.ts';
import { openBrowser } from './browser.ts';
import { tellFailure } from './failure.ts';
import type { Editor } from './place.ts';
import type { RunningEditor } from './server.ts';

export interface InHost {
  readonly editor: Editor;
  readonly running: RunningEditor;
  /** Folder of the extension under development. */
  readonly extension: string;
  /** Module that exports `run(): Promise<void>`. */
  readonly suite: string;
  readonly timeoutMs: number;
  /** Folder for what the window looked like when a test failed. */
  readonly pictures: string;
  readonly say: (line: string) => void;
}

/** What the suite's own reporter begins its lines with (`test/extension/reporter.ts`). */
const mark = '@@ ';

export async function runInHost(run: InHost): Promise<Counts> {
  const { editor, running, extension, suite, timeoutMs, pictures, say } = run;
  const { authority, workspace } = running;
  const browser = await openBrowser(editor);
  const other: string[] = [];
  const failures: Promise<readonly string[]>[] = [];
  let counts: Counts | undefined;
  try {
    const page = await browser.newPage();
    const ended = new Promise<number>((resolve) => {
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    await page.exposeFunction('codeAutomationLog', (_type: string, words: readonly unknown[]) => {
      const line = words.map(String).join(' ');
      if (!line.startsWith(mark)) other.push(line);
      else if (line.startsWith(`${mark}{`)) counts = JSON.parse(line.slice(mark.length)) as Counts;
      else say(line.slice(mark.length));
      if (line.startsWith(`${mark}    ✘`))
        failures.push(tellFailure(page, pictures, line.slice(mark.length + 6)));
    });
    const remote = (file: string): string => `vscode-remote://${authority}${file}`;
    const payload = [
      ['extensionDevelopmentPath', remote(extension)],
      ['extensionTestsPath', remote(suite)],
      ['enableProposedApi', ''],
    ];
    const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
    await page.goto(`http://${authority}/?${query.toString()}`);
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), timeoutMs).unref());
    const code = await Promise.race([ended, late]);
    if (code === 'late') failures.push(tellFailure(page, pictures, 'in-host suite'));
    for (const line of (await Promise.all(failures)).flat()) say(`  ${line}`);
    if (counts !== undefined && (code === 0 || counts.failed > 0)) return counts;
    say(
      `The suite inside the editor ${code === 'late' ? `did not end within ${timeoutMs / 1000} s` : `ended with ${code}`}:`,
    );
    for (const line of other.slice(-20)) say(`  ${line}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    await browser.close();
  }
}
