/**
 * Base images out of the host's own Debian packages, for machines that reach no registry: as close to the
 * public ones (`haproxy:3.0-alpine`, `node:22-alpine`) as what Tidegate and its sample use of them.
 */
import path from 'node:path';
import { output } from '../command.ts';
import { unpackPackages } from './debian.ts';
import { RootFs } from './rootfs.ts';

export interface Recipe {
  /** `haproxy` in `tidegate-base/haproxy:2.6`. */
  readonly name: 'haproxy' | 'node' | 'redis';
  /** Changes whenever the recipe would give another image. */
  readonly text: string;
  readonly dockerfile: string;
  /** Collects the files; `folder` is an empty one for downloads. Returns the image's tag as well. */
  cook(folder: string): Promise<{ readonly files: RootFs; readonly tag: string }>;
}

// Like the public image: options or the bare name start HAProxy in the foreground under its master.
const haproxyEntrypoint = `#!/bin/sh
set -e
case "$1" in -*) set -- haproxy "$@" ;; esac
if [ "$1" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
`;

const haproxyDockerfile = `FROM scratch
COPY root/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN chown haproxy: /usr/local/etc/haproxy /var/lib/haproxy
STOPSIGNAL SIGUSR1
USER haproxy
WORKDIR /var/lib/haproxy
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
`;

// Like the public image: options and files that are no programs are Node's.
const nodeEntrypoint = `#!/bin/sh
set -e
case "$1" in
  -*) set -- node "$@" ;;
  *) command -v "$1" >/dev/null || set -- node "$@" ;;
esac
exec "$@"
`;

const nodeDockerfile = `FROM scratch
COPY root/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN chown node: /home/node
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]
`;

export const haproxyRecipe: Recipe = {
  name: 'haproxy',
  text: [haproxyDockerfile, haproxyEntrypoint].join(),
  dockerfile: haproxyDockerfile,
  cook: async (folder) => {
    const { root, versions } = await unpackPackages(['haproxy', 'busybox-static'], folder);
    const files = await userland(root);
    files.folder('/usr/local/etc/haproxy');
    files.folder('/var/lib/haproxy');
    files.text('/usr/local/bin/docker-entrypoint.sh', haproxyEntrypoint, 0o755);
    await files.program(path.join(root, 'usr/sbin/haproxy'), '/usr/local/sbin/haproxy', root);
    return { files, tag: /^\d+\.\d+/.exec(versions['haproxy'] ?? '')?.[0] ?? 'local' };
  },
};

export const nodeRecipe: Recipe = {
  name: 'node',
  text: [nodeDockerfile, nodeEntrypoint, process.version].join(),
  dockerfile: nodeDockerfile,
  cook: async (folder) => {
    const { root } = await unpackPackages(['busybox-static'], folder);
    const files = await userland(root);
    files.folder('/home/node');
    files.text('/usr/local/bin/docker-entrypoint.sh', nodeEntrypoint, 0o755);
    await files.program(process.execPath, '/usr/local/bin/node');
    return { files, tag: process.versions.node.split('.')[0] ?? 'local' };
  },
};

// Like the public image: keeps its data in /data, answers everybody on its network.
const redisDockerfile = `FROM scratch
COPY root/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
WORKDIR /data
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["redis-server"]
`;

const redisEntrypoint = `#!/bin/sh
set -e
case "$1" in -*) set -- redis-server "$@" ;; esac
if [ "$1" = redis-server ]; then set -- "$@" --protected-mode no; fi
exec "$@"
`;

export const redisRecipe: Recipe = {
  name: 'redis',
  text: [redisDockerfile, redisEntrypoint].join(),
  dockerfile: redisDockerfile,
  cook: async (folder) => {
    const { root, versions } = await unpackPackages(
      ['redis-server', 'redis-tools', 'busybox-static'],
      folder,
    );
    const files = await userland(root);
    files.folder('/data');
    files.text('/usr/local/bin/docker-entrypoint.sh', redisEntrypoint, 0o755);
    // One program: what it is depends on the name it is started by.
    await files.program(path.join(root, 'usr/bin/redis-check-rdb'), '/usr/local/bin/redis-server', root);
    await files.program(path.join(root, 'usr/bin/redis-cli'), '/usr/local/bin/redis-cli', root);
    const version = versions['redis-server'] ?? versions['redis-tools'] ?? '';
    return { files, tag: /(\d+\.\d+)\.\d+/.exec(version)?.[1] ?? 'local' };
  },
};

/** A shell with every tool busybox has (a single missing one shows up much later), users, and the usual folders. */
async function userland(unpacked: string): Promise<RootFs> {
  const files = new RootFs();
  for (const folder of ['/bin', '/etc', '/root', '/usr/bin', '/var/run']) files.folder(folder);
  for (const folder of ['/tmp', '/var/tmp']) files.folder(folder, 0o1777);
  files.text('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n');
  files.text(
    '/etc/passwd',
    accounts.map(([name, id, home]) => `${name}:x:${id}:${id}::${home}:/bin/sh\n`).join(''),
  );
  files.text('/etc/group', accounts.map(([name, id]) => `${name}:x:${id}:\n`).join(''));
  const busybox = path.join(unpacked, 'bin/busybox');
  await files.program(busybox, '/bin/busybox');
  const tools = (await output(busybox, ['--list'])).split('\n').filter((tool) => tool && tool !== 'busybox');
  for (const tool of tools) files.link(`/bin/${tool}`, 'busybox');
  files.link('/usr/bin/env', '/bin/busybox');
  return files;
}

const accounts = [
  ['root', 0, '/root'],
  ['haproxy', 99, '/var/lib/haproxy'],
  ['node', 1000, '/home/node'],
  ['nobody', 65_534, '/'],
] as const;
