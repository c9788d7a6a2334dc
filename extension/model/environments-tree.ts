/** The view "Environments": environment, its rollout, its services, their slots, and their last releases. */
import type {
  BackingStatus,
  EnvironmentStatus,
  RolloutStatus,
  SlotStatus,
} from '../../agent/protocol/methods.ts';
import { hintForEditor } from './hints.ts';
import { plain, type Target, type TreeNode } from './node.ts';
import { lastReleases } from './service-releases.ts';
import { isHeld, liveRelease, openRollout, type EnvironmentState, type ProjectState } from './state.ts';
import { nameOf, phaseWords } from './words.ts';

/** `now`: milliseconds since the epoch. With one project its environments are the first level. */
export function environmentsTree(projects: readonly ProjectState[], now: number): readonly TreeNode[] {
  const trees = projects.map((project) => ({
    project,
    environments: project.environments.map((state) => environmentNode(project, state, now)),
  }));
  const [only] = trees;
  if (only !== undefined && trees.length === 1) return [...troubleOf(only.project), ...only.environments];
  return trees.map(({ project, environments }) => ({
    id: `project:${project.folder}`,
    label: project.name,
    description: '',
    kinds: ['project'],
    icon: { id: 'package' },
    tooltip: plain(project.folder),
    spoken: `project ${project.name}`,
    children: [...troubleOf(project), ...environments],
    open: true,
    target: undefined,
  }));
}

function troubleOf({ folder, trouble }: ProjectState): readonly TreeNode[] {
  if (trouble === undefined) return [];
  const { message, hint = '' } = trouble;
  const tooltip = [message, hintForEditor(hint)].filter(Boolean).join('\n\n');
  return [leaf(`trouble:${folder}`, 'tidegate.yaml', firstOf(message), ['trouble'], 'error', tooltip)];
}

/** Of several problems, one a line below how many there are: the first, which is the one to begin with. */
function firstOf(message: string): string {
  const [head = '', first, ...more] = message.split('\n').map((line) => line.trim());
  if (first === undefined) return head;
  return more.length === 0 ? first : `${first} (and ${more.length} more)`;
}

function environmentNode({ folder }: ProjectState, state: EnvironmentState, now: number): TreeNode {
  const { facts, status } = state;
  const name = facts.environment;
  const target: Target = { folder, environment: name };
  const id = `${folder}#${name}`;
  const rollout = openRollout(state);
  const description = [facts.protected ? 'protected' : '', summary(state, rollout, now)]
    .filter(Boolean)
    .join(' · ');
  const problem = state.trouble?.message ?? status?.problem ?? null;
  return {
    id,
    label: name,
    description,
    kinds: kindsOf(state, rollout),
    icon: iconOf(state, rollout),
    tooltip: environmentTooltip(state, problem),
    spoken: `environment ${name}, ${description}`,
    children: [
      ...(rollout === undefined ? [] : [rolloutNode(id, target, rollout, now)]),
      ...(problem === null
        ? []
        : [leaf(`${id}#problem`, 'Problem', problem, ['problem'], 'warning', problem)]),
      ...(status?.services ?? []).map((service) => serviceNode({ id, target, service, state })),
      ...(status?.backing ?? []).map((backing) =>
        backingNode(id, { ...target, service: backing.service }, backing),
      ),
      ...behind(id, status),
    ],
    open: true,
    target,
  };
}

function kindsOf({ facts, status }: EnvironmentState, rollout: RolloutStatus | undefined): readonly string[] {
  return [
    'environment',
    status?.state ?? 'unknown',
    facts.protected ? 'protected' : 'unprotected',
    ...(rollout === undefined ? ['idle'] : ['running', ...(isHeld(rollout) ? ['held'] : [])]),
  ];
}

