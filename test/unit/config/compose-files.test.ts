import assert from 'node:assert/strict';
import { errorsOf, load, loadRight, smallTidegate } from './project-files.ts';

const common = 'image: shop:1\nhealthcheck: { test: x }\ndeploy: { replicas: 2 }';
const base = `services:\n  web:\n${common.replace(/^/gm, '    ')}\n`;

function listing(...paths: readonly string[]): string {
  return smallTidegate.replace('project: shop', `project: shop\ncompose: [${paths.join(', ')}]`);
}

describe('several compose files', () => {
  const tidegate = listing('compose.yaml', 'live/over.yaml');

  it('are laid over each other; paths start at the first one', async () => {
    const project = await loadRight({
      'tidegate.yaml': tidegate,
      'compose.yaml': base,
      'live/over.yaml':
        'services:\n  web: { env_file: a.env, environment: { B: "${B:-2}" }, deploy: { replicas: 3 } }\n',
      'a.env': 'A=1\n',
    });
    const [web] = project.services;
    assert.deepEqual(web?.template.TaskTemplate.ContainerSpec.Env, ['A=1', 'B=2']);
    assert.equal(web.replicas, 3);
    assert.deepEqual(web.source, { kind: 'image', ref: 'shop:1' });
  });

  it('are told with the place of each: what is missing, what is wrong', async () => {
    const loaded = await load({
      'tidegate.yaml': listing('compose.yaml', 'live/over.yaml', 'none.yaml', '../x.yaml'),
    });
    assert.deepEqual(errorsOf(loaded), [
      'tidegate.yaml:3:52 config.invalid-value: compose: "../x.yaml" is not a file of the repository.',
    ]);
    const wrong = await load({
      'tidegate.yaml': listing('compose.yaml', 'live/over.yaml', 'none.yaml'),
      'compose.yaml': base,
      'live/over.yaml': 'services:\n  web:\n    deploy: { replicas: x }\n    usr: a\n',
    });
    assert.deepEqual(errorsOf(wrong), [
      'live/over.yaml:3:25 compose.invalid-value: services.web.deploy.replicas: "x" is not allowed here.',
      'live/over.yaml:4:5 compose.unknown-key: services.web.usr: not a key of a compose file.',
      'tidegate.yaml:3:41 compose.missing: There is no none.yaml in the commit.',
    ]);
  });

  it('are a path or a list of paths', async () => {
    for (const written of ['compose: {}', 'compose: []', 'compose: [1]'])
      assert.match(
        errorsOf(
          await load({
            'tidegate.yaml': smallTidegate.replace('project: shop', `project: shop\n${written}`),
          }),
        )[0] ?? '',
        /^tidegate\.yaml:3:1\d? config\.invalid-value: compose/,
      );
  });
});

describe('extends', () => {
  it('takes over the keys of another service and lays its own over them', async () => {
    const project = await loadRight({
      'compose.yaml':
        'services:\n  web:\n    extends: { file: shared/base.yaml, service: node }\n    environment: { A: 2 }\n',
      'shared/base.yaml':
        'services:\n  node:\n    extends: plain\n    environment: [A=1, B=1]\n    env_file: b.env\n  plain: { build: ./app, user: "1" }\n',
      'shared/b.env': 'C=3\n',
    });
    const [web] = project.services;
    assert.deepEqual(web?.template.TaskTemplate.ContainerSpec.Env, ['A=2', 'B=1', 'C=3']);
    assert.equal(web.template.TaskTemplate.ContainerSpec['User'], '1');
    assert.deepEqual(web.source, {
      kind: 'build',
      context: 'shared/app',
      dockerfile: 'shared/app/Dockerfile',
      target: undefined,
      args: {},
    });
  });

  it('that leads nowhere or round in a circle is told with its place', async () => {
    const services = (extended: string): Readonly<Record<string, string>> => ({
      'compose.yaml': `${base}    extends: ${extended}\n`,
      'other.yaml': 'services:\n  x: { extends: { file: compose.yaml, service: web } }\n',
    });
    const wrong: Readonly<Record<string, string>> = {
      wbe: '6:14 compose.unknown-service: extends: compose.yaml has no service "wbe".',
      web: '6:5 compose.circle: extends: compose.yaml web extends compose.yaml web: this never ends.',
      '{ service: x, file: other.yaml }':
        'other.yaml:2:8 compose.circle: extends: compose.yaml web extends other.yaml x extends compose.yaml web: this never ends.',
      '{ service: x, file: none.yaml }': '6:34 compose.missing: There is no none.yaml in the commit.',
      '{ service: x, file: ../x.yaml }':
        '6:34 compose.invalid-value: extends: "../x.yaml" is not a file of the repository.',
      '{ file: other.yaml }': '6:5 compose.invalid-value: extends: a map is not a service.',
      '{ service: web, fiel: x }':
        '6:5 compose.circle: extends: compose.yaml web extends compose.yaml web: this never ends.',
      '[a]': '6:14 compose.invalid-value: extends: a list is not a service.',
    };
    for (const [extended, error] of Object.entries(wrong))
      assert.equal(errorsOf(await load(services(extended)))[0]?.replace(/^compose\.yaml:/, ''), error);
  });
});

