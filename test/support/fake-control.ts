/**
 * Stands in for control, to tell an edge things that control never would. Runs in the Swarm under control's
 * name, and takes its orders over a port of this machine.
 */
import { labels, names } from '../../agent/common/names.ts';
import type { ServiceSpec } from '../../agent/swarm/port.ts';
import { parseAcks, type Ack } from '../../agent/swarm/ledger/acks.ts';
import { ask } from './ask.ts';
import { freePort, type EdgeEnvironment } from './edge-environment.ts';
import { eventually } from './eventually.ts';

const program = `
let document = '', acks = [], waiting = [];
require('node:http').createServer((request, response) => {
  const url = new URL(request.url, 'http://x'), chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    const body = Buffer.concat(chunks).toString();
    if (request.method === 'PUT') { document = body; waiting.splice(0).forEach((send) => send()); response.end(); }
    else if (url.pathname === '/acks') response.end(JSON.stringify(acks));
    else if (url.pathname === '/ack') { acks.push({ at: Date.now(), task: url.searchParams.get('task'), text: body }); response.writeHead(204).end(); }
    else if (url.pathname === '/pull') {
      const send = () => { clearTimeout(timer); if (!response.writableEnded) response.end(document); };
      const timer = setTimeout(send, 500);
      if (document.startsWith('#tidegate ' + url.searchParams.get('object') + ' ' + url.searchParams.get('version') + ' ' + url.searchParams.get('hash') + '\\n')) waiting.push(send); else send();
    } else response.end('ok');
  });
}).listen(7000);
process.on('SIGTERM', () => process.exit(0));
`;

export interface FakeControl {
  /** What edges are told from now on. */
  tell(document: string): Promise<void>;
  /** Reports that came in, the oldest first; `at` in milliseconds since the epoch. */
  acks(): Promise<readonly { readonly at: number; readonly ack: Ack }[]>;
  /** The newest report, once there is one of that version. */
  acked(version: number): Promise<Ack>;
  stop(): Promise<void>;
}

/** Takes the place of the environment's control. */
export async function startFakeControl(env: EdgeEnvironment, image: string): Promise<FakeControl> {
  const { swarm, stack } = env;
  const real = await swarm.services.get(names.control(stack));
  if (real) await swarm.services.remove(real.id);
  const port = await freePort();
  const id = await swarm.services.create(spec(stack, { image, port, network: env.networks.control }));
  const url = `http://127.0.0.1:${port}`;
  await eventually(() => ask({ url }));
  const acks = async (): Promise<readonly { readonly at: number; readonly ack: Ack }[]> => {
    const { text } = await ask({ url: `${url}/acks` });
    const told = JSON.parse(text) as readonly { at: number; task: string; text: string }[];
    return told.flatMap((one) => {
      const ack = parseAcks('test', { [`ack.${one.task}`]: one.text }).acks[one.task];
      return ack ? [{ at: one.at, ack }] : [];
    });
  };
  return {
    tell: async (document) => {
      await ask({ url, method: 'PUT', body: document });
    },
    acks,
    acked: (version) =>
      eventually(async () => {
        const last = (await acks()).at(-1)?.ack;
        if (last?.version !== version) throw new Error(`version ${last?.version ?? 'none'}, not ${version}`);
        return last;
      }),
    stop: () => swarm.services.remove(id),
  };
}

function spec(
  stack: string,
  options: { readonly image: string; readonly port: number; readonly network: string },
): ServiceSpec {
  return {
    Name: names.control(stack),
    Labels: { [labels.stack]: stack, [labels.object]: 'control' },
    TaskTemplate: {
      ContainerSpec: { Image: options.image, Command: ['node', '-e', program] },
      Networks: [{ Target: options.network }],
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: {
      Mode: 'dnsrr',
      Ports: [{ Protocol: 'tcp', TargetPort: 7000, PublishedPort: options.port, PublishMode: 'host' }],
    },
  };
}
