import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { discover, discoveryFile } from '../../../agent/protocol/connection/discovery.ts';
import { discoveryFolder, makeFolder } from '../../../agent/protocol/connection/folder.ts';
import { connectSocket } from '../../../agent/protocol/connection/socket.ts';
import { systemClock } from '../../../extension/agent/clock.ts';
import { AgentLink, describe as words } from '../../../extension/agent/link.ts';
import type { LinkState } from '../../../extension/model/state.ts';
import recorded from '../../fixtures/agents/protocol-1.json' with { type: 'json' };

interface Frame {
  readonly id: number;
  readonly method: string;
}

/** Answers as the recorded agent did; `asked`: what clients wanted of it. */
class RecordedAgent {
  readonly asked: string[] = [];
  readonly folder: string;
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer, folder: string) {
    this.#server = server;
    this.folder = folder;
    const answers = recorded.frames.flatMap(({ agent }) => agent ?? []);
    server.on('connection', (socket) =>
      socket.on('message', (data: Buffer) => {
        const { id, method } = JSON.parse(data.toString()) as Frame;
        this.asked.push(method);
        const [answer] = answers;
        socket.send(JSON.stringify({ ...answer, id }));
      }),
    );
  }

  static async start(runtime: string): Promise<RecordedAgent> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const folder = discoveryFolder({ XDG_RUNTIME_DIR: runtime });
    await makeFolder(folder);
    // This process stands for the one that was recorded.
    const file = { ...recorded.discovery, port, pid: process.pid, started: null };
    await writeFile(discoveryFile(folder), JSON.stringify(file), { mode: 0o600 });
    return new RecordedAgent(server, folder);
  }

  async stop(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(discoveryFile(this.folder), { force: true });
  }
}

describe('an agent of an earlier contract, as it was recorded', () => {
  let runtime: string;
  let agent: RecordedAgent;
  beforeEach(async () => {
    runtime = await mkdtemp(path.join(tmpdir(), 'tidegate-recorded-'));
    agent = await RecordedAgent.start(runtime);
  });
  afterEach(async () => {
    await agent.stop();
    await rm(runtime, { recursive: true, force: true });
  });

  const { protocolVersion, version, build } = recorded.discovery;

  function linkOf(spoken: number, ended: number[] = []): AgentLink {
    return new AgentLink({
      ...{ version, build, protocolVersion: spoken, clock: systemClock, trusted: () => true },
      discover: () => discover(agent.folder),
      connect: (found) => connectSocket(found),
      greet: (remote) => remote.hello({ env: {} }),
      start: () => Promise.reject(new Error('nobody is started while one runs')),
      end: (pid) => {
        ended.push(pid);
        void agent.stop();
      },
      log: () => undefined,
    });
  }

  it('is used by an extension of its own contract', async () => {
    const link = linkOf(protocolVersion);
    await link.connected();
    assert.equal(link.state.kind, 'connected');
    assert.deepEqual(agent.asked, ['hello']);
    link.dispose();
  });

  it('makes the extension of the next contract say "Restart Agent", and is asked for nothing', async () => {
    const ended: number[] = [];
    const link = linkOf(protocolVersion + 1, ended);
    const states: LinkState[] = [];
    link.onState((state) => states.push(state));
    await assert.rejects(link.connected(), /"Restart Agent" lets it finish its rollouts/);
    assert.equal(link.state.kind, 'other-version');
    assert.match(words(link.state), /An agent of another version \(0\.1\.0, process \d+\) runs/);
    assert.deepEqual(agent.asked, []);
    await assert.rejects(link.restart());
    assert.deepEqual(ended, [process.pid]);
    link.dispose();
  });
});