function summary(state: EnvironmentState, rollout: RolloutStatus | undefined, now: number): string {
  const { status, trouble } = state;
  if (trouble !== undefined) return 'cannot be watched';
  if (status === undefined) return 'loading …';
  if (rollout !== undefined) return `${rollout.ref}: ${phaseWords(rollout, now)}`;
  switch (status.state) {
    case 'not-set-up':
      return 'not set up';
    case 'unreachable':
      return 'not reachable';
    case 'corrupt':
      return 'its ledger is damaged';
    case 'going-down':
      return 'being taken down';
    case 'ready': {
      const live = liveRelease(state);
      const page = status.maintenance === null ? '' : ' · maintenance page is up';
      return `${live === null ? 'nothing deployed yet' : nameOf(live)}${page}`;
    }
  }
}

function iconOf({ status, trouble }: EnvironmentState, rollout: RolloutStatus | undefined): TreeNode['icon'] {
  if (trouble !== undefined) return { id: 'warning', colour: 'warn' };
  if (status === undefined) return { id: 'loading~spin' };
  if (rollout?.stage === 'partial') return { id: 'warning', colour: 'warn' };
  if (rollout !== undefined) return isHeld(rollout) ? { id: 'debug-pause' } : { id: 'sync~spin' };
  if (status.state === 'ready') return { id: 'pass', colour: 'good' };
  return status.state === 'not-set-up' ? { id: 'circle-outline' } : { id: 'error', colour: 'bad' };
}

function environmentTooltip({ facts, status }: EnvironmentState, problem: string | null): string {
  const rows = [
    `**${plain(facts.environment)}**${facts.protected ? ' (protected: changes are confirmed)' : ''}`,
    `stack ${plain(facts.stack)}, docker context ${plain(facts.dockerContext ?? 'default')}`,
    plain(facts.url),
    ...(status === undefined ? [] : [`edges: ${plain(edgeWords(status))}`]),
    ...(problem === null ? [] : [plain(problem)]),
  ];
  return rows.join('\n\n');
}

function edgeWords({ edges }: EnvironmentStatus): string {
  if (edges.length === 0) return 'none';
  const current = edges.filter(({ state }) => state === 'current').length;
  return `${current} of ${edges.length} have acknowledged what is wanted`;
}

/** Edges that have not: what they serve may be the old. */
function behind(id: string, status: EnvironmentStatus | undefined): readonly TreeNode[] {
  return (status?.edges ?? [])
    .filter(({ state }) => state === 'behind' || state === 'missing')
    .map(({ node, state, detail }) =>
      leaf(
        `${id}#edge:${node}`,
        `edge on ${node}`,
        `${state}: ${detail}`,
        ['edge', state],
        'warning',
        detail,
      ),
    );
}

function rolloutNode(id: string, target: Target, rollout: RolloutStatus, now: number): TreeNode {
  const words = phaseWords(rollout, now);
  const held = isHeld(rollout);
  return {
    id: `${id}#rollout:${rollout.id}`,
    label: `${rollout.kind === 'rollback' ? 'Back to' : 'Deploying'} ${rollout.ref}`,
    description: words,
    kinds: ['rollout', held ? 'held' : 'moving', rollout.stage],
    icon: { id: held ? 'debug-pause' : 'sync~spin' },
    tooltip: `${plain(rollout.ref)} by ${plain(rollout.by)}, since ${plain(rollout.since)}: ${plain(rollout.phase)}`,
    spoken: `${rollout.kind} of ${rollout.ref} by ${rollout.by}: ${words}`,
    children: [],
    open: false,
    target: { ...target, rollout: rollout.id },
    click: 'tidegate.showOutput',
  };
}

interface ServicePlace {
  readonly id: string;
  readonly target: Target;
  readonly service: EnvironmentStatus['services'][number];
  readonly state: EnvironmentState;
}

function serviceNode({ id, target, service: { service, slots }, state }: ServicePlace): TreeNode {
  const own = `${id}#service:${service}`;
  const active = slots.find((slot) => slot.state === 'active');
  const description = active?.release ? `${nameOf(active.release)} ${health(active)}` : 'no traffic';
  return {
    id: own,
    label: service,
    description,
    kinds: ['service'],
    icon: { id: 'server-process', ...(active && isSick(active) ? { colour: 'bad' as const } : {}) },
    tooltip: `**${plain(service)}**: ${plain(description)}`,
    spoken: `service ${service}, ${description}`,
    children: [
      ...slots.map((slot) => slotNode(own, { ...target, service }, slot, state)),
      ...lastReleases(own, { ...target, service }, state),
    ],
    open: true,
    target: { ...target, service },
  };
}

