import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { applyChanges } from '../../../agent/config/fix/fixes.ts';
import { load } from './project-files.ts';

/** What is written after every repair that is offered for the service, and what is still wrong then. */
async function repaired(
  compose: string,
): Promise<{ readonly text: string; readonly left: readonly string[] }> {
  let text = compose;
  for (let round = 0; round < 5; round += 1) {
    const { problems } = await load({ 'compose.yaml': text });
    const changes = problems.flatMap(({ change, severity }) =>
      severity === 'error' && change ? [change] : [],
    );
    text = applyChanges(text, changes).text;
  }
  const { problems } = await load({ 'compose.yaml': text });
  return { text, left: problems.flatMap(({ severity, message }) => (severity === 'error' ? [message] : [])) };
}

describe('keys that a machine can write in another way', () => {
  it('become what Swarm reads, with the comments', async () => {
    const { text, left } = await repaired(`services:
  web:
    image: shop:1
    mem_limit: 256m # enough
    mem_reservation: 64m
    cpus: 0.5
    pids_limit: 100
    scale: 3
    platform: linux/amd64
    links: [api, "api:api"]
    networks: [back, front]
  api: { image: "api:1", links: ["web"], networks: { back: } }
networks:
  back:
    driver: bridge # one machine
  front: { driver: bridge, name: here }
`);
    assert.deepEqual(left, []);
    assert.match(text, /# enough/);
    assert.match(text, /# one machine/);
    const { services, networks } = parse(text) as Record<string, Record<string, Record<string, unknown>>>;
    assert.deepEqual(services?.['web'], {
      image: 'shop:1',
      networks: ['back', 'front'],
      deploy: {
        replicas: 3,
        resources: { limits: { cpus: '0.5', memory: '256m', pids: 100 }, reservations: { memory: '64m' } },
      },
    });
    assert.deepEqual(services['api'], { image: 'api:1', networks: { back: null } });
    assert.deepEqual(networks, { back: null, front: { name: 'here' } });
  });

  it('stay for people where something would be lost', async () => {
    const { left } = await repaired(`services:
  web:
    image: shop:1
    mem_limit: \${LIMIT:-1g}
    cpus: 2
    links: ["api:database"]
    deploy: { resources: { limits: { cpus: "1" } } }
  api: { image: "api:1" }
networks: { a: { driver: macvlan } }
`);
    assert.equal(left.length, 4, left.join('\n'));
  });
});
