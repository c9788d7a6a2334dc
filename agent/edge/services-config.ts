/**
 * The part of an edge's configuration that needs a reload: one backend for each slot. It changes with the set
 * of services, their ports, health paths and size, and with certificates; not with a swap, and not with filling or
 * emptying a slot of the same shape.
 */
import { sha256 } from '../common/canonical.ts';
import { colours, slotKey, slotServiceName, type Colour } from '../common/names.ts';
import { unsafeText } from './failures.ts';
import { meshFrontend, onlyOn } from './mesh-config.ts';
import { hasInside, type Routing, type ServiceRouting, type SlotTarget } from './routing.ts';
import { serves } from './side.ts';

/** Goes into the map and into a regular expression: letters, digits, `.`, `_`, `~`, `-`, segment by segment. */
export const pathPrefix = /^\/(?:[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*)?$/;

export interface ServicesConfig {
  /** Whole file: `# <hash>` first, `#end` last, so that a torn file is recognised. */
  readonly text: string;
  /** 12 hex digits over the content. */
  readonly hash: string;
}

/** Throws `ledger.corrupt` when a name, port or path would break out of HAProxy's syntax. */
export function renderServices(routing: Routing): ServicesConfig {
  const stack = checked('stack name', /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, routing.stack);
  const body = certificateLines(routing) + sections(stack, routing).join('\n');
  const hash = sha256(body).slice(0, 12);
  return { text: `# ${hash}\n${body}\n#end\n`, hash };
}

/** Edges and the mesh get the same text: what only one of them is to have stands under a condition. */
function sections(stack: string, routing: Routing): readonly string[] {
  const both = hasInside(routing);
  const backends = routing.services.flatMap((service) => {
    const slots = colours.map((colour) => backend(stack, service, colour));
    if (!both || (serves(service, 'inside') && serves(service, 'outside'))) return slots;
    return onlyOn(serves(service, 'inside') ? 'inside' : 'outside', slots);
  });
  const ports = routing.services.flatMap(({ inside = [] }) => inside.map(checkedPort));
  const listening = [...new Set(ports)].sort((a, b) => a - b);
  return [...backends, ...(both ? onlyOn('inside', [meshFrontend(listening)]) : [])];
}

/** Comments to HAProxy: the edge's task fetches what they name, and lists it for HAProxy, before it reloads. */
function certificateLines({ certificates = {} }: Routing): string {
  return Object.entries(certificates)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, version]) => {
      checked('name of a certificate', /^[a-z0-9-]{1,40}$/, name);
      return `# certificate ${name} ${checked('version of a certificate', /^[0-9a-f]{12}$/, version)}\n`;
    })
    .join('');
}

function backend(stack: string, service: ServiceRouting, colour: Colour): string {
  const name = checked('service name', /^[a-z0-9][a-z0-9_-]*$/, service.service);
  const slot = slotKey(name, colour);
  const target = service.slots.find((candidate) => candidate.slot === slot) ?? service.slots[0];
  // A service without any content: its backend exists all the same, for there is a route to it.
  if (!target) return `backend ${slot} from tidegate-slot\n`;
  const port = checkedPort(target.port);
  const health = checked('health path', /^\/[\x21\x24-\x26\x28-\x5b\x5d-\x7e]*$/, target.health);
  return [
    `backend ${slot} from tidegate-slot`,
    // The edge's task reads this line: server states are taken over a reload only where it stayed the same.
    `  # target ${port} ${health}`,
    ...stripping(target, service),
    `  http-check send meth GET uri ${health} ver HTTP/1.1 hdr host localhost hdr user-agent tidegate-edge`,
    `  server-template s ${servers(service)} tasks.${slotServiceName(stack, name, colour)}:${port}`,
    '',
  ].join('\n');
}

/**
 * The app hears `/orders` where it was asked for `/api/orders`. A probe that names its path has it as it is, and so has
 * whoever calls the service by its name.
 */
function stripping({ strip = [] }: SlotTarget, { inside }: ServiceRouting): readonly string[] {
  const prefixes = strip
    .map((prefix) => checked('path', pathPrefix, prefix))
    .filter((prefix) => prefix !== '/')
    .sort((a, b) => b.length - a.length)
    .map((prefix) => prefix.replaceAll('.', '[.]'));
  if (prefixes.length === 0) return [];
  const pattern = `^(${prefixes.join('|')})(/(.*))?$`;
  const whole = inside === undefined ? '' : ' || { var(txn.inside) -m found }';
  return [`  http-request replace-path '${pattern}' '/\\3' unless { var(txn.ask) -m found }${whole}`];
}

/** Room for the replicas of both the old and the new tasks of a slot, in steps that make reloads rare. */
function servers(service: ServiceRouting): number {
  const replicas = Math.max(0, ...service.slots.map((slot) => slot.replicas));
  return Math.max(8, 2 ** Math.ceil(Math.log2(Math.max(1, 2 * replicas))));
}

function checkedPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw unsafeText('port', String(port));
  return port;
}

function checked(what: string, pattern: RegExp, value: string): string {
  if (!pattern.test(value)) throw unsafeText(what, value);
  return value;
}
