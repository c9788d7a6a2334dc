/**
 * What tests left on the Swarm. Every run has an id that is part of the names of its stacks, so that neither another
 * run at the same time nor anybody's own environment is taken for a leftover.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { labels } from '../../agent/common/names.ts';

interface Leftover {
  readonly what: string;
  remove(): Promise<unknown>;
}

interface Labelled {
  readonly Labels?: Readonly<Record<string, string>> | null | undefined;
}

/** A run of the tests, as far as names tell. */
export interface TestRun {
  /** Four characters; TIDEGATE_TEST_RUN in the environment of the tests. */
  readonly id: string;
}

/**
 * Names what it found and removed. What is on its way out when this begins (`Shop.leave`, networks whose last task has not
 * left this node) is waited for: only what stays counts.
 */
export async function removeLeftovers(docker: Docker, run: TestRun): Promise<readonly string[]> {
  const deadline = performance.now() + leavingMs;
  let left = await leftOf(docker, run);
  while (left.length > 0 && performance.now() < deadline) {
    await delay(250);
    left = await leftOf(docker, run);
  }
  // A network cannot go before its services, which is why it is tried again and again.
  await removeAll(left);
  return left.map(({ what }) => what);
}

async function leftOf(docker: Docker, run: TestRun): Promise<readonly Leftover[]> {
  const kinds = [servicesLeft, configsLeft, secretsLeft, networksLeft];
  return (await Promise.all(kinds.map((left) => left(docker, run)))).flat();
}

/** Images the tests built: worth nothing to the next run, whose stacks have other names. */
export async function removeTestImages(docker: Docker, run: TestRun): Promise<void> {
  const images = await docker.listImages({ filters: { label: [labels.stack] } });
  for (const image of images.filter((image) => isOf(run, image)))
    await docker
      .getImage(image.Id)
      .remove({ force: true })
      .catch(() => undefined);
}

/** `tgedge-1f3ab2c4`, `tgshop-1f3a9e20-dev`: what it is about, the run, a random part. */
function isOf(run: TestRun, { Labels }: Labelled): boolean {
  const [about = '', rest = ''] = (Labels?.[labels.stack] ?? '').split('-');
  return about.startsWith('tg') && rest.startsWith(run.id);
}

const leavingMs = 30_000;
const ours = { filters: { label: [labels.stack] } };

async function servicesLeft(docker: Docker, run: TestRun): Promise<readonly Leftover[]> {
  const services = await docker.listServices(ours);
  return services
    .filter(({ Spec }) => isOf(run, Spec ?? {}))
    .map(({ ID, Spec }) => ({
      what: `service ${Spec?.Name ?? ID}`,
      remove: () => docker.getService(ID).remove(),
    }));
}

async function configsLeft(docker: Docker, run: TestRun): Promise<readonly Leftover[]> {
  const configs = await docker.listConfigs(ours);
  return configs
    .filter(({ Spec }) => isOf(run, Spec ?? {}))
    .map(({ ID, Spec }) => ({
      what: `config ${Spec?.Name ?? ID}`,
      remove: () => docker.getConfig(ID).remove(),
    }));
}

async function secretsLeft(docker: Docker, run: TestRun): Promise<readonly Leftover[]> {
  const secrets = await docker.listSecrets(ours);
  return secrets
    .filter(({ Spec }) => isOf(run, Spec ?? {}))
    .map(({ ID, Spec }) => ({
      what: `secret ${Spec?.Name ?? ID}`,
      remove: () => docker.getSecret(ID).remove(),
    }));
}

async function networksLeft(docker: Docker, run: TestRun): Promise<readonly Leftover[]> {
  const networks = await docker.listNetworks(ours);
  return networks
    .filter((network) => isOf(run, network))
    .map(({ Id, Name }) => ({
      what: `network ${Name}`,
      remove: () => docker.getNetwork(Id).remove(),
    }));
}

async function removeAll(leftovers: readonly Leftover[]): Promise<void> {
  await Promise.all(leftovers.map(removePersistently));
}

async function removePersistently(leftover: Leftover): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      await leftover.remove();
      return;
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404 || attempt === 50) return;
      await delay(200);
    }
}
