/**
 * What the agent itself costs: its start, its memory after a deploy, and a whole deploy of what runs already.
 * `npx tsx bench/agent.ts` runs it alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { must, openShop, type Shop } from '../test/support/shop.ts';
import { eventsPerSecond } from './events.ts';
import { median, timed, type Report } from './figures.ts';
import { quietCall, startAgent, type RunningAgent } from './stdio-agent.ts';

const starts = 15;
const unchangedDeploys = 10;

export async function bench(report: Report): Promise<void> {
  await startTimes(report);
  report({ name: 'agent_events_per_s', value: await eventsPerSecond(), unit: '/s' });
  const shop = await openShop({ about: 'bench', healthChecks: true });
  try {
    const agent = await startAgent(shop.env);
    try {
      await afterDeploy(shop, agent, report);
    } finally {
      await agent.stop();
    }
  } finally {
    await shop.close();
  }
}

/** Next to the start of Node.js itself, which nothing here can shorten. */
async function startTimes(report: Report): Promise<void> {
  const own: number[] = [];
  const node: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const agent = await startAgent(process.env);
    own.push(agent.startMs);
    await agent.stop();
    node.push(await timed(() => once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')));
  }
  const peer = { peer: 'node -e 0, until its exit, ms', peerValue: median(node) };
  report({ name: 'agent_start_ms', value: median(own), unit: 'ms', ...peer });
}

/** Through this agent everything is done: a first deploy with its build, a second one, and deploys of nothing new. */
async function afterDeploy(shop: Shop, agent: RunningAgent, report: Report): Promise<void> {
  const deploy = async (ref: string): Promise<string> => {
    const params = { folder: shop.folder, environment: 'dev', ref, hold: false };
    const { outcome, message } = await agent.api.request('deploy', params, quietCall);
    if (outcome !== 'done' && outcome !== 'unchanged') throw new Error(message);
    return outcome;
  };
  await deploy('v1.0.0');
  await deploy('v1.1.0');
  report({ name: 'agent_rss_mb', value: await agent.residentMb(), unit: 'MB' });
  const own: number[] = [];
  const cli: number[] = [];
  for (let round = 0; round < unchangedDeploys; round += 1) {
    own.push(await timed(() => deploy('v1.1.0')));
    cli.push(await timed(() => must(shop.cli('deploy', 'dev', 'v1.1.0'))));
  }
  report({ name: 'unchanged_deploy_agent_ms', value: median(own), unit: 'ms' });
  report({ name: 'unchanged_deploy_cli_ms', value: median(cli), unit: 'ms' });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await bench((line) => console.log(JSON.stringify(line)));
