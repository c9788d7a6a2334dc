/**
 * Turns the sample project into a git repository with a history: one commit and one tag a version. Every version is
 * `examples/shop`, from v1.1.0 on with that one's changes, and with the version's own changes out of `history/`; its SDKs of
 * feature flags have the packages they import in them.
 * The same input gives the same commit ids.
 */
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseDocument } from 'yaml';
import { output } from './command.ts';
import { bundledSdks, writeSdks } from './shop-sdks.ts';

interface Version {
  readonly tag: string;
  readonly subject: string;
  /** Folders of `history/` laid over the sample, in this order. */
  readonly overlays: readonly string[];
  /** Both kinds of tags exist in the wild. */
  readonly annotated: boolean;
}

export const shopVersions: readonly Version[] = [
  { tag: 'v1.0.0', subject: 'The shop opens', overlays: [], annotated: false },
  { tag: 'v1.1.0', subject: 'Autumn in the window', overlays: ['v1.1.0'], annotated: true },
  {
    tag: 'v1.2.0',
    subject: 'Stock comes from the warehouse',
    overlays: ['v1.1.0', 'v1.2.0'],
    annotated: false,
  },
  { tag: 'v1.3.0', subject: 'Wait for the price list', overlays: ['v1.1.0', 'v1.3.0'], annotated: true },
  { tag: 'v1.4.0', subject: 'New price of the clock', overlays: ['v1.1.0', 'v1.4.0'], annotated: false },
  {
    tag: 'v1.5.0',
    subject: 'Discounts in favour of the customer',
    overlays: ['v1.1.0', 'v1.5.0'],
    annotated: true,
  },
];

/** What differs from place to place; written into the `tidegate.yaml` of every commit. */
export interface ShopEnvironment {
  /** The port of environment `dev`. */
  readonly http: number;
  readonly images: { readonly edge: string; readonly control: string };
  /** What the shop's own image is built on. */
  readonly base: string;
  /** Name of the project, `shop` by default: the stack is `<project>-dev`. */
  readonly project?: string;
  /**
   * `edge`: no health checks by the engine, only those of the edge. Each of the engine's takes about a tenth of a second of
   * a core, every second for every container.
   */
  readonly healthChecks?: 'edge';
  /** Of the engine's health checks, instead of the compose file's: a task that never becomes healthy costs so much longer. */
  readonly startPeriod?: string;
  /** Instead of the compose file's. */
  readonly replicas?: number;
  /** `none`: without its test suite, which every deploy would run. */
  readonly suites?: 'none';
  /** `web`: without catalog, orders, their store and the suite that asks for them. */
  readonly parts?: 'web';
  /** What the orders are kept in, where the public image cannot be had. */
  readonly store?: string;
  /** Where its images are pushed to. */
  readonly registry?: string;
}

const shopFolder = path.resolve(import.meta.dirname, '../examples/shop');
const notInTheRepository = new Set(['history', 'node_modules']);

/** Creates the repository in `target`, which must be empty or not there. The newest version is checked out. */
export async function createShopRepository(target: string, environment?: ShopEnvironment): Promise<void> {
  await mkdir(target, { recursive: true });
  if ((await readdir(target)).length > 0) throw new Error(`${target} is not empty`);
  await git(target, 0, 'init', '-q', '-b', 'main');
  for (const [index, version] of shopVersions.entries()) {
    await writeVersion(target, version, environment);
    await git(target, index, 'add', '-A');
    await git(target, index, 'commit', '-q', '-m', version.subject);
    const annotation = version.annotated ? ['-a', '-m', `${version.tag}: ${version.subject}`] : [];
    await git(target, index, 'tag', ...annotation, version.tag);
  }
}

async function writeVersion(target: string, version: Version, environment?: ShopEnvironment): Promise<void> {
  for (const name of await readdir(target))
    if (name !== '.git') await rm(path.join(target, name), { recursive: true });
  await cp(shopFolder, target, {
    recursive: true,
    filter: (file) => !notInTheRepository.has(path.basename(file)),
  });
  await writeSdks(target, await bundledSdks(shopFolder));
  for (const overlay of version.overlays)
    await cp(path.join(shopFolder, 'history', overlay), target, { recursive: true });
  await edit(target, 'package.json', (text) =>
    text.replace(/("version": ")[^"]+/, `$1${version.tag.slice(1)}`),
  );
  if (environment) await edit(target, 'tidegate.yaml', (text) => withEnvironment(text, environment));
  if (environment) await edit(target, 'compose.yaml', (text) => withServices(text, environment));
}

const otherParts = ['catalog', 'orders', 'store'];

function withServices(text: string, environment: ShopEnvironment): string {
  const { healthChecks, startPeriod, replicas, parts } = environment;
  if ([healthChecks, startPeriod, replicas, parts].every((one) => one === undefined)) return text;
  const document = parseDocument(text);
  if (parts === 'web') {
    for (const service of otherParts) document.deleteIn(['services', service]);
    document.delete('volumes');
    document.deleteIn(['services', 'web', 'environment', 'ORDERS_URL']);
  }
  for (const service of Object.keys((document.toJS() as { services: object }).services)) {
    if (healthChecks === 'edge') document.deleteIn(['services', service, 'healthcheck']);
    else if (startPeriod !== undefined)
      document.setIn(['services', service, 'healthcheck', 'start_period'], startPeriod);
    if (replicas !== undefined) document.setIn(['services', service, 'deploy', 'replicas'], replicas);
  }
  return document.toString();
}

function withEnvironment(text: string, environment: ShopEnvironment): string {
  const { http, images, base, project, suites, registry, parts, store } = environment;
  const document = parseDocument(text);
  if (parts === 'web') {
    for (const service of ['catalog', 'orders']) document.deleteIn(['services', service]);
    document.deleteIn(['suites', 'smoke']);
  }
  if (project !== undefined) document.set('project', project);
  if (suites === 'none') document.delete('suites');
  document.setIn(
    ['environments', 'dev'],
    document.createNode({
      edge: { http },
      ...(registry !== undefined && { registry }),
      images,
      variables: { BASE: base, ...(store !== undefined && { STORE_IMAGE: store }) },
    }),
  );
  return document.toString();
}

async function edit(folder: string, name: string, change: (text: string) => string): Promise<void> {
  const file = path.join(folder, name);
  await writeFile(file, change(await readFile(file, 'utf8')));
}

/** Without the settings of the person and the machine; `minute` is the commit's place in time. */
async function git(folder: string, minute: number, ...args: readonly string[]): Promise<void> {
  const date = `2026-01-05T09:${String(minute).padStart(2, '0')}:00Z`;
  await output('git', args, {
    cwd: folder,
    env: {
      // Set when a git hook runs this; it would be the wrong repository.
      ...{ GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined },
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_AUTHOR_NAME: 'Sample shop',
      GIT_AUTHOR_EMAIL: 'shop@localhost',
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: 'Sample shop',
      GIT_COMMITTER_EMAIL: 'shop@localhost',
      GIT_COMMITTER_DATE: date,
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const target = process.argv[2];
  if (target === undefined) throw new Error('usage: tsx scripts/shop-history.ts FOLDER');
  await createShopRepository(path.resolve(target));
  console.log(`${target}: ${shopVersions.map(({ tag }) => tag).join(', ')}`);
}