describe('include', () => {
  const included = 'services:\n  web: { build: app, env_file: w.env }\nnetworks: { back: }\n';

  it('brings services and networks in, with paths from the folder of the included file', async () => {
    const project = await loadRight({
      'compose.yaml': 'include: [web/compose.yaml]\nservices: {}\n',
      'web/compose.yaml': included.replace('env_file: w.env', 'env_file: w.env, networks: [back]'),
      'web/w.env': 'W=1\n',
    });
    const [web] = project.services;
    assert.equal(web?.source.kind === 'build' && web.source.context, 'web/app');
    assert.deepEqual(web?.template.TaskTemplate.ContainerSpec.Env, ['W=1']);
    assert.deepEqual(web.networks, ['back']);
  });

  it('takes a list of files to lay over each other, and another folder', async () => {
    const project = await loadRight({
      'compose.yaml': 'include:\n  - { path: [web/a.yaml, web/b.yaml], project_directory: . }\n',
      'web/a.yaml': 'services: { web: { build: app } }\n',
      'web/b.yaml': 'services: { web: { user: me } }\n',
    });
    const [web] = project.services;
    assert.equal(web?.source.kind === 'build' && web.source.context, 'app');
    assert.equal(web?.template.TaskTemplate.ContainerSpec['User'], 'me');
  });

  it('that leads nowhere, in a circle or to a conflict is told with its place', async () => {
    const wrong: readonly [compose: string, other: string, error: string][] = [
      [
        'include: x\n',
        '',
        'compose.yaml:1:10 compose.invalid-value: include: "x" is not a file or folder of the repository.',
      ],
      [
        'include: [../x.yaml]\n',
        '',
        'compose.yaml:1:11 compose.invalid-value: include: "../x.yaml" is not a file or folder of the repository.',
      ],
      [
        'include: [none.yaml]\n',
        '',
        'compose.yaml:1:11 compose.missing: There is no none.yaml in the commit.',
      ],
      [
        'include: [other.yaml]\n',
        'include: [compose.yaml]\n',
        'other.yaml:1:11 compose.circle: include: compose.yaml includes other.yaml includes compose.yaml: this never ends.',
      ],
      [
        `include: [other.yaml]\n${base}`,
        'services: { web: { image: b } }\n',
        'compose.yaml:3:3 compose.include-conflict: services.web: an included file has it too, and differently (other.yaml:1).',
      ],
      [
        `include: [{ path: other.yaml, env_file: x }]\n${base}`,
        base,
        'compose.yaml:1:41 compose.missing-file: include.env_file: there is no x in the commit, nor one in the checkout that git ignores.',
      ],
    ];
    for (const [compose, other, error] of wrong)
      assert.ok(
        errorsOf(await load({ 'compose.yaml': compose, 'other.yaml': other })).includes(error),
        `${error}\n${errorsOf(await load({ 'compose.yaml': compose, 'other.yaml': other })).join('\n')}`,
      );
  });
});
