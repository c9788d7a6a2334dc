/** A real registry with a password, on loopback; one engine. Several nodes: test/integration/nodes. */
import assert from 'node:assert/strict';
import { must, openShop, type CliRun, type Shop } from '../../support/shop.ts';
import { openRegistry, registryUser, writeLogin, type TestRegistry } from '../../support/registry.ts';

interface ErrorOnTheWire {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

describe('an environment with a registry', function () {
  this.timeout(120_000);
  let registry: TestRegistry;
  let shop: Shop;
  const opened: { close(): Promise<void> }[] = [];
  let wrong: string;
  const said: string[] = [];

  before(async function () {
    const found = await openRegistry();
    if (!found) return this.skip();
    registry = found;
    opened.push(registry);
    wrong = await writeLogin(registry.folder, registry.address, 'closed-sesame');
    shop = await openShop({
      about: 'reg',
      registry: `${registry.address}/shop`,
      env: { DOCKER_CONFIG: registry.config },
      replicas: 1,
    });
    opened.push(shop);
  });
  after(async () => {
    for (const one of opened.reverse()) await one.close();
  });

  async function tidegate(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliRun> {
    const run = await shop.start(args, { env }).done;
    said.push(run.stdout, run.stderr);
    return run;
  }

  async function refusal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ErrorOnTheWire> {
    const before = (await shop.ledger.journals.list()).length;
    const run = await tidegate([...args, '--json'], env);
    assert.equal(run.code, 1, run.stdout + run.stderr);
    assert.equal((await shop.ledger.journals.list()).length, before, 'no rollout was started');
    const text = [run.stdout, run.stderr].find((stream) => stream.includes('"error"')) ?? '';
    return (JSON.parse(text.slice(text.search(/\{\s*"error"/))) as { readonly error: ErrorOnTheWire }).error;
  }

  it('is told that the password is wrong, before anything is built', async () => {
    const { code, hint } = await refusal(['deploy', 'dev', 'v1.0.0'], { DOCKER_CONFIG: wrong });
    assert.equal(code, 'registry.denied');
    assert.match(hint ?? '', /docker login 127\.0\.0\.1/);
    const none = await refusal(['deploy', 'dev', 'v1.0.0'], { DOCKER_CONFIG: '/nowhere' });
    assert.equal(none.code, 'registry.denied');
    assert.match(none.message, /docker has none/);
  });

  it('pushes what it builds, tells so, and runs what the registry made of it', async () => {
    const { stderr } = await must(tidegate(['deploy', 'dev', 'v1.0.0']));
    assert.match(stderr, /pushing 127\.0\.0\.1:\d+\/shop\/web:[0-9a-f]{24}/);
    assert.match(stderr, /: Pushed/);
    const content = (await shop.ledger.releases.get(1))?.services['web'];
    assert.match(content?.image ?? '', /^127\.0\.0\.1:\d+\/shop\/web@sha256:/);
    assert.ok(content?.image.endsWith(content.digest), 'the digest is in the image');
    const [task] = await shop.swarm.tasks.list({ service: `${shop.stack}_web-blue` });
    assert.equal(task?.image, content?.image);
  });

  it('neither builds nor pushes again what is there, whatever this engine has', async () => {
    await must(tidegate(['deploy', 'dev', 'v1.1.0']));
    await must(tidegate(['deploy', 'dev', 'v1.2.0', '--hold']));
    await must(tidegate(['abort', 'dev']));
    const images = await shop.swarm.images.list({ 'tidegate.project': shop.stack.replace(/-dev$/, '') });
    const unused = images.find(({ labels }) => labels['org.opencontainers.image.version'] === 'v1.2.0');
    for (const tag of unused?.tags ?? []) await shop.swarm.images.untag(tag);
    const { stderr } = await must(tidegate(['deploy', 'dev', 'v1.2.0', '--hold']));
    assert.match(stderr, /is in the registry already/);
    assert.doesNotMatch(stderr, /pushing/);
    await must(tidegate(['promote', 'dev']));
  });

  it('goes back to what still runs while the registry is away, but brings in nothing new', async () => {
    await registry.stop();
    try {
      await must(tidegate(['rollback', 'dev', 'v1.1.0']));
      for (const args of [
        ['deploy', 'dev', 'v1.4.0'],
        ['rollback', 'dev', 'v1.0.0'],
      ]) {
        const { code, message } = await refusal(args);
        assert.equal(code, 'registry.unreachable', message);
      }
    } finally {
      await registry.start();
    }
  });

  it('says that the image of an old release is gone, before it starts to go back', async () => {
    await registry.forget();
    const { code, message, hint } = await refusal(['rollback', 'dev', 'v1.0.0']);
    assert.equal(code, 'release.cannot-be-restored');
    assert.match(message, /not in the registry 127\.0\.0\.1/);
    assert.match(hint ?? '', /Deploy the tag/);
  });

  it('has the password nowhere but in the registry and on the nodes', async () => {
    const configs = await shop.swarm.configs.list({ 'tidegate.stack': shop.stack });
    const services = await shop.swarm.services.list({ 'tidegate.stack': shop.stack });
    const everything = [
      ...said,
      ...configs.map(({ data, labels }) => Buffer.from(data).toString() + JSON.stringify(labels)),
      JSON.stringify(services),
    ].join('\n');
    for (const secret of [registryUser.password, 'closed-sesame'])
      for (const form of [secret, Buffer.from(secret).toString('base64').slice(2, -3)])
        assert.ok(!everything.includes(form), `${form} is in what was said or kept`);
  });
});
