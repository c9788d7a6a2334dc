import assert from 'node:assert/strict';
import { listEnvironments } from '../../../agent/config/project.ts';
import { errorsOf, load, loadRight, reader } from './project-files.ts';

const head = 'version: 1\nproject: shop\nenvironments:\n  dev: { edge: { http: 8080 } }\nservices:\n';
const service = (name: string, more = ''): string =>
  `  ${name}:\n    build: .\n    healthcheck: { test: "true" }\n    deploy: { replicas: 2 }\n${more}`;

function files(tidegate: string, compose: string): Record<string, string> {
  return { 'tidegate.yaml': head + tidegate, 'compose.yaml': `services:\n${compose}` };
}

const three = service('web') + service('orders') + service('mail');

describe('routes inside', () => {
  it('are for other services alone, for them and users, or not at all', async () => {
    const { services } = await loadRight(
      files(
        '  web: { route: { port: 3000, internal: also } }\n' +
          '  orders: { route: { port: 3002, internal: true } }\n' +
          '  mail: { route: { port: 3003, internal: false, hosts: [mail.example] } }\n',
        three,
      ),
    );
    assert.deepEqual(
      services.map((service) => (service.kind === 'web' ? service.route : undefined)),
      [
        { hosts: [], port: 3000, internal: 'also' },
        { hosts: [], port: 3002, internal: 'only' },
        { hosts: ['mail.example'], port: 3003 },
      ],
    );
  });

  it('claim no host of users, and may share a port', async () => {
    const tidegate =
      '  web: { route: { port: 3000 } }\n  orders: { route: { port: 80, internal: true } }\n  mail: { route: { port: 80, internal: true } }\n';
    assert.deepEqual(errorsOf(await load(files(tidegate, three))), []);
    const readCheckoutFile = reader({
      'tidegate.yaml': `${head}  web: { route: { hosts: [shop.example], port: 3000 } }\n  orders: { route: { port: 80, internal: true } }\n`,
    });
    assert.deepEqual((await listEnvironments({ readCheckoutFile, variables: {} })).hosts, ['shop.example']);
  });

  it('have nothing that says where users come from, and no port of the mesh itself', async () => {
    const tidegate =
      '  web: { route: { port: 8405, internal: also, hosts: [a.example] } }\n' +
      '  orders: { route: { port: 7001, internal: true, hosts: [b.example], paths: [/o] } }\n' +
      '  mail: { route: { port: 3000, internal: "yes" } }\n';
    const { problems } = await load(files(tidegate, three));
    const errors = problems.filter(({ severity }) => severity === 'error');
    assert.deepEqual(
      errors.map(({ line, column, message }) => `${line}:${column} ${message}`),
      [
        '6:19 services.web.route.port: 8405 is taken inside: Tidegate itself listens there (7001, 8405).',
        '7:22 services.orders.route.port: 7001 is taken inside: Tidegate itself listens there (7001, 8405).',
        '7:50 services.orders.route.hosts: an internal route has none: users do not come to it.',
        '7:70 services.orders.route.paths: an internal route has none: users do not come to it.',
        '8:42 services.mail.route.internal: "yes" is neither true, false nor "also".',
      ],
    );
    assert.match(errors[2]?.hint ?? '', /internal: also/);
  });
});

describe('services that depend on each other', () => {
  const tidegate =
    '  web: { route: { port: 1, internal: true } }\n  orders: { route: { port: 2, internal: true } }\n  mail: { route: { port: 3 } }\n';

  it('keep what they depend on', async () => {
    const compose = service('web', '    depends_on: [orders]\n') + service('orders') + service('mail');
    const { services } = await loadRight(files(tidegate, compose));
    assert.deepEqual(
      services.map(({ dependsOn }) => dependsOn),
      [['orders'], [], []],
    );
  });

  it('are refused when they wait for each other, with the circle', async () => {
    const compose =
      service('mail', '    depends_on: [web]\n') +
      service('web', '    depends_on: { orders: { condition: service_healthy } }\n') +
      service('orders', '    depends_on: [web]\n');
    assert.deepEqual(errorsOf(await load(files(tidegate, compose))), [
      'compose.yaml:11:5 compose.invalid-value: services.web.depends_on: these services wait for each other: web -> orders -> web.',
    ]);
  });
});
