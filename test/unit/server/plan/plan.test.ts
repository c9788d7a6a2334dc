import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { reportPlan } from '../../../../agent/cli/report/plan.ts';
import { plainStyle } from '../../../../agent/cli/terminal.ts';
import type { PlanResult } from '../../../../agent/protocol/plan.ts';
import type { FlagDefinition } from '../../../../agent/swarm/ledger/flag-definition.ts';
import { aRecord } from '../../ledger/samples.ts';
import { aService } from '../../release/model/agent.ts';
import { call } from '../socket/server.ts';
import { aRollout, openAgentPlace, type AgentPlace } from '../../../support/agent-place.ts';

const compose = (version: string): string => `services:
  web:
    image: shop:${version}
    environment: { LOG: debug, DB_PASSWORD: hunter2 }
`;

const flags = `version: 1
flags:
  basket: { description: The new words. }
  fresh: { description: New. }
  same: { description: The same. }
`;

describe('tidegate plan', () => {
  let place: AgentPlace;

  beforeEach(async () => {
    place = await openAgentPlace();
    await commit('v1');
  });
  afterEach(() => place.close());

  async function commit(version: string): Promise<void> {
    await writeFile(path.join(place.folder, 'compose.yaml'), compose(version));
    const git = (...args: string[]): Promise<unknown> =>
      promisify(execFile)('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: place.folder,
      });
    await git('add', '.');
    await git('commit', '-qm', `shop ${version}`);
    await git('tag', version);
  }

  async function planned(ref: string): Promise<PlanResult> {
    const client = await place.client();
    return client.request('plan', { folder: place.folder, environment: 'dev', ref }, call());
  }

  /** As if release 1 had been deployed with this content. */
  async function live(content: string): Promise<void> {
    const made = aService({ content, image: 'old-image', digest: 'd', replicas: 1, steps: [] });
    await place.ledger.releases.add(aRecord({ tag: 'v0', services: { web: made, api: made } }), 'r0');
    await place.ledger.routes.change((routes) => ({
      ...routes,
      routes: { web: { active: 'blue', canary: 0 }, api: { active: 'blue', canary: 0 } },
      slots: { 'web-blue': 1, 'web-green': 1, 'api-blue': 1 },
    }));
  }

  it('says of a first deploy what is pulled, and that there is nothing to go back to', async () => {
    const plan = await planned('v1');
    assert.equal(plan.outcome, 'changes');
    assert.equal(plan.tag, 'v1');
    const [web] = plan.services;
    assert.deepEqual([web?.action, web?.from, web?.to], ['pull', null, 'blue']);
    assert.equal(web?.reason, 'nothing of it runs yet');
    assert.match(plan.cannotBeUndone.join(), /first release/);
    assert.doesNotMatch(JSON.stringify(plan), /hunter2/);
  });

  it('says which flags a commit adds, changes and removes', async () => {
    const flag = (key: string, description: string): FlagDefinition => ({
      key,
      description,
      default: false,
      owner: null,
    });
    const before = [flag('basket', 'The old words.'), flag('gone', ''), flag('same', 'The same.')];
    await place.ledger.releases.add(aRecord({ flags: before }), 'r0');
    await place.ledger.routes.change((routes) => ({
      ...routes,
      routes: { web: { active: 'blue', canary: 0 } },
      slots: { 'web-blue': 1 },
    }));
    const file = path.join(place.folder, 'tidegate.yaml');
    await writeFile(file, `${await readFile(file, 'utf8')}flags: flags.yaml\n`);
    await writeFile(path.join(place.folder, 'flags.yaml'), flags);
    await commit('v2');
    const plan = await planned('v2');
    assert.deepEqual(plan.flags, [
      {
        key: 'basket',
        action: 'changed',
        differences: [{ field: 'description', before: 'The old words.', after: 'The new words.' }],
      },
      { key: 'fresh', action: 'added', differences: [] },
      { key: 'gone', action: 'removed', differences: [] },
    ]);
    const text = reportPlan(plan, plainStyle).join('\n');
    assert.match(text, /flag basket: changed\n {4}~ description: The old words\. -> The new words\.\n/);
  });

  it('reuses an image that is there', async () => {
    place.cluster.images.add('shop:v1');
    assert.equal((await planned('v1')).services[0]?.action, 'reuse');
  });

  it('says what differs from what runs, what stays, and what cannot be undone', async () => {
    await live('another content');
    const plan = await planned('v1');
    const [web, api] = plan.services;
    assert.deepEqual([web?.from, web?.to, api?.action], ['blue', 'green', 'left']);
    const fields = web?.differences.map(({ field }) => field) ?? [];
    assert.ok(fields.includes('image') && fields.includes('environment.LOG'), fields.join());
    assert.match(
      plan.cannotBeUndone.join('\n'),
      /image is not on this engine[^]*web-green loses the warm release 1/,
    );
    const text = reportPlan(plan, plainStyle).join('\n');
    assert.match(text, /^plan: v0 \(#1\) -> v1 \(\w{8}\) shop v1 in dev\n {2}web: pull blue -> green, /);
    assert.match(text, /\+ environment\.DB_PASSWORD: \*\*\*/);
  });

  it('writes nothing into the cluster', async () => {
    const writes: string[] = [];
    place.cluster.onWrite = ({ name }) => writes.push(name);
    await planned('v1');
    assert.deepEqual(writes, []);
  });

  it('names the rollout that is in the way', async () => {
    const { head, state } = aRollout('r1');
    await place.ledger.journals.create(head, { state, driver: undefined });
    assert.match((await planned('v1')).blocked ?? '', /rollout r1 of ann@ci \(v1\.1\.0\) is open: planned/);
  });

  it('refuses a tag that is none as a deploy does', async () => {
    await assert.rejects(planned('v9'), { code: 'git.unknown-ref' });
  });
});
