import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { labels } from '../../../agent/common/names.ts';
import { loadProject } from '../../../agent/config/project.ts';
import { ensureFiles, withFileIds } from '../../../agent/release/mounted-files.ts';
import { slotNetworks } from '../../../agent/release/networks.ts';
import { slotSpec } from '../../../agent/release/slot-spec.ts';
import { callerFiles } from '../../../agent/server/caller-files.ts';
import { detailsOf } from '../../../agent/server/source.ts';
import { madeFiles, mountProject } from '../../../agent/server/mounted.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import type { ServiceSpec } from '../../../agent/swarm/port.ts';
import { testEngine, testStackName, type TestEngine } from '../../support/engine.ts';
import { intended, type Spec } from './intended.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../../..');
const folder = path.join(root, 'test/fixtures/compose');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

/** No container starts: parity is about specs, which the engine completes and checks. */
const nothing = { Replicated: { Replicas: 0 } };

describe('a compose project, delivered by docker stack and by Tidegate', function () {
  this.timeout(120_000);
  const docker = testStackName('cmp');
  const stack = testStackName('cmp');
  const [project = '', environment = ''] = stack.split('-');
  /** A secret, a config and a network that neither makes. */
  const external = testStackName('ext');
  const used = new Set<string>();
  let engine: TestEngine;
  let theirNetwork: string | undefined;
  let variables: Readonly<Record<string, string>>;

  before(async () => {
    engine = await testEngine();
    variables = { IMAGE: engine.images.node, FROM_CALLER: 'called', GIVEN: 'given', EXTERNAL: external };
    const swarm = openSwarm(engine.engine);
    await swarm.secrets.create(external, 'theirs', {});
    await swarm.configs.create(external, 'theirs', {});
    const net = await engine.engine.docker.createNetwork({ Name: external, Driver: 'overlay' });
    theirNetwork = net.id;
  });

  /** What differs between the two, since both are there at once. */
  function given(stackOf: string): Readonly<Record<string, string>> {
    return { NAMED: `${stackOf}_named`, SUBNET: stackOf === docker ? '10.199.7.0/24' : '10.199.8.0/24' };
  }

  after(async () => {
    await command('stack', 'rm', docker);
    const swarm = openSwarm(engine.engine);
    const own = { [labels.stack]: stack };
    for (const { id } of await swarm.services.list(own)) await swarm.services.remove(id);
    for (const { id } of await swarm.configs.list(own)) await swarm.configs.remove(id);
    for (const { id } of await swarm.secrets.list(own)) await swarm.secrets.remove(id);
    for (const { id } of await swarm.networks.list(own)) await swarm.networks.remove(id);
    if (theirNetwork !== undefined) await swarm.networks.remove(theirNetwork);
    for (const port of [swarm.secrets, swarm.configs]) {
      const made = await port.get(external);
      if (made) await port.remove(made.id);
    }
  });

  async function command(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, ...variables, ...given(docker), REPLICAS: '0', DOCKER_HOST: engine.host };
    return (await run('docker', args, { env, cwd: folder })).stdout;
  }

  async function byDocker(file: string): Promise<Spec> {
    assert.match(await command('stack', 'config', '-c', file), /services:/);
    await command('stack', 'deploy', '--detach=true', '--resolve-image=never', '-c', file, docker);
    const spec = await inspect(`${docker}_web`);
    await command('service', 'rm', `${docker}_web`);
    return readable(spec, docker);
  }

  /** As a rollout places it, apart from the number of tasks. */
  async function byTidegate(file: string): Promise<Spec> {
    const swarm = openSwarm(engine.engine);
    const service = await load(file);
    await ensureFiles(swarm, stack, madeFiles(service));
    const networks = await slotNetworks(swarm, stack, {
      networks: [...service.networks],
      ...detailsOf(service),
    });
    const released = {
      ...{ kind: 'web' as const, content: '', image: variables['IMAGE'] ?? '', digest: '', health: '/' },
      ...{ route: { hosts: [], port: 1 }, replicas: 0, networks: [...service.networks] },
      rollout: { ...service.rollout, steps: [] },
      spec: service.template,
    };
    const content = await withFileIds(swarm, 1, released);
    const spec: ServiceSpec = slotSpec({
      ...{ stack, service: 'web', colour: 'blue', release: 1, content, networks },
    });
    const isParked = spec.Mode.Replicated?.Replicas === 3;
    const id = await swarm.services.create(isParked ? spec : { ...spec, Mode: nothing });
    const made = await inspect(id);
    await swarm.services.remove(id);
    return readable(made, stack);
  }

  async function load(file: string) {
    const tidegate = `version: 1\nproject: ${project}\ncompose: ${file}\nenvironments: { ${environment}: { edge: { http: 8080 } } }\nservices: { web: { route: { port: 3000 } } }\n`;
    const read = async (name: string): Promise<string | undefined> =>
      name === 'tidegate.yaml' ? tidegate : readFile(path.join(folder, name), 'utf8').catch(() => undefined);
    const { project: loaded, problems } = await loadProject({
      ...{ readCommitFile: read, readCheckoutFile: read, environment },
      variables: { ...variables, ...given(stack) },
      callerFiles: callerFiles({ root: folder, isIgnored: () => Promise.resolve(false) }),
    });
    const digestKey = () => Promise.resolve('key');
    const mounted = loaded && (await mountProject(openSwarm(engine.engine), { digestKey }, loaded));
    const [service] = mounted?.project.services ?? [];
    assert.ok(service, problems.map(({ message }) => message).join('\n'));
    return service;
  }

  async function inspect(name: string): Promise<Spec> {
    const { Spec: spec } = (await engine.docker.getService(name).inspect()) as { Spec: Spec };
    return spec;
  }

  /** Names instead of ids and of the random stack's name. */
  async function readable(spec: Spec, stackOf: string): Promise<Spec> {
    const networks = new Map((await engine.docker.listNetworks()).map(({ Id, Name }) => [Id, Name]));
    const text = JSON.stringify(spec, (key, value: unknown) =>
      key === 'Target' && typeof value === 'string' ? (networks.get(value) ?? value) : value,
    );
    return withoutDefaults(
      JSON.parse(
        text
          .replaceAll(stackOf, 'STACK')

          .replace(/(STACK_(?:app|other|password|token))-[0-9a-f]{12}/g, '$1-DIGEST')
          .replace(/"(Config|Secret)ID":"[^"]*"/g, '"$1ID":"ID"'),
      ),
    ) as Spec;
  }

  for (const file of files)
    it(`gives the same service apart from what is intended: ${file}`, async () => {
      const compose = await readFile(path.join(folder, file), 'utf8');
      const theirs = await byDocker(file);
      let wanted = theirs;
      for (const { name, apply } of intended) {
        const before = JSON.stringify(wanted);
        wanted = apply(wanted, compose);
        if (JSON.stringify(wanted) !== before) used.add(name);
      }
      assert.deepEqual(await byTidegate(file), wanted);
    });

  it('gives the same networks: internal or not, with their options, subnets, labels and names', async () => {
    const all = (await engine.docker.listNetworks()) as unknown as readonly NetworkSeen[];
    for (const name of ['back', 'front', 'named']) {
      const [theirs, ours] = [docker, stack].map((one) => all.find(({ Name }) => Name === `${one}_${name}`));
      assert.ok(theirs && ours, name);
      assert.deepEqual(networkOf(ours, stack), networkOf(theirs, docker), name);
    }
    const back = all.find(({ Name }) => Name === `${stack}_back`);
    assert.equal(back?.IPAM.Config[0]?.Subnet, '10.199.8.0/24');
    assert.equal(back.Internal, true);
  });

  it('differs in nothing else than docs/compose.md lists, and in all of that', async () => {
    const page = await readFile(path.join(root, 'docs/compose.md'), 'utf8');
    const listed = [...page.matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), intended.map(({ name }) => name).sort());
    assert.deepEqual([...used].sort(), intended.map(({ name }) => name).sort());
  });
});

interface NetworkSeen {
  readonly Name: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Options: Readonly<Record<string, string>>;
  readonly IPAM: { readonly Driver: string; readonly Config: readonly { readonly Subnet: string }[] };
}

/** Without what Swarm gave it, and Tidegate's own labels. */
function networkOf({ Driver, Internal, Attachable, Labels, Options, IPAM }: NetworkSeen, stackOf: string) {
  const labelled = Object.entries(Labels).filter(([name]) => !name.startsWith('tidegate.'));
  const options = Object.entries(Options).filter(([name]) => !name.endsWith('.vxlanid_list'));
  return {
    ...{ Driver, Internal, Attachable, ipam: IPAM.Driver },
    labels: Object.fromEntries(labelled.map(([name, value]) => [name, value.replace(stackOf, 'STACK')])),
    options: Object.fromEntries(options),
  };
}

/** The engine writes some defaults out and leaves others away, depending on who asked: both mean the same. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, part]) => [key, withoutDefaults(part)] as const)
    .filter(([key, part]) => !isNothing(part) && !(key === 'MaxAttempts' && part === 0));
  return Object.fromEntries(kept);
}

function isNothing(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
