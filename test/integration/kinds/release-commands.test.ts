import assert from 'node:assert/strict';
import { parseDocument } from 'yaml';
import type { RolloutResult } from '../../../agent/protocol/methods.ts';
import type { PlanResult } from '../../../agent/protocol/plan.ts';
import { eventually } from '../../support/eventually.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';
import { addTag } from '../release/commits.ts';
import { inTask, store, withServices, worker } from './kinds-shop.ts';

/** Tells the store, as a migration changes a database. */
const tells = (what: string, then = ''): string =>
  `node -e "fetch('http://store:4000', { method: 'POST', body: '${what}' }).then(() => { ${then} })"`;
const says = tells(
  'web migrates',
  `console.log(process.env.API_TOKEN, require('fs').readFileSync('/run/secrets/pass', 'utf8'))`,
);
const hangs = `trap '' TERM; ${tells('web hangs')}; echo begins; while true; do sleep 1; done`;

interface Version {
  readonly number: string;
  readonly web: unknown;
  readonly mailer?: string;
}

describe('release commands', function () {
  this.timeout(120_000);
  let shop: Shop;

  before(async () => {
    shop = await openShop({ about: 'migrate', replicas: 1, env: { SHOP_PASS: 'open sesame' } });
    const image = shop.test.images.node;
    const add = async (tag: string, { number, web, mailer }: Version): Promise<void> => {
      const others = withServices({
        compose: {
          store: store(image),
          mailer: { ...worker(image, 'mailer', mailer ?? '1'), depends_on: ['store'] },
        },
        tidegate: { mailer: { worker: { drain: '1s' }, release: ['sh', '-c', tells('mailer migrates')] } },
      });
      await addTag(shop.folder, {
        from: 'v1.0.0',
        tag,
        edit: {
          'compose.yaml': (text) => {
            const document = parseDocument(others['compose.yaml']?.(text) ?? '');
            document.setIn(['services', 'web', 'depends_on'], ['mailer']);
            document.setIn(['services', 'web', 'environment', 'NUMBER'], number);
            document.setIn(['services', 'web', 'environment', 'API_TOKEN'], 'hunter2');
            document.setIn(['services', 'web', 'secrets'], ['pass']);
            document.setIn(['services', 'web', 'stop_grace_period'], '1s');
            document.setIn(['secrets', 'pass'], document.createNode({ environment: 'SHOP_PASS' }));
            return document.toString();
          },
          'tidegate.yaml': (text) => {
            const document = parseDocument(others['tidegate.yaml']?.(text) ?? '');
            document.setIn(['services', 'web', 'release'], document.createNode(web));
            return document.toString();
          },
        },
      });
    };
    await add('one', { number: '1', web: says });
    await add('two', { number: '2', web: { command: tells('web migrates to two'), timeout: '30s' } });
    await add('bad', { number: '3', web: 'echo looking; echo "no such table" >&2; exit 3' });
    await add('slow', { number: '4', web: hangs });
  });
  after(() => shop.close());

  async function told(): Promise<readonly string[]> {
    const log = await inTask(
      shop,
      'store',
      `process.stdout.write(require('fs').readFileSync('/data/log', 'utf8'))`,
    );
    return log.split(/\r?\n/).filter((line) => line.includes('web ') || line.includes('migrates'));
  }
  async function services(): Promise<readonly string[]> {
    const all = await shop.swarm.services.list({ 'tidegate.stack': shop.stack });
    return all.map(({ name }) => name.slice(shop.stack.length + 1)).sort();
  }
  async function nothingIsLeft(): Promise<void> {
    const label = [`tidegate.stack=${shop.stack}`, 'tidegate.object=release-command'];
    await eventually(
      async () => {
        const containers = await shop.test.docker.listContainers({ all: true, filters: { label } });
        assert.deepEqual(
          containers.map(({ Names }) => Names),
          [],
          'containers of release commands',
        );
        assert.ok(!(await services()).join().includes('tidegate-r'), (await services()).join());
      },
      { withinMs: 20_000, everyMs: 300 },
    );
  }

  it('are named by the plan, with what cannot be undone', async () => {
    const plan = JSON.parse((await must(shop.cli('plan', 'dev', 'one', '--json'))).stdout) as PlanResult;
    assert.deepEqual(
      plan.commands.map(({ service, timeoutMs }) => [service, timeoutMs]),
      [
        ['mailer', 600_000],
        ['web', 600_000],
      ],
    );
    assert.match(plan.cannotBeUndone.join('\n'), /What the release command of web changes stays/);
    const { stdout } = await must(shop.cli('plan', 'dev', 'two'));
    assert.match(stdout, /release command of web: node -e .*once, before anything is placed \(at most 30/);
  });

  it('run once each, in order, with what their service has, and nobody reads its secrets', async () => {
    const { stderr } = await must(shop.cli('deploy', 'dev', 'one'));
    assert.deepEqual(await told(), ['mailer migrates', 'web migrates']);
    assert.match(stderr, /^releasing 1\n(.*\n)*releasing 2\nrelease web \| \*\*\* \*\*\*\nplacing$/m);
    assert.doesNotMatch(stderr, /hunter2|open sesame/);
    await nothingIsLeft();
  });

  it('run for what changed, and for no release that is brought back', async () => {
    await must(shop.cli('deploy', 'dev', 'two'));
    assert.deepEqual((await told()).slice(2), ['web migrates to two']);
    await must(shop.cli('deploy', 'dev', 'two'));
    await must(shop.cli('rollback', 'dev'));
    assert.equal((await told()).length, 3);
    await nothingIsLeft();
  });

  it('that fail stop the release with nothing placed, and say what they said', async () => {
    const before = await services();
    const run = await shop.cli('deploy', 'dev', 'bad', '--json');
    assert.equal(run.code, 1, run.stderr);
    const { outcome, reason, message } = JSON.parse(run.stdout) as RolloutResult;
    assert.deepEqual([outcome, reason], ['failed', 'command-failed']);
    assert.match(
      message,
      /the release command of web ended with exit code 3\n {2}last lines of its output:\n( {4}.*\n)* {2}nothing was placed; /,
    );
    assert.match(message, /^ {4}looking$/m);
    assert.match(message, /^ {4}no such table$/m);
    assert.deepEqual(await services(), before);
    await nothingIsLeft();
  });

  it('end when somebody aborts, deaf to every signal but the last', async () => {
    const { child, done } = shop.start(['deploy', 'dev', 'slow']);
    let stderr = '';
    child.stderr?.on('data', (text: string) => (stderr += text));
    await eventually(() => assert.match(stderr, /^release web \| begins$/m, stderr), { withinMs: 60_000 });
    const { stdout } = await must(shop.cli('abort', 'dev'));
    assert.match(stdout, /slow is aborted/);
    assert.notEqual((await done).code, 0);
    await nothingIsLeft();
    assert.equal((await told()).at(-1), 'web hangs');
  });
});
