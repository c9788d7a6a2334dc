/** Flags on a real cluster, while programs are killed, the ledger is edited, and files are wrong. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { names } from '../../agent/common/names.ts';
import type { DoctorResult } from '../../agent/protocol/doctor.ts';
import type { FlagCountsResult } from '../../agent/protocol/flag-counts.ts';
import type { FlagSetResult, FlagsResult } from '../../agent/protocol/methods.ts';
import { addTag } from '../integration/release/commits.ts';
import { ask } from '../support/ask.ts';
import { eventually } from '../support/eventually.ts';
import { must, openShop, type CliRun, type Shop } from '../support/shop.ts';
import { programIn, runningContainer } from './shop-facts.ts';

const crashAgent = path.resolve(import.meta.dirname, '../support/crash-agent.ts');
const key = 'free-delivery';

describe('flags, when something goes wrong', function () {
  this.timeout(180_000);
  let shop: Shop;

  before(async () => {
    shop = await openShop({ about: 'fflag', replicas: 1 });
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
  });
  after(() => shop.leave());

  const json = async <T>(...args: readonly string[]): Promise<T> =>
    JSON.parse((await must(shop.cli(...args, '--json'))).stdout) as T;
  const isFree = async (): Promise<boolean> =>
    /delivery is free/.test((await ask({ url: shop.url, headers: { host: 'shop.localhost' } })).text);
  const shows = (free: boolean): Promise<void> =>
    eventually(async () => assert.equal(await isFree(), free), { withinMs: 20_000 });

  /** In its own container: nobody between it and the answer remembers anything. */
  async function askControl(container: string): Promise<{ served: unknown; problem: string }> {
    const program = `
      const at = 'http://127.0.0.1:7000';
      const json = async (path, init) => (await fetch(at + path, init)).json();
      const { value } = await json('/ofrep/v1/evaluate/flags/${key}', { method: 'POST', body: '{}' });
      console.log('told:' + JSON.stringify({ served: value, problem: (await json('/status')).flags.problem ?? '' }));
    `;
    const told = await programIn(shop, container, program);
    const [, json] = /told:(.*)/.exec(told) ?? [];
    assert.ok(json !== undefined, told);
    return JSON.parse(json) as { served: unknown; problem: string };
  }

  it('are switched by an agent that was killed before its answer, and another one goes on', async () => {
    const { child, done } = shop.start(['flags', 'on', 'dev', key], {
      program: crashAgent,
      env: { TIDEGATE_CRASH_AFTER: 'flags written' },
    });
    const { code, stdout } = await done;
    assert.deepEqual([code, child.signalCode, stdout], [null, 'SIGKILL', '']);
    await shows(true);
    const again = await json<FlagSetResult>('flags', 'on', 'dev', key);
    assert.deepEqual([again.outcome, again.controls, again.missing], ['unchanged', 1, []]);
  });

  it('are switched by two at once, and each is told the truth', async () => {
    const runs = await Promise.all(
      ['off', 'on'].map((state) => shop.cli('flags', state, 'dev', key, '--json')),
    );
    const { flags } = await json<FlagsResult>('flags', 'list', 'dev');
    const last = flags[0]?.value;
    for (const run of runs) {
      const { outcome, value, message } = JSON.parse(
        (await must(Promise.resolve(run))).stdout,
      ) as FlagSetResult;
      assert.notEqual(outcome, 'partial', message);
      // Who was overtaken while he waited is told; who came second is told what holds.
      if (value !== last) assert.match(message, /it is (on|off) now|served|serves it/);
    }
    await shows(last === true);
  });

  it('are served by the next control when the one that was asked is killed', async () => {
    await must(shop.cli('flags', 'off', 'dev', key));
    const killed = await runningContainer(shop, names.control(shop.stack));
    await shop.test.docker.getContainer(killed).kill({ signal: 'SIGKILL' });
    const run: CliRun = await shop.cli('flags', 'on', 'dev', key, '--json');
    const { outcome, message } = JSON.parse(run.stdout) as FlagSetResult;
    assert.ok(outcome === 'done' || outcome === 'partial', message);
    await shows(true);
  });

  it('are counted, and the new control says since when', async () => {
    for (let visit = 0; visit < 3; visit += 1) await isFree();
    await eventually(async () => {
      const { flags, controls, since } = await json<FlagCountsResult>('flags', 'counts', 'dev', key);
      const on = flags[0]?.variants.find(({ variant }) => variant === 'on');
      assert.deepEqual([controls, since !== null], [1, true]);
      assert.ok((on?.asked.hour ?? 0) + (on?.given.hour ?? 0) > 0, `counted: ${JSON.stringify(flags)}`);
    });
  });

  it('stay as they were while the ledger is nonsense, which list and doctor tell', async () => {
    const edit = (text: string): Promise<string> =>
      eventually(async () => {
        const object = await shop.swarm.configs.get(names.flags(shop.stack));
        assert.ok(object, 'flags were switched');
        await shop.swarm.configs.updateLabels(object, { ...object.labels, [`flag.${key}`]: text });
        return object.labels[`flag.${key}`] ?? '';
      });
    const was = await edit('perhaps');
    try {
      for (const args of [['list'], ['off', key]]) {
        const refused = await shop.cli('flags', args[0] ?? '', 'dev', ...args.slice(1));
        assert.equal(refused.code, 1, refused.stdout);
        assert.match(refused.stderr, /ledger\.corrupt: .*"perhaps"/);
      }
      const { stdout } = await shop.cli('doctor', 'dev', '--json');
      const check = (JSON.parse(stdout) as DoctorResult).checks.find((one) => one.check === 'flags');
      assert.equal(check?.state, 'fail', stdout);
      assert.match(check.detail, /"perhaps"/);
      assert.equal(await isFree(), true);
      // One that remembers nothing serves it as well, out of what the ledger still says.
      const control = names.control(shop.stack);
      const killed = await runningContainer(shop, control);
      await shop.test.docker.getContainer(killed).kill({ signal: 'SIGKILL' });
      await eventually(
        async () => {
          const next = await runningContainer(shop, control);
          assert.notEqual(next, killed);
          const { served, problem } = await askControl(next);
          assert.equal(served, true);
          assert.match(problem, /"perhaps"/);
        },
        { withinMs: 20_000 },
      );
    } finally {
      await edit(was);
    }
    await must(shop.cli('flags', 'off', 'dev', key));
    await shows(false);
  });

  it('of a commit whose file is malformed are refused with their place, before anything is built', async () => {
    const broken = 'version: 1\nflags:\n  new-basket: { default: on, descripton: x }\n';
    await addTag(shop.folder, { from: 'v1.0.0', tag: 'broken-flags', edit: { 'flags.yaml': () => broken } });
    const { code, stderr } = await shop.cli('deploy', 'dev', 'broken-flags');
    assert.equal(code, 2, stderr);
    assert.match(stderr, /flags\.yaml:3:\d+ .*descripton/);
    const { flags } = await json<FlagsResult>('flags', 'list', 'dev');
    assert.deepEqual(
      flags.map((flag) => flag.key),
      [key],
    );
  });
});
