import assert from 'node:assert/strict';
import { explain, type FailedBuild } from '../../../agent/build/explain.ts';
import type { EngineBuilder } from '../../../agent/build/builder-kind.ts';
import { masker } from '../../../agent/build/mask.ts';
import { imageLabels, imageTag } from '../../../agent/build/labels.ts';

const old: EngineBuilder = { kind: 'buildkit', refusesBuildkit: false, version: '20.10.24', major: 20 };
const classic: EngineBuilder = { ...old, kind: 'classic', refusesBuildkit: true };

function failed(part: Partial<FailedBuild>): FailedBuild {
  const dockerfile = { path: 'web/Dockerfile', text: 'FROM node\nRUN npm ci\n' };
  return {
    service: 'web',
    reason: '',
    place: undefined,
    dockerfile,
    builder: old,
    mask: (text) => text,
    ...part,
  };
}

describe('a build that failed', () => {
  it('names the step, its line, the reason and its last lines', () => {
    const error = explain(
      failed({
        reason: 'executor failed running [/bin/sh -c npm ci]: exit code: 1',
        place: { step: 'RUN npm ci', stage: '', position: 2, output: ['npm ERR! missing', 'npm ERR! log'] },
      }),
    );
    assert.equal(error.code, 'build.failed');
    assert.equal(
      error.message,
      'The image of web was not built: it failed at "RUN npm ci" (web/Dockerfile, line 2): exit code: 1\n  npm ERR! missing\n  npm ERR! log',
    );
    assert.deepEqual(error.data, {
      service: 'web',
      step: 'RUN npm ci',
      dockerfile: 'web/Dockerfile',
      line: 2,
      reason: 'exit code: 1',
      output: ['npm ERR! missing', 'npm ERR! log'],
    });
  });

  it('has its reason without what the builder puts around it', () => {
    const reasons: [string, string][] = [
      ['process "/bin/sh -c npm ci" did not complete successfully: exit code: 2', 'exit code: 2'],
      ["The command '/bin/sh -c npm ci' returned a non-zero code: 3", 'exit code: 3'],
      ['failed to compute cache key: "/nope" not found: not found', '"/nope" not found: not found'],
      [
        'failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: unknown instruction: FOO',
        'dockerfile parse error line 2: unknown instruction: FOO',
      ],
    ];
    for (const [reason, wanted] of reasons) assert.equal(explain(failed({ reason })).data['reason'], wanted);
    assert.equal(explain(failed({ reason: reasons[3]?.[0] ?? '' })).data['line'], 2);
  });

  it('for want of a newer builder names the version that has it', () => {
    const heredoc = { path: 'Dockerfile', text: 'FROM node\nRUN <<EOF\necho\nEOF\n' };
    const syntax = { path: 'Dockerfile', text: '# syntax=docker/dockerfile:1\nFROM node\n' };
    const resolving = {
      step: 'resolve image config for docker.io/docker/dockerfile:1',
      stage: '',
      position: 0,
      output: [],
    };
    const cases: [Partial<FailedBuild>, RegExp][] = [
      [{ reason: 'dockerfile parse error line 2: Unknown flag: link' }, /does not know --link\./],
      [
        { reason: 'dockerfile parse error line 3: unknown instruction: ECHO', dockerfile: heredoc },
        /heredocs/,
      ],
      [
        { reason: 'failed to do request', dockerfile: syntax, place: resolving },
        /# syntax=docker\/dockerfile:1/,
      ],
    ];
    for (const [part, message] of cases) {
      const error = explain(failed(part));
      assert.equal(error.code, 'build.unsupported');
      assert.match(error.message, message);
      assert.match(error.hint ?? '', /Docker Engine 23\.0.*20\.10\.24/s);
    }
    const mount = explain(
      failed({ reason: 'the --mount option requires BuildKit. Refer to …', builder: classic }),
    );
    assert.equal(mount.code, 'build.unsupported');
    assert.match(mount.hint ?? '', /DOCKER_BUILDKIT=0/);
  });

  it('is not taken for an old builder by a new one', () => {
    const builder = { ...old, version: '28.2.2', major: 28 };
    assert.equal(explain(failed({ reason: 'Unknown flag: lnik', builder })).code, 'build.failed');
  });

  it('shows no secret, wherever it turns up', () => {
    const mask = masker({
      NPM_TOKEN: 's3cr3t-value',
      npm_token_long: 's3cr3t-value-longer',
      PORT: '3000',
      EMPTY_KEY: '',
    });
    const error = explain(
      failed({
        mask,
        reason: 'executor failed: s3cr3t-value',
        place: {
          step: 'RUN x s3cr3t-value-longer 3000',
          stage: '',
          position: 2,
          output: ['token s3cr3t-value!'],
        },
      }),
    );
    const all = `${error.message}${JSON.stringify(error.data)}${error.hint ?? ''}`;
    assert.ok(!all.includes('s3cr3t'), all);
    assert.ok(!all.includes('-longer'), all);
    assert.ok(all.includes('RUN x *** 3000'), "all.includes('RUN x *** 3000')");
  });

  it('shows no line of a secret that has several', () => {
    const mask = masker({ SSH_KEY: 'BEGIN KEY\nabcdef\nEND KEY' });
    assert.equal(mask('x abcdef y'), 'x *** y');
  });
});

describe('labels and names of an image', () => {
  const commit = {
    oid: 'c'.repeat(40),
    tree: '',
    time: 1_700_000_000_000,
    subject: '',
    tag: 'v1.0.0',
    ref: 'v1.0.0',
  };

  it('say where it is from', () => {
    const facts = {
      commit,
      key: 'k',
      stack: 'shop-dev',
      project: 'shop',
      service: 'web',
      origin: 'https://git.example/shop',
    };
    assert.deepEqual(imageLabels(facts), {
      'org.opencontainers.image.title': 'shop/web',
      'org.opencontainers.image.revision': commit.oid,
      'org.opencontainers.image.created': '2023-11-14T22:13:20.000Z',
      'org.opencontainers.image.version': 'v1.0.0',
      'org.opencontainers.image.source': 'https://git.example/shop',
      'tidegate.key': 'k',
      'tidegate.stack': 'shop-dev',
      'tidegate.object': 'image',
      'tidegate.service': 'web',
      'tidegate.project': 'shop',
    });
    const without = imageLabels({ ...facts, origin: undefined, commit: { ...commit, tag: undefined } });
    assert.equal(Object.keys(without).length, 8);
  });

  it('fit the grammar of image references, whatever the service is called', () => {
    assert.deepEqual(imageTag('shop', 'Web_API.v2-', '0123456789abcdef'), {
      repository: 'tidegate/shop/web-api-v2',
      tag: '0123456789ab',
    });
  });
});
