import type { EdgeStatus, EnvironmentStatus, RolloutStatus, SlotStatus } from '../../protocol/methods.ts';
import { ago } from '../duration.ts';
import { alignColumns } from '../table.ts';
import { cleanText, type Style } from '../terminal.ts';
import { releaseName } from './release-name.ts';

/** Each environment with its slots, edges and rollouts. `now`: milliseconds since the epoch. */
export function reportStatus(
  environments: readonly EnvironmentStatus[],
  style: Style,
  now: number,
): string[] {
  if (environments.length === 0) return ['The project has no environments.'];
  return environments.flatMap((environment, index) => [
    ...(index === 0 ? [] : ['']),
    ...one(environment, style, now),
  ]);
}

function one(environment: EnvironmentStatus, style: Style, now: number): string[] {
  const state = environment.state === 'ready' ? style.good('ready') : style.bad(environment.state);
  return [
    `${style.bold(environment.environment)}  ${state}  ${style.dim(environment.stack)}`,
    ...(environment.problem === null ? [] : [`  ${cleanText(environment.problem)}`]),
    ...maintenanceLine(environment, style),
    ...slotTable(environment, style),
    ...backingTable(environment, style),
    ...edgeTable(environment.edges, style),
    ...environment.rollouts.flatMap((rollout) => rolloutLines(rollout, style, now)),
  ];
}

function maintenanceLine({ environment, maintenance }: EnvironmentStatus, style: Style): string[] {
  if (maintenance === null) return [];
  const until = `"tidegate maintenance off ${environment}" takes it away`;
  return [
    `  ${style.bad('under maintenance')}: users get a page that says so, put up by ${cleanText(maintenance)}; ${until}`,
  ];
}

function slotTable(environment: EnvironmentStatus, style: Style): string[] {
  const rows = environment.services.flatMap(({ service, kind, slots }) =>
    slots.map((slot, index) =>
      slotRow(index === 0 ? service : '', { slot, isWorker: kind === 'worker' }, style),
    ),
  );
  if (rows.length === 0) return [];
  const head = ['  SERVICE', 'SLOT', 'STATE', 'RELEASE', 'SHARE', 'HEALTHY', 'ANSWERING'];
  return alignColumns([head.map((title) => style.dim(title)), ...rows]);
}

function slotRow(
  service: string,
  { slot, isWorker }: { readonly slot: SlotStatus; readonly isWorker: boolean },
  style: Style,
): string[] {
  return [
    `  ${service}`,
    slot.colour,
    slot.state === 'active' ? style.good(slot.state) : slot.state,
    releaseName(slot.release),
    slot.state === 'empty' || isWorker ? '–' : `${slot.share} %`,
    health(slot, style),
    isWorker ? '–' : answering(slot, style),
  ];
}

function health(slot: SlotStatus, style: Style): string {
  if (slot.state === 'empty') return '–';
  const text = `${slot.healthy}/${slot.desired}`;
  return slot.healthy < slot.desired ? style.bad(`${text} !`) : text;
}

/** What answered is held against what should: the table must not look well when it is not. */
function answering(slot: SlotStatus, style: Style): string {
  if (slot.answering === null) return slot.state === 'active' ? style.bad('nothing !') : '–';
  const { digest, status, release } = slot.answering;
  const text = `${shortDigest(digest)} ${status}`;
  if (slot.release !== null && slot.release.number !== release) return style.bad(`${text} of #${release} !`);
  return status >= 500 ? style.bad(`${text} !`) : text;
}

function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

function backingTable({ backing = [] }: EnvironmentStatus, style: Style): string[] {
  if (backing.length === 0) return [];
  const head = ['  BACKING', 'IMAGE', 'RUNNING'].map((title) => style.dim(title));
  const rows = backing.map(({ service, image, running, desired }) => {
    const text = desired === null ? String(running) : `${running}/${desired}`;
    return [`  ${service}`, image, running < (desired ?? 1) ? style.bad(`${text} !`) : text];
  });
  return alignColumns([head, ...rows]);
}

function edgeTable(edges: readonly EdgeStatus[], style: Style): string[] {
  if (edges.length === 0) return [];
  const head = ['  EDGE ON', 'STATE'].map((title) => style.dim(title));
  const rows = edges.map(({ node, state, detail }) => [
    `  ${node}`,
    state === 'current' ? style.good(state) : style.bad(`${state} !`),
    detail,
  ]);
  return alignColumns([head, ...rows]);
}

function rolloutLines(rollout: RolloutStatus, style: Style, now: number): string[] {
  const driver = rollout.driver === null ? 'nobody drives it now' : `driven by ${rollout.driver}`;
  const reason = rollout.reason === null ? '' : ` (${rollout.reason})`;
  return [
    `  ${style.bold(`${rollout.kind} of ${rollout.ref}`)} by ${rollout.by}: ${rollout.phase}${reason}`,
    style.dim(`    since ${ago(rollout.since, now)}, ${driver}, rollout ${rollout.id}`),
  ];
}
