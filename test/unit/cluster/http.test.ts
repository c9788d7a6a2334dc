import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { controlServer, type ControlApi } from '../../../agent/cluster/http.ts';
import { Sdks } from '../../../agent/flags/counts/sdks.ts';
import { silentLog } from '../../../agent/common/log.ts';
import type { Ack } from '../../../agent/swarm/ledger/acks.ts';
import { ask, type Asked } from '../../support/ask.ts';

describe("control's answers", () => {
  const reports: [string, Ack][] = [];
  const counted: unknown[] = [];
  const pulled: unknown[] = [];
  let ready = true;
  let written: () => Promise<void> = () => Promise.resolve();
  let pull: ControlApi['pulls']['pull'] = () => Promise.resolve({ kind: 'nothing' });
  const server = controlServer({
    pulls: {
      pull: (holding, signal) => {
        pulled.push(holding);
        return pull(holding, signal);
      },
      close: () => undefined,
    },
    report: async (task, ack) => {
      reports.push([task, ack]);
      await written();
    },
    traffic: (task, report) => counted.push([task, [...report]]),
    certificates: (name, version) => Promise.resolve(version === '1' ? `PEM of ${name}` : undefined),
    isReady: () => ready,
    status: () => ({ version: 5 }),
    flags: {
      handles: (path) => path.startsWith('/ofrep/'),
      answer: (request, response) => {
        response.end(`flags at ${request.url ?? ''}`);
        return Promise.resolve();
      },
      listening: () => ({ ofrep: 0, unleash: 0 }),
      sdks: new Sdks(),
      close: () => undefined,
    },
    log: silentLog,
  });
  const at = (path: string, body?: string): Promise<Asked> => {
    const { port } = server.address() as AddressInfo;
    return ask({
      url: `http://127.0.0.1:${port}${path}`,
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
  };

  before((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  after(() => server.close());

  it('hand a certificate to whoever is on their network and names it with its version', async () => {
    assert.equal((await at('/certificate?name=shop&version=1')).text, 'PEM of shop');
    assert.equal((await at('/certificate?name=shop&version=2')).status, 404);
    assert.equal((await at('/certificate')).status, 404);
  });

  it('take note of what an edge has counted, and of nothing that is not that', async () => {
    const line = 'web-blue 9 1 5 0 0 2 1 1 3 12';
    assert.equal((await at('/traffic?task=t1', `${line}\n`)).status, 204);
    const counts = { requests: 9, status2xx: 5, status3xx: 0, status4xx: 0, status5xx: 2 };
    const more = { ...counts, statusOther: 2, connectionErrors: 1 };
    assert.deepEqual(counted, [['t1', [['web-blue', { counts: more, inFlight: 3, latencyMs: 12 }]]]]);
    for (const bad of ['web 1 2', `${line} 4`, line.replace('9', '-9'), line.replace('blue', 'red')])
      assert.equal((await at('/traffic?task=t1', bad)).status, 400);
    assert.equal((await at('/traffic?task=T-1', line)).status, 400);
    assert.equal(counted.length, 1);
  });

  it('hand out documents, nothing, or that there is no state', async () => {
    pull = () => Promise.resolve({ kind: 'document', text: 'é#end\n' });
    const answer = await at('/pull?task=t1&object=o&version=4&hash=h');
    assert.deepEqual([answer.status, answer.text], [200, 'é#end\n']);
    assert.deepEqual(pulled.at(-1), { object: 'o', version: 4, hash: 'h' });
    pull = () => Promise.resolve({ kind: 'nothing' });
    assert.equal((await at('/pull?version=4')).status, 204);
    pull = () => Promise.resolve({ kind: 'no-state' });
    assert.equal((await at('/pull?version=4')).status, 503);
    for (const version of ['x', '-1', '1.5', '9e99'])
      assert.equal((await at(`/pull?version=${version}`)).status, 400);
  });

  it('tell a pull that its edge has gone', async () => {
    const controller = new AbortController();
    const ended = new Promise<void>((resolve) => {
      pull = (_holding, signal) =>
        new Promise((answer) => {
          controller.abort();
          signal.addEventListener('abort', () => {
            resolve();
            answer({ kind: 'nothing' });
          });
        });
    });
    const { port } = server.address() as AddressInfo;
    const asked = fetch(`http://127.0.0.1:${port}/pull?version=1`, { signal: controller.signal });
    await assert.rejects(asked);
    await ended;
  });

  it('take a report as the ledger keeps it, and confirm it only when it is written', async () => {
    const answer = await at('/ack?task=abc123', 'o 7 h web-blue=2/0/1,web-green=0/3/0');
    assert.equal(answer.status, 204);
    assert.deepEqual(reports.at(-1), [
      'abc123',
      {
        object: 'o',
        version: 7,
        hash: 'h',
        slots: {
          'web-blue': { healthy: 2, sessions: 0, closed: 1 },
          'web-green': { healthy: 0, sessions: 3, closed: 0 },
        },
      },
    ]);
    written = () => Promise.reject(new Error('no leader'));
    assert.equal((await at('/ack?task=abc123', 'o 7 h -')).status, 500);
    written = () => Promise.resolve();
  });

  it('refuse what is no report', async () => {
    const before = reports.length;
    for (const [task, body] of [
      ['abc', 'nonsense'],
      ['abc', ''],
      ['abc', 'o x h -'],
      ['abc', `o 7 h ${'a-blue=1/1/1,'.repeat(10_000)}b-blue=1/1/1`],
      ['', 'o 7 h -'],
      ['a.b', 'o 7 h -'],
    ] as const)
      assert.equal((await at(`/ack?task=${task}`, body)).status, 400, `${task}: ${body.slice(0, 20)}`);
    assert.equal(reports.length, before);
  });

  it('lead services to the flags, with at most as much as a context can be', async () => {
    assert.equal((await at('/ofrep/v1/x?y', '{}')).text, 'flags at /ofrep/v1/x?y');
    assert.equal((await at('/ofrepp', '{}')).status, 404);
  });

  it('say that the process lives even when it is of no use to edges', async () => {
    ready = false;
    assert.equal((await at('/healthz')).status, 200);
    assert.equal((await at('/readyz')).status, 503);
    ready = true;
    assert.equal((await at('/readyz')).status, 200);
    assert.deepEqual(JSON.parse((await at('/status')).text), { version: 5 });
    assert.equal((await at('/elsewhere')).status, 404);
  });
});
