/** The shop with release commands that tell a store what they do. */
import assert from 'node:assert/strict';
import { parseDocument } from 'yaml';
import { eventually } from '../../support/eventually.ts';
import { openShop, type Shop } from '../../support/shop.ts';
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

export async function openMigratingShop(): Promise<Shop> {
  const shop = await openShop({ about: 'migrate', replicas: 1, env: { SHOP_PASS: 'open sesame' } });
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
  return shop;
}

/** What release commands told the store. */
export async function told(shop: Shop): Promise<readonly string[]> {
  const log = await inTask(
    shop,
    'store',
    `process.stdout.write(require('fs').readFileSync('/data/log', 'utf8'))`,
  );
  return log.split(/\r?\n/).filter((line) => line.includes('web ') || line.includes('migrates'));
}
export async function services(shop: Shop): Promise<readonly string[]> {
  const all = await shop.swarm.services.list({ 'tidegate.stack': shop.stack });
  return all.map(({ name }) => name.slice(shop.stack.length + 1)).sort();
}
export async function nothingIsLeft(shop: Shop): Promise<void> {
  const label = [`tidegate.stack=${shop.stack}`, 'tidegate.object=release-command'];
  await eventually(
    async () => {
      const containers = await shop.test.docker.listContainers({ all: true, filters: { label } });
      assert.deepEqual(
        containers.map(({ Names }) => Names),
        [],
        'containers of release commands',
      );
      assert.ok(!(await services(shop)).join().includes('tidegate-r'), (await services(shop)).join());
    },
    { withinMs: 20_000, everyMs: 300 },
  );
}
