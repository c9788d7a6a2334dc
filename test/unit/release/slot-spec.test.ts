import assert from 'node:assert/strict';
import { slotSpec } from '../../../agent/release/slot-spec.ts';
import type { ReleasedService } from '../../../agent/swarm/ledger/release.ts';

function environmentOf(
  env: readonly string[] | undefined,
  flagsToken?: string,
): readonly string[] | undefined {
  const content = {
    image: 'sha256:a',
    spec: {
      Labels: {},
      Mode: {},
      TaskTemplate: { ContainerSpec: { Image: '', ...(env && { Env: env }) } },
    },
  } as unknown as ReleasedService;
  const place = {
    stack: 'shop-dev',
    service: 'web',
    colour: 'blue',
    release: 1,
    content,
    networks: [],
    flagsToken,
  } as const;
  return slotSpec(place).TaskTemplate.ContainerSpec.Env;
}

const url = 'http://tidegate-flags:8406';

const ours = [
  `TIDEGATE_FLAGS_URL=${url}`,
  `OFREP_ENDPOINT=${url}`,
  'FLAGD_HOST=tidegate-flags',
  'FLAGD_SYNC_PORT=8015',
  `TIDEGATE_UNLEASH_URL=${url}/api`,
];

describe('the service of a slot', () => {
  it('is told where the flags are, by our name and by those that SDKs read', () => {
    assert.deepEqual(environmentOf(undefined), ours);
    assert.deepEqual(environmentOf(['A=1']), ['A=1', ...ours]);
  });

  it('is given the token, where the environment has one', () => {
    assert.deepEqual(environmentOf([], 't'), [
      ...ours,
      'TIDEGATE_FLAGS_TOKEN=t',
      'OFREP_HEADERS=Authorization=Bearer t',
    ]);
  });

  it('keeps what the compose file says, also that a variable is to be unset', () => {
    const env = environmentOf(['OFREP_ENDPOINT=http://mine', 'TIDEGATE_FLAGS_URL']);
    assert.deepEqual(env, ['OFREP_ENDPOINT=http://mine', 'TIDEGATE_FLAGS_URL', ...ours.slice(2)]);
  });
});
