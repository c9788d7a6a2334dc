/** The program `tidegate`: gives the CLI this process, and the agent inside it. */
import { Console } from 'node:console';
import metadata from '../../package.json' with { type: 'json' };
import { systemClock } from '../common/clock.ts';
import { findAssets } from './assets.ts';
import { exitCodes } from './exit-code.ts';
import type { Host } from './host.ts';
import { lazyAgent } from './lazy-agent.ts';
import { flush, Output } from './output.ts';
import { wantsJson } from './parse.ts';
import { run } from './run.ts';

// Standard output carries results, or JSON-RPC: a library that prints must not get in between.
globalThis.console = new Console(process.stderr, process.stderr);

const host: Host = {
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  clock: systemClock,
  version: metadata.version,
  pid: process.pid,
  agent: () =>
    lazyAgent(async () => {
      const { createAgent } = await import('../server/agent.ts');
      return createAgent({ env: process.env, assets: findAssets(import.meta.dirname) });
    }),
  leave: (code) => process.exit(code),
};

process.on('uncaughtException', (error) => {
  new Output(host, { json: wantsJson(host.argv), yes: false }).error(error);
  process.exit(exitCodes.failed);
});

const code = await run(host);
await Promise.all([flush(process.stdout), flush(process.stderr)]);
// The agent may still hold connections of the engine open; nobody needs them any more.
process.exit(code);
