import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { labels, names } from '../../../agent/common/names.ts';
import type { PlanResult } from '../../../agent/protocol/plan.ts';
import type { RolloutResult } from '../../../agent/protocol/methods.ts';
import { runInSlot } from '../../support/container.ts';
import { eventually } from '../../support/eventually.ts';
import { must, openShop, type CliRun, type Shop } from '../../support/shop.ts';
import { addTag, rollout } from './commits.ts';

const mounts = `    env_file: [private.env]
    secrets:
      - db_password
      - { source: token, target: /etc/token, mode: 0404 }
    configs:
      - { source: app, target: /etc/app.conf }
    environment:
`;
const declared = `secrets:
  db_password: { file: ./private/db_password }
  token: { environment: SHOP_TOKEN }
configs:
  app: { file: app.conf }
`;

/** What a container has to show: files of the commit, files and variables of the caller. */
interface Files {
  readonly config: string;
  readonly password: string;
  readonly token: string;
  readonly env: string;
  /** Filled into the compose file. */
  readonly filledIn: string;
}

function files(letter: string): Files {
  const random = (name: string): string => `${letter}-${name}-${randomBytes(8).toString('hex')}`;
  return {
    config: random('conf'),
    password: random('pass'),
    token: random('token'),
    env: random('env'),
    filledIn: random('filled'),
  };
}

