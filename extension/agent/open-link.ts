/** The link as this machine has it: the discovery file, the bundled agent, a WebSocket. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RemoteAgent } from '../../agent/protocol/connection/remote.ts';
import { protocolVersion } from '../../agent/protocol/version.ts';
import { systemClock } from './clock.ts';
import { AgentLink, type LinkDeps } from './link.ts';

export interface Bundled {
  /** `dist/tidegate.js` of this extension. */
  readonly program: string;
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  readonly trusted: LinkDeps['trusted'];
  readonly log: LinkDeps['log'];
  /** With an agent that knows who we are, before anybody else asks it something. */
  readonly greeted: (remote: RemoteAgent) => Promise<void>;
}

/** Of the editor and its runtime, not of the person: an agent and compose files have no use for them. */
const editorsOwn = /^(ELECTRON_|VSCODE_|CODE_SERVER_|APPLICATION_INSIGHTS_|CHROME_|ORIGINAL_XDG_)/;

/** Nothing is read or loaded before the link is opened: the editor is starting meanwhile. */
export function openLink({ program, version, env, trusted, log, greeted }: Bundled): AgentLink {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !editorsOwn.test(name)));
  const folder = async (): Promise<string> =>
    (await import('../../agent/protocol/connection/folder.ts')).discoveryFolder(env);
  let build: string | undefined;
  return new AgentLink({
    version,
    protocolVersion,
    // As the agent itself names its build: by the content of its first file.
    get build() {
      build ??= createHash('sha256').update(readFileSync(program)).digest('hex').slice(0, 12);
      return build;
    },
    discover: async () =>
      (await import('../../agent/protocol/connection/discovery.ts')).discover(await folder()),
    connect: async (agent) =>
      (await import('../../agent/protocol/connection/socket.ts')).connectSocket(agent),
    greet: async (remote: RemoteAgent) => {
      const { sessionEnvironment } = await import('../../agent/protocol/connection/session-env.ts');
      await remote.hello(sessionEnvironment(own));
      await greeted(remote);
    },
    start: async () => {
      const { startDetached } = await import('../../agent/protocol/connection/start-agent.ts');
      await startDetached({ runtime: process.execPath, runtimeArgs: [], program }, await folder(), env);
    },
    end: (pid) => process.kill(pid, 'SIGTERM'),
    clock: systemClock,
    trusted,
    log,
  });
}
