/**
 * The routes object of an environment: one Swarm config whose labels say which slot has the traffic, what is
 * in each slot, which rollout claims a service, and who holds the lock. One object, so that a late holder's
 * write fails. This file is its pure part: shape, codec, nothing else.
 *
 * Labels: `route.<service> = <colour>:<basis points to the other slot>`, `slot.<service>-<colour> = <release>`,
 * `rollout.<service> = <rollout id>`, `cut.<service>-<colour> = <rollout id>` (edges close what is still open
 * there), `lock = <holder>:<epoch>` (empty holder: free), `forgotten.<node id> = <who>`, `maintenance = <who>`,
 * `certificate.<name> = <version>` (12 hex digits of its content's digest).
 */
import { parseSlotKey, type Colour, type SlotKey } from '../../common/names.ts';
import { corruptLabel } from './failures.ts';

export interface Route {
  readonly active: Colour;
  /** Share of the other slot in basis points, 0..10000. */
  readonly canary: number;
}

export interface Lock {
  /** Who may write routes: a rollout's driver; `undefined` when free. */
  readonly holder: string | undefined;
  /** Grows with every change of holder; a writer with an old epoch is fenced off. */
  readonly epoch: number;
}

export interface Routes {
  readonly routes: Readonly<Record<string, Route>>;
  readonly slots: Readonly<Record<SlotKey, number>>;
  readonly claims: Readonly<Record<string, string>>;
  readonly cuts: Readonly<Record<SlotKey, string>>;
  readonly lock: Lock;
  /** Nodes that an operator declared gone: their edges are not waited for. */
  readonly forgotten: Readonly<Record<string, string>>;
  /** Who put up the page that says so; without it, users get the application. */
  readonly maintenance?: string;
  /** The version of each certificate that edges are to have, by name; only where there is one. */
  readonly certificates?: Readonly<Record<string, string>>;
}

export const emptyRoutes: Routes = {
  routes: {},
  slots: {},
  claims: {},
  cuts: {},
  lock: { holder: undefined, epoch: 0 },
  forgotten: {},
};

const serviceName = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Reads the labels; throws `ledger.corrupt` naming the label that is not as it must be. */
export function parseRoutes(object: string, labels: Readonly<Record<string, string>>): Routes {
  const routes: Record<string, Route> = {};
  const slots: Record<SlotKey, number> = {};
  const claims: Record<string, string> = {};
  const cuts: Record<SlotKey, string> = {};
  const forgotten: Record<string, string> = {};
  let lock: Lock = emptyRoutes.lock;
  let door: Pick<Routes, 'maintenance' | 'certificates'> = {};
  for (const [label, text] of Object.entries(labels)) {
    const bad = () => corruptLabel(object, label, text);
    const dot = label.indexOf('.');
    const kind = dot < 0 ? label : label.slice(0, dot);
    const name = dot < 0 ? '' : label.slice(dot + 1);
    switch (kind) {
      case 'route':
        routes[checked(serviceName, name, bad)] = parseRoute(text, bad);
        break;
      case 'slot':
        slots[checkedSlot(name, bad)] = parseNumber(text, 1, Number.MAX_SAFE_INTEGER, bad);
        break;
      case 'rollout':
        claims[checked(serviceName, name, bad)] = checked(/^[a-z0-9-]+$/, text, bad);
        break;
      case 'cut':
        cuts[checkedSlot(name, bad)] = checked(/^[a-z0-9-]+$/, text, bad);
        break;
      case 'lock':
        lock = parseLock(text, bad);
        break;
      case 'forgotten':
        forgotten[checked(/^[a-z0-9]+$/, name, bad)] = text;
        break;
      case 'certificate':
        door = { ...door, certificates: { ...door.certificates, ...parseCertificate(name, text, bad) } };
        break;
      case 'maintenance':
        door = { ...door, maintenance: text };
        break;
      case 'tidegate':
        break;
      default:
        throw bad();
    }
  }
  return { routes, slots, claims, cuts, lock, forgotten, ...door };
}

/** The labels of the routes; without the `tidegate.*` labels of the object itself. */
export function formatRoutes(routes: Routes): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [service, route] of Object.entries(routes.routes))
    out[`route.${service}`] = `${route.active}:${route.canary}`;
  for (const [slot, release] of Object.entries(routes.slots)) out[`slot.${slot}`] = String(release);
  for (const [service, rollout] of Object.entries(routes.claims)) out[`rollout.${service}`] = rollout;
  for (const [slot, rollout] of Object.entries(routes.cuts)) out[`cut.${slot}`] = rollout;
  for (const [node, who] of Object.entries(routes.forgotten)) out[`forgotten.${node}`] = who;
  if (routes.maintenance !== undefined) out['maintenance'] = routes.maintenance;
  for (const [name, version] of Object.entries(routes.certificates ?? {}))
    out[`certificate.${name}`] = version;
  out['lock'] = `${routes.lock.holder ?? ''}:${routes.lock.epoch}`;
  return out;
}

type Bad = () => Error;

function checked(pattern: RegExp, text: string, bad: Bad): string {
  if (!pattern.test(text)) throw bad();
  return text;
}

function checkedSlot(text: string, bad: Bad): SlotKey {
  const parsed = parseSlotKey(text);
  if (!parsed || !serviceName.test(parsed.service)) throw bad();
  return text as SlotKey;
}

function parseNumber(text: string, min: number, max: number, bad: Bad): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw bad();
  return value;
}

function parseRoute(text: string, bad: Bad): Route {
  const [, active, canary] = /^(blue|green):(\d{1,5})$/.exec(text) ?? [];
  if (active === undefined || canary === undefined) throw bad();
  return { active: active as Colour, canary: parseNumber(canary, 0, 10_000, bad) };
}

function parseCertificate(name: string, version: string, bad: Bad): Record<string, string> {
  return { [checked(/^[a-z0-9-]{1,40}$/, name, bad)]: checked(/^[0-9a-f]{12}$/, version, bad) };
}

function parseLock(text: string, bad: Bad): Lock {
  const [, holder, epoch] = /^([^\s:]*):(\d{1,15})$/.exec(text) ?? [];
  if (holder === undefined || epoch === undefined) throw bad();
  return { holder: holder === '' ? undefined : holder, epoch: Number(epoch) };
}
