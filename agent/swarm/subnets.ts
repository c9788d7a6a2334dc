/**
 * Which /20 a new overlay network gets. Swarm's own choice would be a /24 of 10.0.0.0/8: 251 addresses that
 * are used again soon after a task ends, while an edge may still send there. A /20 is used again late.
 */
import { sha256 } from '../common/canonical.ts';

/** An IPv4 range; both ends belong to it. */
interface Range {
  readonly first: number;
  readonly last: number;
}

// 10.201.0.0 to 10.250.255.255: far from Swarm's own choices, which start at 10.0.0.0 and count up.
const firstCandidate = ip(10, 201, 0, 0);
const size = 2 ** 12;
const count = (50 * 2 ** 16) / size;

/**
 * The first /20 that overlaps none of `taken` (networks of the engine) and, where possible, none of `routes`
 * (of this machine; a VPN may claim all of 10.0.0.0/8). Starts somewhere that depends on the name, so that
 * two environments that are set up at the same moment do not ask for the same one.
 */
export function freeSubnet(
  name: string,
  taken: readonly string[],
  routes: readonly string[],
): string | undefined {
  const start = Number.parseInt(sha256(name).slice(0, 8), 16) % count;
  const candidates = Array.from({ length: count }, (_, index) => {
    const first = firstCandidate + ((start + index) % count) * size;
    return { first, last: first + size - 1 };
  });
  const free = candidates.filter(apartFrom(taken));
  const chosen = free.find(apartFrom(routes)) ?? free[0];
  return chosen && `${dotted(chosen.first)}/20`;
}

export function subnetsOverlap(a: string, b: string): boolean {
  const [one, other] = [parseSubnet(a), parseSubnet(b)];
  return one !== undefined && other !== undefined && overlap(one, other);
}

function apartFrom(subnets: readonly string[]): (candidate: Range) => boolean {
  const ranges = subnets.flatMap((subnet) => parseSubnet(subnet) ?? []);
  return (candidate) => !ranges.some((range) => overlap(range, candidate));
}

function overlap(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** `10.0.1.0/24`; anything else (IPv6) overlaps nothing of ours. */
function parseSubnet(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a, b, c, d, prefix] = match.slice(1).map(Number) as [number, number, number, number, number];
  const width = 2 ** (32 - prefix);
  const first = Math.floor(ip(a, b, c, d) / width) * width;
  return { first, last: first + width - 1 };
}

function ip(a: number, b: number, c: number, d: number): number {
  return ((a * 256 + b) * 256 + c) * 256 + d;
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
