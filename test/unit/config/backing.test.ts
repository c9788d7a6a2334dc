import assert from 'node:assert/strict';
import { errorsOf, load, loadRight, smallCompose } from './project-files.ts';

describe('services that tidegate.yaml does not name', () => {
  const withStore = (store: string): Record<string, string> => ({
    'compose.yaml': `${smallCompose}  ${store}\n`,
  });

  it('are backing services, with their volumes', async () => {
    const files = withStore(
      'store: { image: postgres:16, volumes: ["data:/var/lib/postgresql/data"] }\nvolumes: { data: }',
    );
    const { services, backing } = await loadRight(files);
    assert.deepEqual(
      services.map(({ name }) => name),
      ['web'],
    );
    assert.deepEqual(
      backing.map(({ name, source, networks }) => ({ name, source, networks })),
      [{ name: 'store', source: { kind: 'image', ref: 'postgres:16' }, networks: ['default'] }],
    );
  });

  it('may run once on every node', async () => {
    const { backing } = await loadRight(withStore('agent: { image: a:1, deploy: { mode: global } }'));
    assert.deepEqual(backing[0]?.template.Mode, { Global: {} });
    assert.deepEqual(
      errorsOf(await load(withStore('agent: { image: a:1, deploy: { mode: global, replicas: 2 } }'))),
      [
        'compose.yaml:6:48 compose.conflict: services.agent.deploy.replicas: has no meaning where one task runs on every node ("mode: global").',
      ],
    );
  });

  for (const [name, expected] of [
    ['web-blue', 'config.reserved-name: services: "web-blue" is a name Tidegate uses itself.'],
    ['tidegate-x', 'config.reserved-name: services: "tidegate-x" is a name Tidegate uses itself.'],
    ['a.b', 'compose.invalid-name: Swarm refuses the name "a.b" of a service.'],
    [
      'x'.repeat(55),
      `config.name-too-long: The Swarm service shop-dev_${'x'.repeat(55)} would have 64 characters; Swarm allows 63.`,
    ],
  ] as const)
    it(`are refused the name ${name.slice(0, 12)}`, async () => {
      assert.deepEqual(errorsOf(await load(withStore(`${name}: { image: a:1 }`))), [
        `compose.yaml:6:3 ${expected}`,
      ]);
    });

  it('may be called by other names on a network, unless a service has them', async () => {
    const compose = (alias: string): string =>
      `services:\n  web: { image: 'a:1' }\n  store: { image: 'b:1', networks: { back: { aliases: [${alias}] } } }\n` +
      'networks: { back: { driver_opts: { encrypted: "" } } }\n';
    const { backing } = await loadRight({ 'compose.yaml': compose('db') });
    const [use] = backing[0]?.networkUses ?? [];
    assert.deepEqual(
      [use?.key, use?.aliases, use?.details],
      ['back', ['db'], { options: { encrypted: '' } }],
    );
    for (const [alias, said] of [
      ['web', /"web" is the name of another service/],
      ['a b', /"a b" cannot be a name on a network/],
    ] as const)
      assert.match(errorsOf(await load({ 'compose.yaml': compose(alias) }))[0] ?? '', said);
  });
});