/** Databases and brokers: no slots, and never moved by a rollout. */
function backingNode(
  id: string,
  target: Target,
  { service, image, running, desired }: BackingStatus,
): TreeNode {
  const description = `${image} · ${running}/${desired ?? 'one a node'} running`;
  const sick = desired !== null && running < desired;
  return {
    id: `${id}#backing:${service}`,
    label: service,
    description,
    kinds: ['backing'],
    icon: { id: 'database', ...(sick ? { colour: 'bad' as const } : {}) },
    tooltip: `**${plain(service)}**: ${plain(description)}`,
    spoken: `backing service ${service}, ${description}`,
    children: [],
    open: false,
    target,
  };
}

function slotNode(id: string, target: Target, slot: SlotStatus, state: EnvironmentState): TreeNode {
  const parts = [
    slot.release === null ? '' : nameOf(slot.release),
    slotWords(slot),
    slot.state === 'empty' ? '' : health(slot),
    answerWords(slot, state),
  ].filter((part) => part !== '');
  const description = parts.join(' · ');
  const tag = slot.release?.tag;
  return {
    id: `${id}#${slot.colour}`,
    label: slot.colour,
    description,
    kinds: ['slot', slot.state, ...(slot.state === 'warm' && tag ? ['returnable'] : [])],
    icon: slotIcon(slot),
    tooltip: `**${slot.colour}**: ${plain(description)}${slot.answering ? `\n\nimage ${plain(slot.answering.digest)}` : ''}`,
    spoken: `slot ${slot.colour}, ${parts.join(', ')}`,
    children: [],
    open: false,
    target: { ...target, ...(tag ? { tag } : {}) },
  };
}

function slotWords({ state, share }: SlotStatus): string {
  switch (state) {
    case 'active':
      return `live ${share} %`;
    case 'warm':
      return 'warm: ready to roll back';
    case 'preparing':
      return share > 0 ? `new, ${share} % of the traffic` : 'new, no traffic yet';
    case 'empty':
      return 'empty';
  }
}

function slotIcon(slot: SlotStatus): TreeNode['icon'] {
  if (slot.state === 'empty') return { id: 'circle-outline' };
  if (slot.state === 'active') return { id: 'circle-filled', colour: isSick(slot) ? 'bad' : 'good' };
  return { id: slot.state === 'warm' ? 'history' : 'sync' };
}

function health({ healthy, desired }: SlotStatus): string {
  return `${healthy}/${desired} healthy`;
}

function isSick({ healthy, desired }: SlotStatus): boolean {
  return healthy < desired;
}

/** What the newest probe saw, in users' stead: worth a word when there is a slot that should answer. */
function answerWords({ state, answering, release }: SlotStatus, { history }: EnvironmentState): string {
  if (state === 'empty' || state === 'warm') return '';
  if (answering === null) return 'no answer seen';
  const digest = answering.digest.replace(/^sha256:/, '').slice(0, 7);
  if (answering.release === release?.number) return `answers ${answering.status} (${digest})`;
  const other = history?.find(({ to }) => to.number === answering.release)?.to.tag;
  return `answered by ${other ?? `release ${answering.release}`} (${digest})`;
}

function leaf(
  id: string,
  label: string,
  description: string,
  kinds: readonly string[],
  icon: string,
  tooltip: string,
): TreeNode {
  const colour = icon === 'error' ? 'bad' : 'warn';
  const spoken = `${label}: ${description}`;
  return {
    ...{ id, label, description, kinds, spoken, icon: { id: icon, colour }, tooltip: plain(tooltip) },
    ...{ children: [], open: false, target: undefined },
  };
}
