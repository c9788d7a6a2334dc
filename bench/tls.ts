/** Certificates exchanged again and again while users are there over HTTPS. */
import { systemClock } from '../agent/common/clock.ts';
import { silentLog } from '../agent/common/log.ts';
import { checkCertificate } from '../agent/infra/certificate.ts';
import { setCertificate } from '../agent/infra/certificates.ts';
import { defaultLimits, type ReleaseEngine } from '../agent/release/engine.ts';
import { openChanges } from '../agent/swarm/changes.ts';
import { makeCertificate } from '../test/support/certificates.ts';
import { startEdgeEnvironment, type EdgeEnvironment } from '../test/support/edge-environment.ts';
import { startLoad } from '../test/support/load.ts';
import { median, timed, type Report } from './figures.ts';

const host = 'shop.test';
const exchanges = 10;

export async function bench(report: Report): Promise<void> {
  const env = await startEdgeEnvironment({ https: true });
  const changes = openChanges(env.swarm, systemClock);
  try {
    await env.place({ service: 'web', colour: 'blue', version: 'v1', replicas: 2 });
    await env.acknowledged({ healthy: { 'web-blue': 2 } });
    await env.route('web', 'blue');
    await env.acknowledged();
    await measure(env, changes, report);
  } finally {
    changes.close();
    await env.down();
  }
}

async function measure(
  { swarm, ledger, httpsPort = 0 }: EdgeEnvironment,
  changes: ReleaseEngine['changes'],
  report: Report,
): Promise<void> {
  const engine: ReleaseEngine = {
    ...{ swarm, ledger, changes, clock: systemClock, log: silentLog },
    ...{ driver: 'bench', leaseSeconds: 15, limits: defaultLimits },
  };
  await exchange(engine, 'first');
  const load = startLoad({ url: `https://127.0.0.1:${httpsPort}`, host, connections: 16 });
  const times: number[] = [];
  for (let round = 0; round < exchanges; round += 1)
    times.push(await timed(() => exchange(engine, `renewed-${round}`)));
  const { requests, failed, failures } = await load.stop();
  for (const failure of failures) console.error(`  ${failure}`);
  report({ name: 'tls_exchange_p50_ms', value: median(times), unit: 'ms' });
  report({ name: 'tls_requests', value: requests, unit: 'requests' });
  report({ name: 'tls_requests_failed', value: failed, unit: 'requests' });
}

/** Until every edge has said that it has the certificate. */
async function exchange(engine: ReleaseEngine, title: string): Promise<void> {
  const files = await makeCertificate([host], title);
  const certificate = checkCertificate(files, { name: 'shop', hosts: [], now: Date.now() });
  const { signal } = new AbortController();
  const { outcome } = await setCertificate({ engine, name: 'shop', certificate, signal });
  if (outcome !== 'done') throw new Error(`the exchange ended ${outcome}`);
}
