import assert from 'node:assert/strict';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { unsupported } from '../../../agent/swarm/engine-kind.ts';
import { reportEngine } from '../../../agent/swarm/engine-report.ts';
import { FakeEngine, sendJson } from './fake-engine.ts';

describe('an engine that cannot carry a Swarm', () => {
  const docker = { ApiVersion: '1.41', Components: [{ Name: 'Engine', Version: '20.10.24' }] };
  const podman = { ApiVersion: '1.41', Components: [{ Name: 'Podman Engine', Version: '4.3.1' }] };

  it('is told from one that can', () => {
    const info = { SecurityOptions: ['name=seccomp,profile=default', 'name=cgroupns'] };
    assert.equal(unsupported('e', { info, version: docker }), undefined);
    assert.equal(unsupported('e', { info: {}, version: {} }), undefined);
    assert.equal(unsupported('e', { info: null, version: 'x' }), undefined);
    const rootless = { SecurityOptions: ['name=seccomp,profile=default', 'name=rootless'] };
    assert.match(unsupported('e', { info: rootless, version: docker })?.message ?? '', /rootless.*overlay/);
    assert.match(unsupported('e', { info: {}, version: podman })?.message ?? '', /Podman.*no Swarm/);
  });

  for (const [what, info, version, message] of [
    ['Podman', { ServerVersion: '4.3.1', NCPU: 2, MemTotal: 7 }, podman, /Podman/],
    [
      'a rootless engine',
      { ServerVersion: '24.0.7', NCPU: 2, MemTotal: 7, SecurityOptions: ['name=rootless'] },
      docker,
      /rootless/,
    ],
  ] as const)
    it(`is refused before anything is made on it: ${what}`, async () => {
      const engine = new FakeEngine();
      engine.answer = (request, response) =>
        sendJson(response, 200, request.url === '/info' ? info : version);
      await engine.start();
      await assert.rejects(openSwarm(engine.open).info(), { code: 'engine.unsupported', message });
      await assert.rejects(reportEngine(engine.open), { code: 'engine.unsupported', message });
      await engine.dispose();
    });
});
