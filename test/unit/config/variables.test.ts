import assert from 'node:assert/strict';
import type { CallerFiles } from '../../../agent/config/caller-files.ts';
import type { LoadRequest } from '../../../agent/config/project.ts';
import { errorsOf, load, loadRight, smallTidegate, warningsOf } from './project-files.ts';

const head =
  'services:\n  web:\n    image: shop:1\n    healthcheck: { test: "true" }\n    deploy: { replicas: 2 }\n';

/** A checkout with these files; all but `open` are ignored by git. */
function checkout(files: Readonly<Record<string, string>>, open: readonly string[] = []): CallerFiles {
  return {
    isIgnored: (path) => Promise.resolve(!open.includes(path)),
    read: (path) => {
      const text = files[path];
      return Promise.resolve(text === undefined ? undefined : { kind: 'data', data: Buffer.from(text) });
    },
  };
}

async function webOf(files: Readonly<Record<string, string>>, request: Partial<LoadRequest> = {}) {
  const [service] = (await loadRight(files, request)).services;
  const { Env: env, Labels: labels } = service?.template.TaskTemplate.ContainerSpec ?? {};
  return { env, labels };
}

async function envOf(files: Readonly<Record<string, string>>, request: Partial<LoadRequest> = {}) {
  return (await webOf(files, request)).env;
}

describe('the variables of a compose file', () => {
  const compose = { 'compose.yaml': `${head}    environment: { A: $A, B: $B, C: $C }\n` };

  it('are those of the environment, then of the shell, then of .env', async () => {
    const tidegate = smallTidegate.replace('{ http: 8080 }', '{ http: 8080 }, variables: { A: environment }');
    const callerFiles = checkout({ '.env': 'A=dotenv\nB=dotenv\nC="a ${B} c"\n' });
    const variables = { A: 'shell', B: 'shell' };
    assert.deepEqual(await envOf({ ...compose, 'tidegate.yaml': tidegate }, { callerFiles, variables }), [
      'A=environment',
      'B=shell',
      'C=a shell c',
    ]);
  });

  it('come from the .env of the commit where it has one', async () => {
    const files = { ...compose, '.env': 'A=commit\nB=2\nC=3\n' };
    const callerFiles = checkout({ '.env': 'A=checkout\n' });
    assert.deepEqual(await envOf(files, { callerFiles }), ['A=commit', 'B=2', 'C=3']);
  });

  it('are not read from a .env that was forgotten, and this is said', async () => {
    const callerFiles = checkout({ '.env': 'A=1\nB=2\nC=3' }, ['.env']);
    const warnings = warningsOf(await load(compose, { callerFiles }));
    assert.equal(
      warnings[0],
      '.env:1:1 compose.env-not-read: this file is not read: it is neither in the commit nor ignored by git.',
    );
    assert.equal(warnings.filter((line) => line.includes('compose.variable-unset')).length, 3);
  });

  it('lie beside the first compose file, and choose profiles as well', async () => {
    const tidegate = smallTidegate.replace('project: shop', 'project: shop\ncompose: deploy/compose.yaml');
    const written = `${head}    profiles: [live]\n    environment: { A: $A }\n`;
    const callerFiles = checkout({ 'deploy/.env': 'A=there\nCOMPOSE_PROFILES=live', '.env': 'A=root' });
    const files = { 'tidegate.yaml': tidegate, 'deploy/compose.yaml': written };
    assert.deepEqual(await envOf(files, { callerFiles }), ['A=there']);
  });

  it('of an included file may have files of their own, over which those of the project win', async () => {
    const files = {
      'compose.yaml':
        'include:\n  - { path: web/compose.yaml, env_file: [a.env, b.env] }\n  - web/other.yaml\n',
      'web/compose.yaml': compose['compose.yaml'],
      'web/other.yaml': 'x-a: 1\nnetworks: { back: { driver: "${DRIVER}" } }\n',
      'web/.env': 'DRIVER=overlay\n',
      'a.env': 'A=a\nB=a\n',
    };
    const callerFiles = checkout({ 'b.env': 'B=b\nC=${A}${B}\n', '.env': 'A=project\n' });
    assert.deepEqual(await envOf(files, { callerFiles }), ['A=project', 'B=b', 'C=projectb']);
  });

  it('of an included file that are missing are told with their place', async () => {
    const files = {
      ...compose,
      'compose.yaml': `include:\n  - { path: o.yaml, env_file: [none.env, ../x] }\n${head}`,
      'o.yaml': 'networks: { back: }\n',
    };
    assert.deepEqual(errorsOf(await load(files)), [
      'compose.yaml:2:32 compose.missing-file: include.env_file: there is no none.env in the commit, nor one in the checkout that git ignores.',
      'compose.yaml:2:42 compose.invalid-value: include: "../x" is not a file or folder of the repository.',
    ]);
  });
});

describe('files that a service names', () => {
  it('are the commit’s, or the caller’s where git ignores them', async () => {
    const compose = `${head}    env_file: [one.env, two.env, { path: three.env, required: false }]\n`;
    const files = { 'compose.yaml': compose, 'one.env': 'A=commit\n' };
    const callerFiles = checkout(
      { 'one.env': 'A=checkout\n', 'two.env': 'B=checkout\n', 'three.env': 'C=open\n' },
      ['three.env'],
    );
    assert.deepEqual(await envOf(files, { callerFiles }), ['A=commit', 'B=checkout']);
    assert.deepEqual(
      errorsOf(await load(files, { callerFiles: checkout({ 'two.env': 'B=1' }, ['two.env']) })),
      [
        'compose.yaml:6:25 compose.missing-file: services.web.env_file[1]: there is no two.env in the commit, nor one in the checkout that git ignores.',
      ],
    );
  });

  it('label it, and labels that are written win', async () => {
    const compose = `${head}    label_file: [one.labels, two.labels]\n    labels: { c: written }\n`;
    const files = { 'compose.yaml': compose, 'one.labels': 'a=1\nb="$B"\nc=1\n', 'two.labels': 'b.x=2\n' };
    const { labels } = await webOf(files, { variables: { B: 'two' } });
    assert.deepEqual(labels, {
      ...{ a: '1', b: 'two', c: 'written', 'b.x': '2' },
      'com.docker.stack.namespace': 'shop-dev',
    });
    const wrong = { ...files, 'one.labels': 'tidegate.stack=other\n' };
    assert.deepEqual(
      errorsOf(await load(wrong)).map((line) => line.split(':').slice(0, 3).join(':')),
      ['compose.yaml:6:18 compose.reserved-label'],
    );
  });
});
