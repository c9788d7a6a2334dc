import assert from 'node:assert/strict';
import type { AppService } from '../../../agent/config/model.ts';
import { listEnvironments } from '../../../agent/config/project.ts';
import {
  errorsOf,
  load,
  loadRight,
  reader,
  shown,
  smallCompose,
  smallTidegate,
  warningsOf,
} from './project-files.ts';

const fuller = `version: 1
project: shop
compose: ./compose.yaml
environments:
  dev: { edge: { http: 8080 } }
  live:
    edge: { http: 80 }
    dockerContext: prod
    protected: true
    url: https://shop.example
    registry: registry.example/shop
    images: { edge: "registry.example:5000/haproxy:3.0" }
    variables: { REPLICAS: 3, V: 1.10, ON: true }
services:
  web:
    route: { hosts: [shop.example, www.shop.example], port: 3000 }
    health: /healthz?deep=1
    rollout: { steps: [5%, 25%, 50%], hold: 1m30s, keepWarm: 1h, drain: 500ms, deadline: 45s, unattended: hold }
`;

describe('a project', () => {
  it('has every default filled in', async () => {
    const project = await loadRight({});
    assert.deepEqual(project.environment, {
      name: 'dev',
      stack: 'shop-dev',
      dockerContext: undefined,
      protected: false,
      url: undefined,
      registry: undefined,
      edge: { http: 8080 },
      images: { edge: 'haproxy:3.0-alpine', control: 'node:22-alpine' },
      variables: {},
    });
    const [web] = project.services;
    assert.ok(web?.kind === 'web', 'web');
    assert.deepEqual(
      { ...web, template: undefined },
      {
        kind: 'web',
        name: 'web',
        route: { hosts: [], port: 3000 },
        health: '/',
        replicas: 2,
        rollout: {
          steps: [],
          drainMs: 30_000,
          keepWarmMs: 600_000,
          deadlineMs: 120_000,
          unattended: 'revert',
        },
        source: { kind: 'build', context: '', dockerfile: 'Dockerfile', target: undefined, args: {} },
        template: undefined,
        networks: ['default'],
        configs: [],
        secrets: [],
        externalFiles: [],
        networkUses: [],
        dependsOn: [],
      },
    );
  });

  it('has what the files say', async () => {
    const compose = `${smallCompose.replace('replicas: 2', 'replicas: $REPLICAS')}    networks: [front, back]\nnetworks:\n  front:\n  back: { driver: overlay }\n`;
    const files = { 'tidegate.yaml': fuller, 'compose.yaml': compose };
    const project = await loadRight(files, { environment: 'live', variables: { REPLICAS: '9' } });
    assert.deepEqual(project.environment, {
      name: 'live',
      stack: 'shop-live',
      dockerContext: 'prod',
      protected: true,
      url: 'https://shop.example',
      registry: 'registry.example/shop',
      edge: { http: 80 },
      images: { edge: 'registry.example:5000/haproxy:3.0', control: 'node:22-alpine' },
      variables: { REPLICAS: '3', V: '1.10', ON: 'true' },
    });
    const [web] = project.services;
    assert.ok(web?.kind === 'web', 'web');
    assert.equal(web.replicas, 3, "the environment's variables win over the caller's");
    assert.deepEqual(web.networks, ['back', 'front']);
    assert.deepEqual(web.route, { hosts: ['shop.example', 'www.shop.example'], port: 3000 });
    assert.equal(web.health, '/healthz?deep=1');
    assert.deepEqual(web.rollout, {
      steps: [
        { share: 500, holdMs: 90_000 },
        { share: 2500, holdMs: 90_000 },
        { share: 5000, holdMs: 90_000 },
      ],
      drainMs: 500,
      keepWarmMs: 3_600_000,
      deadlineMs: 45_000,
      unattended: 'hold',
    });
  });

  it("takes Tidegate's own images from the caller's variables first", async () => {
    const variables = { TIDEGATE_EDGE_IMAGE: 'local/haproxy:2.6', TIDEGATE_CONTROL_IMAGE: '' };
    const { environment } = await loadRight({ 'tidegate.yaml': fuller }, { environment: 'live', variables });
    assert.deepEqual(environment.images, { edge: 'local/haproxy:2.6', control: 'node:22-alpine' });
  });

  it('lists its services in the order of the compose file', async () => {
    const tidegate = smallTidegate.replace(
      '  web:',
      '  api: { route: { hosts: [a.example], port: 1 } }\n  web:',
    );
    const compose = 'services:\n  web: { image: w:1 }\n  api: { image: a:1 }\n';
    const { services } = await loadRight({ 'tidegate.yaml': tidegate, 'compose.yaml': compose });
    assert.deepEqual(
      services.map(({ name }) => name),
      ['web', 'api'],
    );
  });

  it('reads builds: contexts from the folder of the compose file, Dockerfiles from the context', async () => {
    const build =
      'build: { context: ../app/./web, dockerfile: docker/../Web.Dockerfile, target: run, args: { A: 1, B: , C: } }';
    const project = await loadRight(
      {
        'shop/tidegate.yaml': smallTidegate.replace(
          'project: shop',
          'project: shop\ncompose: deploy/compose.yaml',
        ),
        'shop/deploy/compose.yaml': `services:\n  web:\n    ${build}\n`,
      },
      { folder: 'shop', variables: { B: 'b' } },
    );
    assert.deepEqual(project.services[0]?.source, {
      kind: 'build',
      context: 'shop/app/web',
      dockerfile: 'shop/app/web/Web.Dockerfile',
      target: 'run',
      args: { A: '1', B: 'b' },
    });
  });

  it('knows the folder it is in when it tells where a problem is', async () => {
    const files = {
      'apps/shop/tidegate.yaml': smallTidegate,
      'apps/shop/compose.yaml': 'services:\n  web: { build: ../../.. }\n',
    };
    assert.deepEqual(errorsOf(await load(files, { folder: 'apps/shop' })), [
      'apps/shop/compose.yaml:2:17 compose.outside-repository: services.web.build: "../../.." is outside of the repository.',
    ]);
    assert.deepEqual(errorsOf(await load({}, { folder: 'elsewhere' })), [
      'elsewhere/tidegate.yaml:1:1 config.missing: There is no elsewhere/tidegate.yaml in the checkout.',
    ]);
  });
});

