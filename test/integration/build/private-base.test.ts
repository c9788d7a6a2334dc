/** Base images of a registry that wants a login: a real one, on loopback. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import type { BuiltImage } from '../../../agent/build/builder.ts';
import { createBuilder } from '../../../agent/build/image-builder.ts';
import { systemClock } from '../../../agent/common/clock.ts';
import { hasCode } from '../../../agent/common/errors.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { openLogins, type Logins } from '../../../agent/swarm/logins.ts';
import { openRegistry, registryUser, writeLogin, type TestRegistry } from '../../support/registry.ts';
import { Workshop, type BuilderName } from './workshop.ts';

function loginsIn(folder: string): Logins {
  const text = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);
  return openLogins({ env: { DOCKER_CONFIG: folder }, home: '/nowhere', readFile: text });
}

for (const name of ['BuildKit', 'classic builder'] satisfies BuilderName[])
  describe(`a base image of a private registry, with ${name}`, function () {
    this.timeout(60_000);
    let registry: TestRegistry;
    let workshop: Workshop;
    let base: string;
    const opened: { close(): Promise<void> }[] = [];
    const said: string[] = [];

    before(async function () {
      const found = await openRegistry();
      if (!found) return this.skip();
      registry = found;
      opened.push(registry);
      workshop = await Workshop.open(name);
      opened.push({ close: () => workshop.dispose() });
      const swarm = openSwarm(workshop.engine, { logins: loginsIn(registry.config) });
      base = `${registry.address}/team/base:1`;
      await swarm.images.tag(workshop.base, `${registry.address}/team/base`, '1');
      const { signal } = new AbortController();
      await swarm.registry.push(base, { signal, onLine: () => undefined });
      await swarm.images.untag(base);
    });
    after(async () => {
      for (const one of opened.reverse()) await one.close();
    });

    async function build(logins: Logins): Promise<BuiltImage> {
      const dir = await workshop.project(`ARG WHERE=${base}\nFROM $WHERE\nCOPY x /x\n`, {
        x: randomBytes(6).toString('hex'),
      });
      const { docker, name: engineName } = workshop.engine;
      const swarm = openSwarm(workshop.engine);
      const builder = createBuilder({
        ...{ engine: { docker, name: engineName }, images: swarm.images, registry: swarm.registry },
        ...{ logins, clock: systemClock, env: name === 'BuildKit' ? {} : { DOCKER_BUILDKIT: '0' } },
      });
      const source = {
        kind: 'build',
        context: '',
        dockerfile: 'Dockerfile',
        target: undefined,
        args: {},
      } as const;
      return builder.build(await workshop.request(dir, { source, onLine: (line) => said.push(line) }));
    }

    async function refusal(logins: Logins): Promise<string> {
      const error = await build(logins).then(
        () => assert.fail('it was built'),
        (reason: unknown) => reason,
      );
      assert.ok(hasCode(error, 'registry.denied'), String(error));
      said.push(error.message, JSON.stringify(error.data));
      return `${error.message} ${error.hint ?? ''}`;
    }

    it('is told to want a login, and what to do', async () => {
      const text = await refusal(loginsIn('/nowhere'));
      assert.match(text, /docker has none/);
      assert.match(text, /docker login 127\.0\.0\.1:\d+/);
      const wrong = await writeLogin(registry.folder, registry.address, 'closed-sesame');
      assert.match(await refusal(loginsIn(wrong)), /refused the login/);
    });

    it("is pulled with docker's own login", async () => {
      assert.equal((await build(loginsIn(registry.config))).built, true);
    });

    it('has the password in nothing that is said', () => {
      const everything = said.join('\n');
      assert.ok(everything.length > 0, 'something was said');
      for (const secret of [registryUser.password, 'closed-sesame'])
        assert.ok(!everything.includes(secret), `${secret} is in what was said`);
    });
  });
