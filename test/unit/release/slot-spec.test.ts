import assert from 'node:assert/strict';
import { slotSpec } from '../../../agent/release/slot-spec.ts';
import type { ReleasedService } from '../../../agent/swarm/ledger/release.ts';

function environmentOf(env: readonly string[] | undefined, release = 1): readonly string[] | undefined {
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
    release,
    content,
    networks: [],
  } as const;
  return slotSpec(place).TaskTemplate.ContainerSpec.Env;
}

const url = 'http://tidegate-flags:8406';

describe('the service of a slot', () => {
  it('is told where the flags are, by our name and by the one SDKs read', () => {
    assert.deepEqual(environmentOf(undefined), [`TIDEGATE_FLAGS_URL=${url}`, `OFREP_ENDPOINT=${url}`]);
    assert.deepEqual(environmentOf(['A=1'], 2), [
      'A=1',
      `TIDEGATE_FLAGS_URL=${url}`,
      `OFREP_ENDPOINT=${url}`,
    ]);
  });

  it('keeps what the compose file says, also that a variable is to be unset', () => {
    assert.deepEqual(environmentOf(['OFREP_ENDPOINT=http://mine', 'TIDEGATE_FLAGS_URL']), [
      'OFREP_ENDPOINT=http://mine',
      'TIDEGATE_FLAGS_URL',
    ]);
  });
});