describe('what comes from where', () => {
  const commitFiles = { 'tidegate.yaml': smallTidegate, 'compose.yaml': smallCompose };

  it('services from the commit, environments and the project name from the checkout', async () => {
    const checkout = smallTidegate
      .replace('project: shop', 'project: store')
      .replace('http: 8080', 'http: 9090')
      .replace('port: 3000', 'port: 9999');
    const loaded = await load(
      {},
      {
        readCommitFile: reader(commitFiles),
        readCheckoutFile: reader({ 'tidegate.yaml': checkout, 'compose.yaml': 'broken: [' }),
      },
    );
    assert.equal(loaded.project?.name, 'store');
    assert.equal(loaded.project.environment.stack, 'store-dev');
    assert.equal(loaded.project.environment.edge.http, 9090);
    assert.equal(portOf(loaded.project.services[0]), 3000);
    assert.equal(loaded.usedCheckoutConfig, false);
    assert.deepEqual(warningsOf(loaded), [
      'tidegate.yaml:2:1 config.project-renamed: The commit calls the project shop, the checkout store; store holds.',
    ]);
  });

  it('ignores environments of the commit and services of the checkout, broken or not', async () => {
    const loaded = await load(
      {},
      {
        readCommitFile: reader({
          ...commitFiles,
          'tidegate.yaml': smallTidegate.replace('http: 8080', 'htp: 1'),
        }),
        readCheckoutFile: reader({ 'tidegate.yaml': smallTidegate.replace('port: 3000', 'prt: 1') }),
      },
    );
    assert.deepEqual(loaded.problems.map(shown), []);
    assert.ok(loaded.project, 'loaded.project');
  });

  it("uses the checkout's tidegate.yaml for a commit without one, and says so", async () => {
    const loaded = await load(
      {},
      {
        readCommitFile: reader({ 'compose.yaml': smallCompose }),
        readCheckoutFile: reader({ 'tidegate.yaml': smallTidegate }),
      },
    );
    assert.equal(loaded.usedCheckoutConfig, true);
    assert.equal(portOf(loaded.project?.services[0]), 3000);
  });

  it('asks for a tidegate.yaml in the checkout even where the commit has one', async () => {
    const loaded = await load({}, { readCommitFile: reader(commitFiles), readCheckoutFile: reader({}) });
    assert.deepEqual(errorsOf(loaded), [
      'tidegate.yaml:1:1 config.missing: There is no tidegate.yaml in the checkout.',
    ]);
  });

  it('tells an unknown environment with the nearest one, beside every other problem', async () => {
    const loaded = await load({ 'compose.yaml': 'services:\n  web: { imag: x }\n' }, { environment: 'dve' });
    assert.deepEqual(errorsOf(loaded), [
      'compose.yaml:2:3 compose.missing-key: services.web: has neither "image" nor "build".',
      'compose.yaml:2:10 compose.unknown-key: services.web.imag: not a key of a compose file.',
      'tidegate.yaml:3:1 config.unknown-environment: There is no environment "dve" in tidegate.yaml.',
    ]);
    assert.deepEqual(loaded.environments, ['dev']);
    assert.equal(loaded.problems.at(-1)?.hint, 'Did you mean "dev"?');
  });
});

describe('the environments of a checkout', () => {
  it('are listed without a commit', async () => {
    const listed = await listEnvironments({
      readCheckoutFile: reader({ 'tidegate.yaml': fuller }),
      variables: {},
    });
    assert.equal(listed.project, 'shop');
    assert.deepEqual(
      listed.environments.map(({ name, stack, edge }) => [name, stack, edge.http]),
      [
        ['dev', 'shop-dev', 8080],
        ['live', 'shop-live', 80],
      ],
    );
    assert.deepEqual(listed.problems, []);
  });

  it('are listed in spite of a broken service and a broken environment', async () => {
    const text = fuller
      .replace('dockerContext: prod', 'dockerContxt: prod')
      .replace('port: 3000', 'port: none');
    const listed = await listEnvironments({
      readCheckoutFile: reader({ 'tidegate.yaml': text }),
      variables: {},
    });
    assert.deepEqual(
      listed.environments.map(({ name }) => name),
      ['dev'],
    );
    assert.deepEqual(listed.problems.map(shown), [
      'tidegate.yaml:8:5 config.unknown-key: environments.live: "dockerContxt" is not a known key.',
    ]);
  });

  it('are none where there is no file', async () => {
    const listed = await listEnvironments({ readCheckoutFile: reader({}), variables: {}, folder: 'a/b' });
    assert.deepEqual(listed.environments, []);
    assert.deepEqual(listed.problems.map(shown), [
      'a/b/tidegate.yaml:1:1 config.missing: There is no a/b/tidegate.yaml in the checkout.',
    ]);
  });
});

function portOf(service: AppService | undefined): number | undefined {
  return service?.kind === 'web' ? service.route.port : undefined;
}
