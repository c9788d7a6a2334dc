import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createAgent } from '../../../agent/server/agent.ts';
import type { AgentApi, Call, EnvironmentStatus } from '../../../agent/protocol/methods.ts';
import { newEnvironment, type State } from '../../../extension/model/state.ts';
import { overallOf } from '../../../extension/model/overall.ts';
import { startOwnEngine, type OwnEngine } from '../../support/own-engine.ts';
import { git, Scratch } from '../../unit/git/scratch-repository.ts';

const call: Call = { signal: new AbortController().signal, onEvent: () => undefined };

/** What takes the place of the rows in the side bar. */
function welcome(folder: string, status: EnvironmentStatus): string {
  const facts = { environment: 'dev', stack: 'shop-dev', protected: false, dockerContext: null, url: '' };
  const environments = [{ ...newEnvironment(facts), status }];
  const link: State['link'] = { kind: 'connected', version: '1', pid: 1 };
  return overallOf({
    link,
    trusted: true,
    projects: [{ folder, name: 'shop', environments, trouble: undefined }],
  });
}

describe('turning Swarm mode on', function () {
  this.timeout(60_000);
  let engine: OwnEngine;
  let scratch: Scratch;
  let agent: AgentApi & { close(): void };
  let folder: string;

  before(async function () {
    const started = await startOwnEngine();
    if (started === undefined) return this.skip();
    engine = started;
    scratch = await Scratch.folder();
    folder = await scratch.repository('shop');
    const text =
      'version: 1\nproject: shop\nenvironments:\n  dev: { edge: { http: 8080 } }\nservices:\n  web: { route: { port: 3000 } }\n';
    await writeFile(path.join(folder, 'tidegate.yaml'), text);
    await git(folder, 'add', '-A');
    await git(folder, 'commit', '-qm', 'all');
    const env = { DOCKER_HOST: engine.host, PATH: process.env['PATH'], HOME: folder };
    agent = createAgent({ env, assets: { controlBundle: '', edgeLua: '' } });
  });
  after(async () => {
    // Where no engine of its own can be had, there is nothing to take away.
    (agent as typeof agent | undefined)?.close();
    await (engine as OwnEngine | undefined)?.stop();
    await (scratch as Scratch | undefined)?.remove();
  });

  async function status(): Promise<EnvironmentStatus> {
    const { environments } = await agent.request('status', { folder, environment: 'dev' }, call);
    const [dev] = environments;
    assert.ok(dev, 'there is dev');
    return dev;
  }

  it('is offered where it is off, makes the engine a Swarm of one, and once more changes nothing', async () => {
    const before = await status();
    assert.deepEqual([before.state, before.problemCode], ['unreachable', 'swarm.inactive']);
    assert.equal(welcome(folder, before), 'no-swarm');
    const turnOn = () => agent.request('startSwarm', { folder, environment: 'dev', confirmed: true }, call);
    const first = await turnOn();
    assert.equal(first.outcome, 'done');
    assert.match(first.message, /is in Swarm mode now, as the only node\.$/);
    const now = await status();
    assert.deepEqual([now.state, now.problemCode], ['not-set-up', 'environment.not-set-up']);
    assert.equal(welcome(folder, now), 'ready');
    assert.equal((await turnOn()).outcome, 'unchanged');
  });
});
