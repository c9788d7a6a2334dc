/** The view "Environments": environment, its rollout, its services, their slots, and their last releases. */
import type {
  BackingStatus,
  EnvironmentStatus,
  RolloutStatus,
  SlotStatus,
} from '../../agent/protocol/methods.ts';
import { hintForEditor } from './hints.ts';
import { l10n } from './l10n.ts';
import { plain, type Target, type TreeNode } from './node.ts';
import { projectNames } from './project-names.ts';
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
  const names = projectNames(projects);
  return trees.map(({ project, environments }) => ({
    id: `project:${project.folder}`,
    label: names.get(project.folder) ?? project.name,
    description: '',
    kinds: ['project'],
    icon: { id: 'package' },
    tooltip: plain(project.folder),
    spoken: l10n.t('project {0}', project.name),
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
  return more.length === 0 ? first : l10n.t('{0} (and {1} more)', first, more.length);
}

function environmentNode({ folder }: ProjectState, state: EnvironmentState, now: number): TreeNode {
  const { facts, status } = state;
  const name = facts.environment;
  const target: Target = { folder, environment: name };
  const id = `${folder}#${name}`;
  const rollout = openRollout(state);
  const description = [facts.protected ? l10n.t('protected') : '', summary(state, rollout, now)]
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
    spoken: l10n.t('environment {0}, {1}', name, description),
    children: [
      ...(rollout === undefined ? [] : [rolloutNode(id, target, rollout, now)]),
      ...(isNew(state)
        ? [setUpNode(id, target)]
        : problem === null
          ? []
          : [leaf(`${id}#problem`, l10n.t('Problem'), problem, ['problem'], 'warning', problem)]),
      ...(status?.services ?? []).map((service) => serviceNode({ id, target, service, state })),
      ...(status?.backing ?? []).map((backing) =>
        backingNode(id, { ...target, service: backing.service }, backing),
      ),
      ...behind(id, target, status),
    ],
    open: true,
    target,
  };
}

/** That is how every environment begins, and no problem. */
function isNew({ status, trouble }: EnvironmentState): boolean {
  return trouble === undefined && status?.state === 'not-set-up';
}

function setUpNode(id: string, target: Target): TreeNode {
  const label = l10n.t('Set up {0}…', target.environment);
  const description = l10n.t('brings an edge and control into it, once');
  return {
    ...{ id: `${id}#set-up`, label, description, kinds: ['setUp'], icon: { id: 'tools' } },
    ...{ tooltip: plain(description), spoken: `${label}: ${description}` },
    ...{ children: [], open: false, target, click: 'tidegate.setUpEnvironment' },
  };
}

function kindsOf({ facts, status }: EnvironmentState, rollout: RolloutStatus | undefined): readonly string[] {
  return [
    'environment',
    status?.state ?? 'unknown',
    facts.protected ? 'protected' : 'unprotected',
    ...(rollout === undefined ? ['idle'] : ['running', ...(isHeld(rollout) ? ['held'] : [])]),
    ...(status?.maintenance == null ? [] : ['maintenance']),
    ...(facts.certificates === undefined ? [] : ['certificates']),
  ];
}

function summary(state: EnvironmentState, rollout: RolloutStatus | undefined, now: number): string {
  const { status, trouble } = state;
  if (trouble !== undefined) return l10n.t('cannot be watched');
  if (status === undefined) return l10n.t('loading …');
  if (rollout !== undefined) return `${rollout.ref}: ${phaseWords(rollout, now)}`;
  switch (status.state) {
    case 'not-set-up':
      return l10n.t('not set up');
    case 'unreachable':
      return l10n.t('not reachable');
    case 'corrupt':
      return l10n.t('its ledger is damaged');
    case 'going-down':
      return l10n.t('being taken down');
    case 'ready': {
      const live = liveRelease(state);
      return [
        live === null ? l10n.t('nothing deployed yet') : nameOf(live),
        ...(status.maintenance === null ? [] : [l10n.t('maintenance page is up')]),
      ].join(' · ');
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
    `**${plain(facts.environment)}**${facts.protected ? ` (${l10n.t('protected: changes are confirmed')})` : ''}`,
    l10n.t('stack {0}, docker context {1}', plain(facts.stack), plain(facts.dockerContext ?? 'default')),
    plain(facts.url),
    ...(status === undefined ? [] : [l10n.t('edges: {0}', plain(edgeWords(status)))]),
    ...(problem === null ? [] : [plain(problem)]),
  ];
  return rows.join('\n\n');
}

function edgeWords({ edges }: EnvironmentStatus): string {
  if (edges.length === 0) return l10n.t('none');
  const current = edges.filter(({ state }) => state === 'current').length;
  return l10n.t('{0} of {1} have acknowledged what is wanted', current, edges.length);
}

/** Edges that have not: what they serve may be the old. */
function behind(id: string, target: Target, status: EnvironmentStatus | undefined): readonly TreeNode[] {
  return (status?.edges ?? [])
    .filter(({ state }) => state === 'behind' || state === 'missing')
    .map(({ node, state, detail }) => {
      const words = state === 'missing' ? l10n.t('missing: {0}', detail) : l10n.t('behind: {0}', detail);
      // The internal edge is wherever it runs: of no node that could be gone for good.
      const kinds = ['edge', state, ...(node === 'inside' ? [] : ['node'])];
      const row = leaf(`${id}#edge:${node}`, l10n.t('edge on {0}', node), words, kinds, 'warning', detail);
      return { ...row, target: { ...target, node } };
    });
}

function rolloutNode(id: string, target: Target, rollout: RolloutStatus, now: number): TreeNode {
  const words = phaseWords(rollout, now);
  const held = isHeld(rollout);
  return {
    id: `${id}#rollout:${rollout.id}`,
    label:
      rollout.kind === 'rollback' ? l10n.t('Back to {0}', rollout.ref) : l10n.t('Deploying {0}', rollout.ref),
    description: words,
    kinds: ['rollout', held ? 'held' : 'moving', rollout.stage],
    icon: { id: held ? 'debug-pause' : 'sync~spin' },
    tooltip: l10n.t(
      '{0} by {1}, since {2}: {3}',
      ...[rollout.ref, rollout.by, rollout.since, rollout.phase].map(plain),
    ),
    spoken:
      rollout.kind === 'rollback'
        ? l10n.t('rollback of {0} by {1}: {2}', rollout.ref, rollout.by, words)
        : l10n.t('deploy of {0} by {1}: {2}', rollout.ref, rollout.by, words),
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
  const description = active?.release ? `${nameOf(active.release)} ${health(active)}` : l10n.t('no traffic');
  return {
    id: own,
    label: service,
    description,
    kinds: ['service'],
    icon: { id: 'server-process', ...(active && isSick(active) ? { colour: 'bad' as const } : {}) },
    tooltip: `**${plain(service)}**: ${plain(description)}`,
    spoken: l10n.t('service {0}, {1}', service, description),
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
  const description = `${image} · ${l10n.t('{0}/{1} running', running, desired ?? l10n.t('one a node'))}`;
  const sick = desired !== null && running < desired;
  return {
    id: `${id}#backing:${service}`,
    label: service,
    description,
    kinds: ['backing'],
    icon: { id: 'database', ...(sick ? { colour: 'bad' as const } : {}) },
    tooltip: `**${plain(service)}**: ${plain(description)}`,
    spoken: l10n.t('backing service {0}, {1}', service, description),
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
    tooltip: `**${slot.colour}**: ${plain(description)}${slot.answering ? `\n\n${l10n.t('image {0}', plain(slot.answering.digest))}` : ''}`,
    spoken: l10n.t('slot {0}, {1}', slot.colour, parts.join(', ')),
    children: [],
    open: false,
    target: { ...target, ...(tag ? { tag } : {}) },
  };
}

function slotWords({ state, share }: SlotStatus): string {
  switch (state) {
    case 'active':
      return l10n.t('live {0} %', share);
    case 'warm':
      return l10n.t('warm: ready to roll back');
    case 'preparing':
      return share > 0 ? l10n.t('new, {0} % of the traffic', share) : l10n.t('new, no traffic yet');
    case 'empty':
      return l10n.t('empty');
  }
}

function slotIcon(slot: SlotStatus): TreeNode['icon'] {
  if (slot.state === 'empty') return { id: 'circle-outline' };
  if (slot.state === 'active') return { id: 'circle-filled', colour: isSick(slot) ? 'bad' : 'good' };
  return { id: slot.state === 'warm' ? 'history' : 'sync' };
}

function health({ healthy, desired }: SlotStatus): string {
  return l10n.t('{0}/{1} healthy', healthy, desired);
}

function isSick({ healthy, desired }: SlotStatus): boolean {
  return healthy < desired;
}

/** What the newest probe saw, in users' stead: worth a word when there is a slot that should answer. */
function answerWords({ state, answering, release }: SlotStatus, { history }: EnvironmentState): string {
  if (state === 'empty' || state === 'warm') return '';
  if (answering === null) return l10n.t('no answer seen');
  const digest = answering.digest.replace(/^sha256:/, '').slice(0, 7);
  if (answering.release === release?.number) return l10n.t('answers {0} ({1})', answering.status, digest);
  const other = history?.find(({ to }) => to.number === answering.release)?.to.tag;
  return l10n.t('answered by {0} ({1})', other ?? l10n.t('release {0}', answering.release), digest);
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
