/** The program `tidegate`: gives the CLI this process, and the agent inside it. */
import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import metadata from '../../package.json' with { type: 'json' };
import { sha256 } from '../common/canonical.ts';
import { systemClock } from '../common/clock.ts';
import type { AgentApi } from '../protocol/methods.ts';
import { findAssets } from './assets.ts';
import { exitCodes } from './exit-code.ts';
import type { Host } from './host.ts';
import { lazyAgent } from './lazy-agent.ts';
import { flush, Output } from './output.ts';
import { wantsJson } from './parse.ts';
import { run } from './run.ts';

// Standard output carries results, or JSON-RPC: a library that prints must not get in between.
globalThis.console = new Console(process.stderr, process.stderr);

const { env } = process;
// Said by an editor that started this with its own runtime; programs that we start are none of it.
delete env['ELECTRON_RUN_AS_NODE'];
const assets = findAssets(import.meta.dirname);
// The bundle names its parts by their content, so this one file tells the whole build.
const build = sha256(readFileSync(import.meta.filename)).slice(0, 12);

const ownAgent = async (): Promise<AgentApi> =>
  (await import('../server/agent.ts')).createAgent({ env, assets });

/** The agent that runs already, where there is one of this very build; else one in this process. */
async function findAgent(): Promise<AgentApi> {
  if (env['TIDEGATE_AGENT'] === 'off') return ownAgent();
  const [{ discover }, { discoveryFolder }, { chooseAgent }] = await Promise.all([
    import('../protocol/connection/discovery.ts'),
    import('../protocol/connection/folder.ts'),
    import('./choose-agent.ts'),
  ]);
  const folder = discoveryFolder(env);
  return chooseAgent({
    env,
    version: metadata.version,
    build,
    discover: () => discover(folder),
    connect: async (agent) => (await import('../protocol/connection/socket.ts')).connectSocket(agent),
    start: async () => {
      const { startDetached } = await import('../protocol/connection/start-agent.ts');
      const { execPath: runtime, execArgv: runtimeArgs } = process;
      await startDetached({ runtime, runtimeArgs, program: import.meta.filename }, folder, env);
    },
    own: ownAgent,
    clock: systemClock,
  });
}

const host: Host = {
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  clock: systemClock,
  version: metadata.version,
  build,
  pid: process.pid,
  agent: ({ shared }) => lazyAgent(shared ? findAgent : ownAgent),
  agents: async (log) => (await import('../server/agents.ts')).openAgents({ assets, log }),
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
