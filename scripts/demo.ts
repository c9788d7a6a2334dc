/**
 * `npm run demo`: the main job on the sample project while visitors come all the time, and a table of what it cost
 * them. `-- --open` opens the sample in VS Code instead. `-- --json FILE` writes the figures, `-- --down` removes all it
 * made, `--yes` answers every question.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, TidegateError } from '../agent/common/errors.ts';
import { consentFrom } from './consent.ts';
import { figuresOf, isGood, tellFigures, type Figures } from './demo/figures.ts';
import { openEditor } from './demo/open.ts';
import { demoPlace } from './demo/place.ts';
import { prepare } from './demo/prepare.ts';
import { removeDemo } from './demo/remove.ts';
import { screenOn } from './demo/screen.ts';
import { play } from './demo/play.ts';

const usage = `usage: npm run demo -- [--json FILE] [--yes]
       npm run demo -- --open [--yes]
       npm run demo -- --down`;

const root = path.resolve(import.meta.dirname, '..');
const screen = screenOn(process.stdout, process.env);
const place = demoPlace(root);

// The first Ctrl-C ends what runs and tells how things stand; the second one leaves at once.
const interrupt = new AbortController();
let interruptedAt = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // npm and the terminal both pass Ctrl-C on.
    if (interrupt.signal.aborted && performance.now() - interruptedAt > 500) process.exit(130);
    if (interrupt.signal.aborted) return;
    interruptedAt = performance.now();
    screen.say('\nStopping: what is under way is put back …');
    interrupt.abort(new Error('Stopped.'));
  });

process.exitCode = await main().catch((error: unknown) => {
  const hint = error instanceof TidegateError ? error.hint : undefined;
  console.error(['\n' + messageOf(error), hint].filter(Boolean).join(' '));
  if (!interrupt.signal.aborted) return 1;
  console.error('`npm run demo` starts anew, `npm run demo -- --down` removes all it made.');
  return 130;
});
// Connections of the engine may be open still; nobody needs them any more.
process.exit();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      down: { type: 'boolean', default: false },
      open: { type: 'boolean', default: false },
      yes: { type: 'boolean', short: 'y', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    screen.say(usage);
    return 0;
  }
  const { signal } = interrupt;
  if (values.down) {
    await removeDemo({ place, screen, signal });
    return 0;
  }
  const terminal = { input: process.stdin, output: process.stdout, env: process.env };
  const stage = await prepare({ place, screen, signal, consent: consentFrom(terminal, values) });
  if (values.open) return openEditor(stage);
  const outcome = await play(stage);
  const figures = figuresOf(outcome);
  tellFigures(figures, screen);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  signal.throwIfAborted();
  return close(figures, stage);
}

function close(figures: Figures, stage: Parameters<typeof play>[0]): number {
  const { say, style } = screen;
  if (!isGood(figures)) {
    say(
      `\n${style.bad('Not as it should be')}: see the lines above. npm run demo -- --down removes all it made.`,
    );
    return 1;
  }
  const tidegate = `node dist/tidegate.js -C ${path.relative(root, place.shop)}`;
  say(`\nThe shop is open: ${style.bold(stage.url)}. What to try next, in this folder:`);
  if (stage.exportedHost !== undefined) say(`  export DOCKER_HOST=${stage.exportedHost}`);
  for (const command of ['status', 'releases dev', 'deploy dev v1.2.0 --hold', 'rollback dev'])
    say(`  ${tidegate} ${command}`);
  say(`  npm run demo -- --down ${style.dim('# removes all it made')}`);
  return 0;
}
