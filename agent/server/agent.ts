/** The agent: every method of the protocol, over the rooms below. It holds no truth; the ledger does. */
import { readFile } from 'node:fs/promises';
import { systemClock, type Clock } from '../common/clock.ts';
import { silentLog, type Log } from '../common/log.ts';
import type { AgentApi, Call, Method, Params, Results } from '../protocol/methods.ts';
import { openSwarm } from '../swarm/docker-swarm.ts';
import { checkConfirmed } from './confirmation.ts';
import { checkFlagSource } from './flag-sources/open.ts';
import { defaultLimits, type Limits } from '../release/engine.ts';
import { openConnections, type Connections, type OpenSwarm } from './connections.ts';
import { ownFolders, type OwnFolders } from './folders.ts';
import { identity, working, type Identity } from './identity.ts';
import { openServings, type Servings } from './local/servings.ts';
import { applyBacking } from './methods/apply-backing.ts';
import { blob } from './methods/blob.ts';
import { deploy } from './methods/deploy.ts';
import { down } from './methods/down.ts';
import { flagEdit, flagRules, nameFlagsFile } from './methods/flag-editing.ts';
import { flagKeys } from './methods/flag-keys.ts';
import { flagCounts } from './methods/flag-counts.ts';
import { clearOverrides, localFlags, overrideFlag } from './methods/flag-overrides.ts';
import { flagVariables, serveFlags } from './methods/flag-serve.ts';
import { createFlag, listFlags, switchFlag, useFlagToken } from './methods/flag-source.ts';
import { forgetEdge } from './methods/forget-edge.ts';
import { projectHistory } from './methods/history.ts';
import { init } from './methods/init.ts';
import { logs } from './methods/logs.ts';
import { evaluateFlags } from './methods/flag-evaluate.ts';
import { applyFlags, flagDrift, takeFlags } from './methods/flag-drift.ts';
import { exportEnvironmentFlags, importFlags } from './methods/flag-exchange.ts';
import { flagHistory, undoFlag } from './methods/flag-history.ts';
import { flagToken } from './methods/flag-token.ts';
import { maintenance } from './methods/maintenance.ts';
import { abort, promote } from './methods/decide.ts';
import { doctor } from './methods/doctor.ts';
import { completeFile, hoverFile, outlineFile } from './methods/editing.ts';
import { plan } from './methods/plan.ts';
import { preview } from './methods/preview.ts';
import { project } from './methods/project.ts';
import { refs } from './methods/refs.ts';
import { releases } from './methods/releases.ts';
import { rollback } from './methods/rollback.ts';
import { rollbackPlan } from './methods/rollback-plan.ts';
import { setCertificate } from './methods/set-certificate.ts';
import { setup } from './methods/setup.ts';
import { startSwarm } from './methods/start-swarm.ts';
import { suite } from './methods/suite.ts';
import { status } from './methods/status.ts';
import { traffic } from './methods/traffic.ts';
import { validate } from './methods/validate.ts';
import { watch } from './methods/watch.ts';
import { namingEnvironment } from './naming.ts';
import { openFeeds, type Feeds } from './watch/feeds.ts';
import { told } from './watch/tee.ts';

export interface AgentOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Paths of control's bundle and of the edge's Lua task. */
  readonly assets: { readonly controlBundle: string; readonly edgeLua: string };
  readonly clock?: Clock;
  readonly log?: Log;
  readonly open?: OpenSwarm;
  /** Of rollouts, where they are not the usual ones. */
  readonly limits?: Partial<Limits>;
  /** Of this process's user, where they are not the usual ones. */
  readonly folders?: OwnFolders;
  /** What several sessions of one process have together; without it, an agent has its own. */
  readonly shared?: {
    readonly connections: Connections;
    readonly feeds: Feeds;
    readonly servings: Servings;
  };
}

/** What methods work with. */
export interface Agent {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseSeconds: number;
  readonly limits: Limits;
  readonly identity: Identity;
  readonly connections: Connections;
  readonly feeds: Feeds;
  readonly folders: OwnFolders;
  /** Flags that this process serves on this machine. */
  readonly servings: Servings;
  /** Of this client, by the address of the flag server. */
  readonly flagTokens: Map<string, string>;
  readonly readAssets: () => Promise<{ readonly control: string; readonly lua: string }>;
}

type Methods = {
  readonly [M in Method]: (agent: Agent, params: Params<M>, call: Call) => Promise<Results[M]>;
};

const methods: Methods = {
  setup,
  deploy,
  promote,
  abort,
  rollback,
  rollbackPlan,
  blob,
  suite,
  status,
  releases,
  logs,
  down,
  maintenance,
  'backing.apply': applyBacking,
  setCertificate,
  forgetEdge,
  'flags.list': listFlags,
  flagKeys,
  flagRules,
  flagEdit,
  nameFlagsFile,
  'flags.set': switchFlag,
  'flags.create': createFlag,
  'flags.useToken': useFlagToken,
  'flags.token': flagToken,
  'flags.evaluate': evaluateFlags,
  'flags.drift': flagDrift,
  'flags.take': takeFlags,
  'flags.apply': applyFlags,
  'flags.history': flagHistory,
  'flags.undo': undoFlag,
  'flags.export': exportEnvironmentFlags,
  'flags.import': importFlags,
  'flags.counts': flagCounts,
  'flags.serve': serveFlags,
  'flags.variables': flagVariables,
  'flags.override': overrideFlag,
  'flags.clearOverrides': clearOverrides,
  'flags.local': localFlags,
  plan,
  init,
  validate,
  outline: outlineFile,
  complete: completeFile,
  hover: hoverFile,
  startSwarm,
  project,
  refs,
  history: projectHistory,
  preview,
  doctor,
  watch,
  traffic,
};

export function createAgent(options: AgentOptions): AgentApi & { close(): void } {
  const { env, assets, clock = systemClock, log = silentLog, open = openSwarm } = options;
  const agent: Agent = {
    env,
    clock,
    log,
    leaseSeconds: leaseOf(env),
    limits: { ...defaultLimits, ...options.limits },
    identity: identity(),
    connections: options.shared?.connections ?? openConnections({ env, clock, log, open }),
    feeds: options.shared?.feeds ?? openFeeds(),
    folders: options.folders ?? ownFolders(process.env, process.platform),
    servings: options.shared?.servings ?? openServings(),
    flagTokens: new Map(),
    readAssets: async () => ({
      control: await readFile(assets.controlBundle, 'utf8'),
      lua: await readFile(assets.edgeLua, 'utf8'),
    }),
  };
  return {
    request: async (method, params, call) => {
      await checkConfirmed(agent, method, params);
      await checkFlagSource(agent, method, params);
      const own: Agent = { ...agent, identity: identity() };
      return working(own.identity, () =>
        told(own, method, params, call, (tee) => methods[method](own, params, tee)),
      ).catch((error: unknown) => {
        throw namingEnvironment(error, params);
      });
    },
    close: () => {
      if (options.shared !== undefined) return;
      agent.feeds.close();
      agent.connections.close();
    },
  };
}

/** How long a silent driver is believed to live. Short ones are for tests. */
function leaseOf(env: NodeJS.ProcessEnv): number {
  const seconds = Number(env['TIDEGATE_LEASE_SECONDS'] ?? 15);
  return Number.isInteger(seconds) && seconds >= 2 && seconds <= 300 ? seconds : 15;
}
