/**
 * `npm run demo -- --open`: the sample in VS Code with the extension in it. In the one on this machine, with settings,
 * extensions and history of its own; where there is none, in the browser build, until somebody stops it.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { endAgentOf } from '../editor/agent.ts';
import { packageExtension } from '../editor/package.ts';
import { ensureVsCode, isSupported } from '../editor/place.ts';
import { startEditor } from '../editor/server.ts';
import { hasDesktop, openDesktop } from './desktop.ts';
import type { DemoStage } from './prepare.ts';
import { runStep } from './run-step.ts';
import { opening, steps } from './steps.ts';

/** Two releases: then there is one to go back to, and a flag to switch. */
export async function openEditor(stage: DemoStage): Promise<number> {
  for (const step of [opening, ...steps.slice(0, 1)]) {
    const { isAsExpected } = await runStep(stage, step, undefined);
    if (!isAsExpected) return 1;
  }
  const { say, style } = stage.screen;
  say('\nThe extension is packaged …');
  const { root } = stage.place;
  const vsix = await packageExtension(path.join(root, '.tidegate', 'demo', 'tidegate.vsix'));
  if (await hasDesktop(stage.env)) {
    const folder = path.join(root, '.tidegate', 'demo', 'code');
    await openDesktop({ folder, vsix, workspace: stage.place.shop, env: stage.env });
    say(`\n${style.good('✔')} VS Code opens ${path.relative(root, stage.place.shop)}.`);
    tellWhatToClick(stage);
    say(`  npm run demo -- --down ${style.dim('# removes all it made')}`);
    return 0;
  }
  if (!isSupported)
    throw new Error(
      'There is no VS Code on the PATH ("code"), and the browser build comes from npm for Linux on x64 only. Install VS Code and its command "code".',
    );
  await serveBrowser(stage, vsix);
  return 0;
}

async function serveBrowser(stage: DemoStage, vsix: string): Promise<void> {
  const { place, env, screen, signal } = stage;
  const { say, style } = screen;
  const editor = await ensureVsCode({ root: place.root, say: (line) => say(`  ${line}`) });
  // Whoever reaches it has a shell of yours: also others on this machine.
  const password = randomBytes(9).toString('base64url');
  const running = await startEditor({ editor, vsix, workspace: place.shop, env, password });
  try {
    const url = `http://${running.authority}/?folder=${encodeURIComponent(place.shop)}`;
    say(`\n${style.good('✔')} The editor is open: ${style.bold(url)}`);
    say(`  password: ${style.bold(password)}`);
    tellWhatToClick(stage);
    say(style.dim('  Ctrl-C closes the editor; the shop stays. npm run demo -- --down removes all of it.'));
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await endAgentOf(running.runtime);
    await running.stop();
  }
}

function tellWhatToClick({ screen, url }: DemoStage): void {
  const { say, style } = screen;
  say(
    `  The gate in the activity bar shows dev: v1.1.0 is live, v1.0.0 warm beside it. The shop: ${style.bold(url)}`,
  );
  say(`  ${style.dim('warm slot, arrow back:')}  the shop is on v1.0.0 again at once`);
  say(`  ${style.dim('flag free-delivery:')}     switch it, and look at the shop`);
  say(
    `  ${style.dim('F1, Tidegate: Deploy…:')}  v1.2.0 is good; v1.3.0, v1.4.0 and v1.5.0 are not, and are stopped`,
  );
}
