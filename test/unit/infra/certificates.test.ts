import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import { labels, names } from '../../../agent/common/names.ts';
import { renderServices } from '../../../agent/edge/services-config.ts';
import { routingOf } from '../../../agent/edge/routing.ts';
import { mountedSecrets } from '../../../agent/edge/services.ts';
import {
  certificatesFor,
  dropCertificates,
  removeOldCertificates,
  setCertificate,
} from '../../../agent/infra/certificates.ts';
import type { ReleaseEngine } from '../../../agent/release/engine.ts';
import { formatAck } from '../../../agent/swarm/ledger/acks.ts';
import type { ServiceSpec } from '../../../agent/swarm/port.ts';
import { aTask, type FakeCluster } from '../../support/fake-swarm.ts';
import { openBench } from '../release/engine.ts';

const stack = 'shop-dev';
const { signal } = new AbortController();

describe('the certificates of an environment', () => {
  let cluster: FakeCluster;
  let engine: ReleaseEngine;
  /** In the order in which they happened. */
  let seen: string[];

  beforeEach(async () => {
    const bench = await openBench(stack);
    cluster = bench.cluster;
    engine = bench.engine('test');
    seen = [];
    for (const name of [names.control(stack), names.edge(stack)]) cluster.putService(undefined, spec(name));
    cluster.tasks = [task(names.edge(stack), 'e1'), task(names.control(stack), 'c1')];
    cluster.onWrite = ({ what, name }) => {
      if (what === 'service' && name === names.control(stack)) restartControl();
      if (what === 'config' && name === names.routes(stack)) {
        seen.push('ledger');
        void acknowledge();
      }
    };
  });

  it('is mounted into control, which comes up again, before edges are told of it; no edge is replaced', async () => {
    const edge = cluster.service(names.edge(stack));
    const { outcome } = await set('shop', 'a'.repeat(12));
    assert.equal(outcome, 'done');
    assert.deepEqual(seen, ['control', 'ledger']);
    assert.deepEqual(mounted(), ['PEM aaaaaaaaaaaa']);
    assert.deepEqual((await engine.ledger.routes.read()).value.certificates, { shop: 'a'.repeat(12) });
    assert.deepEqual(cluster.service(names.edge(stack)), edge);
  });

  it('is nothing new the second time', async () => {
    await set('shop', 'a'.repeat(12));
    seen = [];
    assert.equal((await set('shop', 'a'.repeat(12))).outcome, 'unchanged');
    assert.deepEqual(seen, []);
  });

  it('is kept beside the new one until edges have that, and then goes', async () => {
    await set('shop', 'a'.repeat(12));
    await set('shop', 'b'.repeat(12));
    assert.deepEqual(mounted(), ['PEM aaaaaaaaaaaa', 'PEM bbbbbbbbbbbb']);
    await set('shop', 'c'.repeat(12));
    assert.deepEqual(mounted(), ['PEM bbbbbbbbbbbb', 'PEM cccccccccccc']);
    assert.deepEqual([...cluster.secrets.values()].map(({ data }) => data).sort(), mounted());
  });

  it('is in no config and in no label: only its secret holds the key', async () => {
    await set('shop', 'a'.repeat(12));
    const readable = [...cluster.configs.values()].map((config) =>
      JSON.stringify({ ...config, data: Buffer.from(config.data).toString('latin1') }),
    );
    assert.ok(!readable.some((text) => text.includes('PEM ')), readable.join('\n'));
    assert.ok(!JSON.stringify(cluster.service(names.control(stack))).includes('PEM '), 'in the service');
  });

  it('is not told to edges when control does not come up with it', async () => {
    cluster.onWrite = () => {
      cluster.tasks = [task(names.edge(stack), 'e1')];
    };
    const waiting = assert.rejects(set('shop', 'a'.repeat(12)), (error) =>
      hasCode(error, 'control.not-ready'),
    );
    const clock = engine.clock as unknown as { advance(ms: number): Promise<void> };
    for (let second = 0; second < 70; second += 1) await clock.advance(1000);
    await waiting;
    assert.equal((await engine.ledger.routes.read()).value.certificates, undefined);
  });

  it('is dropped when no name of tidegate.yaml asks for it', async () => {
    await set('shop', 'a'.repeat(12));
    await set('other', 'b'.repeat(12));
    assert.deepEqual(await dropCertificates(engine, ['other']), ['shop']);
    const { certificates = {} } = (await engine.ledger.routes.read()).value;
    assert.deepEqual(certificates, { other: 'b'.repeat(12) });
    assert.deepEqual(
      (await certificatesFor(engine, certificates)).map(({ name }) => name),
      ['other'],
    );
    assert.deepEqual(await dropCertificates(engine, []), ['other']);
    assert.deepEqual(await dropCertificates(engine, []), []);
    await removeOldCertificates(engine);
    assert.equal(cluster.secrets.size, 2, 'control still mounts them');
  });

  function set(name: string, version: string) {
    const certificate = { version, pem: `PEM ${version}`, names: ['shop.test'], validUntil: '' };
    return setCertificate({ engine, name, certificate, signal });
  }

  /** Content of what control has mounted. */
  function mounted(): readonly string[] {
    const service = cluster.service(names.control(stack));
    const ids = service ? mountedSecrets(service.spec) : [];
    return ids.map((id) => cluster.secrets.get(id)?.data ?? '?').sort();
  }

  function restartControl(): void {
    seen.push('control');
    cluster.tasks = [task(names.edge(stack), 'e1'), task(names.control(stack), cluster.id('c'))];
  }

  async function acknowledge(): Promise<void> {
    const routes = await engine.ledger.routes.read();
    const { hash } = renderServices(routingOf(stack, routes, new Map()));
    const acks = cluster.config(names.acks(stack));
    const ack = formatAck({ object: routes.id, version: routes.version, hash, slots: {} });
    if (acks) cluster.setLabels(acks, { ...acks.labels, 'ack.e1': ack });
  }

  function task(service: string, id: string) {
    return aTask(id, { serviceId: cluster.service(service)?.id ?? '' });
  }

  function spec(name: string): ServiceSpec {
    return {
      Name: name,
      Labels: { [labels.stack]: stack },
      TaskTemplate: { ContainerSpec: { Image: 'x' } },
      Mode: { Replicated: { Replicas: 1 } },
    };
  }
});
