/** Where the demo lives: its repository, its names on the Swarm, its port, and taking all of it away again. */
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import type Docker from 'dockerode';
import { sha256 } from '../../agent/common/canonical.ts';
import { labels } from '../../agent/common/names.ts';
import type { BaseImages } from '../images/base-images.ts';
import { createShopRepository } from '../shop-history.ts';

export const environment = 'dev';

export interface DemoPlace {
  /** The checkout of Tidegate. */
  readonly root: string;
  /** The shop's repository, git-ignored. */
  readonly shop: string;
  /** Another one in each checkout, so that two demos on one engine leave each other alone. */
  readonly project: string;
  readonly stack: string;
}

export function demoPlace(root: string): DemoPlace {
  const project = `shop-${sha256(root).slice(0, 4)}`;
  return {
    root,
    shop: path.join(root, '.tidegate', 'demo', 'shop'),
    project,
    stack: `${project}-${environment}`,
  };
}

/** A fresh repository in place of the last one. */
export async function createShop(
  place: DemoPlace,
  images: BaseImages & { readonly store: string },
  http: number,
): Promise<void> {
  await removeShop(place);
  await mkdir(path.dirname(place.shop), { recursive: true });
  await createShopRepository(place.shop, {
    http,
    images: { edge: images.edge, control: images.control },
    base: images.node,
    project: place.project,
    store: images.store,
  });
}

export async function removeShop({ shop }: DemoPlace): Promise<void> {
  await rm(path.dirname(shop), { recursive: true, force: true });
}

export async function isOnSwarm(docker: Docker, { stack }: DemoPlace): Promise<boolean> {
  const filters = { label: [`${labels.stack}=${stack}`] };
  const [services, configs, networks] = await Promise.all([
    docker.listServices({ filters }),
    docker.listConfigs({ filters }),
    docker.listNetworks({ filters }),
  ]);
  return services.length + configs.length + networks.length > 0;
}

/** The images of the shop's releases. Their containers must be gone. */
export async function removeShopImages(docker: Docker, { stack }: DemoPlace): Promise<number> {
  const images = await docker.listImages({ filters: { label: [`${labels.stack}=${stack}`] } });
  for (const { Id } of images) await docker.getImage(Id).remove({ force: true });
  return images.length;
}

/** `wanted` when nobody on this machine listens on it, else one that is free. */
export async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '0.0.0.0', () => {
      const { port: found } = server.address() as AddressInfo;
      server.close(() => resolve(found));
    });
  });
}