describe('a release brings its configs, secrets and variables along', function () {
  this.timeout(180_000);
  const [a, b] = [files('a'), files('b')];
  let shop: Shop;
  /** All that was ever printed. */
  const said: string[] = [];

  before(async () => {
    shop = await openShop({ about: 'files', replicas: 1 });
    await writeFile(path.join(shop.folder, '.git/info/exclude'), '/private/\n*.env\n');
    await mkdir(path.join(shop.folder, 'private'));
    const compose = (text: string): string => text.replace('    environment:\n', mounts) + declared;
    await addTag(shop.folder, {
      ...{ from: 'v1.0.0', tag: 'v9.0.0' },
      edit: { 'compose.yaml': compose, 'app.conf': () => a.config },
    });
    await addTag(shop.folder, {
      ...{ from: 'v9.0.0', tag: 'v9.1.0' },
      edit: { 'app.conf': () => b.config, 'tidegate.yaml': rollout('deadline: 1m, drain: 1s, keepWarm: 1s') },
    });
  });
  after(() => shop.leave());

  async function give({ password, env, filledIn }: Files): Promise<void> {
    await writeFile(path.join(shop.folder, 'private/db_password'), password);
    await writeFile(path.join(shop.folder, 'private.env'), `SHOP_API_KEY=${env}\n`);
    await writeFile(path.join(shop.folder, '.env'), `SHOP_CURRENCY="${filledIn}"\n`);
  }

  async function cli(token: string | undefined, ...args: readonly string[]): Promise<CliRun> {
    const run = await shop.start(args, { env: token === undefined ? {} : { SHOP_TOKEN: token } }).done;
    said.push(run.stdout, run.stderr);
    return run;
  }

  /** What the container of the active slot has. */
  async function shown(): Promise<Files & { readonly mode: string }> {
    const { routes } = (await shop.ledger.routes.read()).value;
    const colour = routes['web']?.active ?? 'blue';
    const script =
      'cat /etc/app.conf; echo; cat /run/secrets/db_password; echo; cat /etc/token; echo; stat -c %a /etc/token; echo $SHOP_API_KEY $SHOP_CURRENCY';
    const text = await runInSlot(shop, 'web', colour, ['sh', '-c', script]);
    const [config = '', password = '', token = '', mode = '', variables = ''] = text.split('\n');
    const [env = '', filledIn = ''] = variables.split(' ');
    return { config, password, token, mode, env, filledIn };
  }

  it('is refused before anything starts where a secret is missing, with the place of its line', async () => {
    await give(a);
    const noToken = await cli(undefined, 'deploy', 'dev', 'v9.0.0');
    assert.equal(noToken.code, 2, noToken.stdout + noToken.stderr);
    assert.match(
      noToken.stderr,
      /compose\.yaml:\d+:\d+.*secrets\.token\.environment: the variable SHOP_TOKEN is not set/,
    );
    await rm(path.join(shop.folder, 'private/db_password'));
    const noFile = await cli(a.token, 'deploy', 'dev', 'v9.0.0');
    assert.equal(noFile.code, 2, noFile.stdout + noFile.stderr);
    assert.match(
      noFile.stderr,
      /compose\.yaml:\d+:\d+.*secrets\.db_password\.file: there is no private\/db_password in the checkout/,
    );
    assert.deepEqual(await shop.ledger.releases.list(), []);
    assert.deepEqual(await shop.swarm.secrets.list({ [labels.stack]: shop.stack }), []);
  });

  it('to the container, and another release others; a plan names what changed and shows nothing', async () => {
    await give(a);
    await must(cli(a.token, 'deploy', 'dev', 'v9.0.0'));
    assert.deepEqual(await shown(), { ...a, mode: '404' });
    await give(b);
    const run = await must(cli(b.token, 'plan', 'dev', 'v9.1.0', '--json'));
    const { services } = JSON.parse(run.stdout) as PlanResult;
    const fields = services.flatMap(({ differences }) => differences.map(({ field }) => field));
    for (const field of [
      ...['config.app', 'secret.db_password', 'secret.token'],
      ...['environment.SHOP_API_KEY', 'environment.SHOP_CURRENCY'],
    ])
      assert.ok(fields.includes(field), `the plan names ${field}: ${fields.join()}`);
    const plain = await must(cli(b.token, 'plan', 'dev', 'v9.1.0'));
    assert.match(plain.stdout, /secret\.db_password: another value \(not shown\)/);
    await must(cli(b.token, 'deploy', 'dev', 'v9.1.0'));
    assert.deepEqual(await shown(), { ...b, mode: '404' });
  });

  it('is not changed by what stays the same, and by a changed secret alone it is', async () => {
    const same = await must(cli(b.token, 'deploy', 'dev', 'v9.1.0', '--json'));
    assert.equal((JSON.parse(same.stdout) as RolloutResult).outcome, 'unchanged');
    const plan = await must(cli(a.token, 'plan', 'dev', 'v9.1.0', '--json'));
    const [web] = (JSON.parse(plan.stdout) as PlanResult).services;
    assert.deepEqual(web?.differences, [{ field: 'secret.token', before: '***', after: '***' }]);
  });

  it('back when it comes back, placed anew after its slot was emptied, whatever the caller has now', async () => {
    await eventually(async () => {
      const { slots } = (await shop.ledger.routes.read()).value;
      assert.equal(Object.keys(slots).length, 1, 'the slot of v9.0.0 is still warm');
    });
    await rm(path.join(shop.folder, 'private'), { recursive: true });
    for (const file of ['private.env', '.env']) await rm(path.join(shop.folder, file));
    await must(cli(undefined, 'rollback', 'dev'));
    assert.deepEqual(await shown(), { ...a, mode: '404' });
  });

  it('and while it is still warm', async () => {
    const back = await must(cli(undefined, 'rollback', 'dev', 'v9.1.0'));
    assert.match(back.stderr + back.stdout, /still warm/);
    assert.deepEqual(await shown(), { ...b, mode: '404' });
  });

  it('and without the secret ever being written where somebody can read it', async () => {
    const { swarm, stack } = shop;
    const own = { [labels.stack]: stack };
    const secrets = await swarm.secrets.list(own);
    const made = new RegExp(`^${stack}_(?:db_password|token)-[0-9a-f]{12}$`);
    assert.deepEqual(
      secrets.filter(({ name }) => !made.test(name)),
      [],
    );
    assert.equal(secrets.length, 4);
    for (const secret of secrets)
      assert.deepEqual(
        Object.keys(secret.labels).sort(),
        Object.keys({ ...own, [labels.object]: '' }).sort(),
      );
    const objects = await swarm.configs.list(own);
    const ledger = objects.map(({ data, labels: all, name }) => name + JSON.stringify(all) + readable(data));
    const services = JSON.stringify(await swarm.services.list(own));
    const logs = await Promise.all(
      [names.control(stack), names.edge(stack)].map(async (name) => {
        const service = await swarm.services.get(name);
        return JSON.stringify(await swarm.services.logs(service?.id ?? '', { tail: 10_000 }));
      }),
    );
    const everything = [...said, ...ledger, services, ...logs].join('\n');
    assert.ok(
      everything.includes(a.config) && everything.includes(a.env),
      'what is not secret is found there',
    );
    for (const secret of [a.password, a.token, b.password, b.token]) {
      const forms = [
        secret,
        Buffer.from(secret).toString('base64').slice(0, 20),
        Buffer.from(secret).toString('hex'),
      ];
      for (const form of forms)
        assert.equal(everything.includes(form), false, `${form} is written somewhere`);
    }
    for (const value of [a.env, b.env])
      assert.equal(said.join('\n').includes(value), false, 'a value with a sensitive name was printed');
  });

  it('until everything goes', async () => {
    await must(cli(undefined, 'down', 'dev', '--yes', '--volumes'));
    assert.deepEqual(await shop.swarm.secrets.list({ [labels.stack]: shop.stack }), []);
  });
});

function readable(data: Uint8Array): string {
  try {
    return gunzipSync(data).toString('utf8');
  } catch {
    return Buffer.from(data).toString('utf8');
  }
}
