import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import { names } from '../../../agent/common/names.ts';
import type { Door } from '../../../agent/edge/door.ts';
import { edgeFiles, edgeServiceSpec } from '../../../agent/edge/services.ts';
import { requireOfEdge } from '../../../agent/infra/edge-abilities.ts';
import { openBench, type Bench } from '../release/engine.ts';

const stack = 'shop-dev';

describe('what the edges that run can do', () => {
  it('is read from the configuration they mount', async () => {
    const bench = await openBench(stack);
    await mount(bench, { http: 80, https: 443 });
    await requireOfEdge(bench.engine('test'), 'take certificates');
    await requireOfEdge(bench.engine('test'), 'show a maintenance page');
  });

  it('is not what they were not set up for', async () => {
    const bench = await openBench(stack);
    await mount(bench, { http: 80 });
    await assert.rejects(requireOfEdge(bench.engine('test'), 'take certificates'), (error) =>
      hasCode(error, 'environment.outdated'),
    );
    await mount(bench, 'frontend of before');
    await assert.rejects(requireOfEdge(bench.engine('test'), 'show a maintenance page'), (error) =>
      hasCode(error, 'environment.outdated'),
    );
  });

  it('is what their Lua task can, where it is about internal routes: the mesh is made of it', async () => {
    const bench = await openBench(stack);
    await mount(bench, { http: 80 });
    await assert.rejects(requireOfEdge(bench.engine('test'), 'have internal routes'), (error) =>
      hasCode(error, 'environment.outdated'),
    );
    const now = await openBench(stack);
    await mount(now, { http: 80 }, 'os.getenv("TIDEGATE_MESH")');
    await requireOfEdge(now.engine('test'), 'have internal routes');
  });

  it('is nothing to complain about where there is no edge: the wait for it says so', async () => {
    await requireOfEdge((await openBench(stack)).engine('test'), 'take certificates');
  });

  async function mount({ cluster }: Bench, what: Door | string, lua = ''): Promise<void> {
    const files = edgeFiles({ stack, lua, ...(typeof what === 'string' ? {} : { door: what }) });
    const configs = files.map(({ name, data, target }, index) => {
      const text = typeof what === 'string' && index === 0 ? what : data;
      const own = typeof what === 'string' ? `${name}.old` : name;
      const id = cluster.config(own)?.id ?? cluster.createConfig(own, text, {});
      return { id, name: own, target };
    });
    const networks = { edge: 'n1', control: 'n2' };
    const spec = edgeServiceSpec({ stack, image: 'x', httpPort: 80, configs, networks });
    cluster.putService(cluster.service(names.edge(stack)), spec);
    return Promise.resolve();
  }
});
