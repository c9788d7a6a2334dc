import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import type { ConfigObject } from '../../../agent/swarm/port.ts';
import { ScratchStack } from './scratch-stack.ts';

describe('configs of a real Swarm', function () {
  this.timeout(30_000);
  let stack: ScratchStack;

  before(async () => {
    stack = await ScratchStack.open();
  });
  after(() => stack.dispose());

  async function make(name: string, data: string | Uint8Array = 'x'): Promise<ConfigObject> {
    const full = `${stack.name}.${name}`;
    await stack.swarm.configs.create(full, data, stack.labels);
    const made = await stack.swarm.configs.get(full);
    assert.ok(made, 'made');
    return made;
  }

  it('keep every byte of 1,000 KB', async () => {
    const data = Uint8Array.from({ length: 1_000_000 }, (_, at) => (at * 7919) % 256);
    const made = await make('bytes', data);
    assert.ok(Buffer.from(data).equals(made.data), 'Buffer.from(data).equals(made.data)');
  });

  it('let exactly one of four concurrent writers win, each time', async () => {
    const made = await make('race');
    for (let round = 0; round < 10; round++) {
      const current = await stack.swarm.configs.get(made.name);
      assert.ok(current, 'current');
      const writes = await Promise.allSettled(
        [0, 1, 2, 3].map((writer) =>
          stack.swarm.configs.updateLabels(current, { ...stack.labels, winner: String(writer) }),
        ),
      );
      const winners = writes.flatMap((write, writer) =>
        write.status === 'fulfilled' ? [String(writer)] : [],
      );
      const lost = writes.filter((write) => write.status === 'rejected');
      assert.ok(
        lost.every((write) => hasCode(write.reason, 'swarm.conflict')),
        "lost.every((write) => hasCode(write.reason, 'swarm.conflict'))",
      );
      const after = await stack.swarm.configs.get(made.name);
      assert.deepEqual(winners, [after?.labels['winner']]);
    }
  });

  it('replace all labels, keep the data, and count the version up', async () => {
    const made = await make('labels', 'content');
    await stack.swarm.configs.updateLabels(made, { ...stack.labels, a: '1', b: '2' });
    const second = await stack.swarm.configs.get(made.name);
    assert.ok(second, 'second');
    await stack.swarm.configs.updateLabels(second, { ...stack.labels, b: '3' });
    const third = await stack.swarm.configs.get(made.name);
    assert.deepEqual(third?.labels, { ...stack.labels, b: '3' });
    assert.equal(Buffer.from(third.data).toString(), 'content');
    assert.ok(
      made.version < second.version && second.version < third.version,
      'made.version < second.version && second.version < third.version',
    );
    assert.ok(
      third.updatedAt > made.updatedAt && third.createdAt === made.createdAt,
      'third.updatedAt > made.updatedAt && third.createdAt === made.createdAt',
    );
  });

  it('refuse a name that is taken', async () => {
    const made = await make('taken');
    await assert.rejects(stack.swarm.configs.create(made.name, 'y', {}), { code: 'swarm.conflict' });
  });

  it('can be removed twice; writing labels afterwards is a lost race', async () => {
    const made = await make('gone');
    await stack.swarm.configs.remove(made.id);
    await stack.swarm.configs.remove(made.id);
    assert.equal(await stack.swarm.configs.get(made.name), undefined);
    await assert.rejects(stack.swarm.configs.updateLabels(made, {}), { code: 'swarm.conflict' });
  });

  it('are found by all of the labels asked for', async () => {
    const one = await make('found-one');
    await stack.swarm.configs.updateLabels(one, { ...stack.labels, kind: 'a=b,c' });
    await make('found-two');
    const found = await stack.swarm.configs.list({ ...stack.labels, kind: 'a=b,c' });
    assert.deepEqual(
      found.map(({ name }) => name),
      [one.name],
    );
  });

  it('are compared and swapped in milliseconds', async () => {
    const made = await make('speed');
    const took: number[] = [];
    for (let round = 0; round < 100; round++) {
      const current = await stack.swarm.configs.get(made.name);
      assert.ok(current, 'current');
      const started = performance.now();
      await stack.swarm.configs.updateLabels(current, { ...stack.labels, round: String(round) });
      took.push(performance.now() - started);
    }
    took.sort((a, b) => a - b);
    // Far above the usual 1-4 ms: a new connection or a registry lookup per call would not pass.
    assert.ok((took[50] ?? Infinity) < 50, `median ${took[50]?.toFixed(1) ?? '?'} ms`);
  });
});
