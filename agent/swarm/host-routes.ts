/** Where this machine sends IPv4 packets by itself: a network of ours must not lie in the way. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';

/** Subnets (`192.168.1.0/24`) of this machine's interfaces and, on Linux, of its routing table. */
export async function hostSubnets(): Promise<readonly string[]> {
  const ofInterfaces = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ family, cidr }) => (family === 'IPv4' && cidr !== null ? [cidr] : []));
  const table = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return [...ofInterfaces, ...parseRouteTable(table)];
}

/** Linux's `/proc/net/route`: addresses are little-endian hex words. The default route is left out. */
export function parseRouteTable(text: string): readonly string[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.split('\t');
      const [destination, mask] = [fields[1], fields[7]];
      if (!/^[0-9A-F]{8}$/.test(destination ?? '') || !/^[0-9A-F]{8}$/.test(mask ?? '')) return [];
      const prefix = bytes(mask ?? '').reduce(
        (bits, byte) => bits + byte.toString(2).replaceAll('0', '').length,
        0,
      );
      return prefix === 0 ? [] : [`${bytes(destination ?? '').join('.')}/${prefix}`];
    });
}

function bytes(word: string): readonly number[] {
  return [6, 4, 2, 0].map((at) => Number.parseInt(word.slice(at, at + 2), 16));
}
