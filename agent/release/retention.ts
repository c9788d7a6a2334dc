/** What the ledger keeps: bounded, and never less than a slot needs. Done by control, one at a time. */
import { hasCode } from '../common/errors.ts';
import { isEnded } from '../swarm/ledger/rollout.ts';
import { releaseRecord } from '../swarm/ledger/release.ts';
import { decode } from '../swarm/ledger/object.ts';
import { labels } from '../common/names.ts';
import type { FileKind } from '../config/model.ts';
import { manifestOf } from '../swarm/image-name.ts';
import type { ReleaseEngine } from './engine.ts';
import { mountedFiles } from './mounted-files.ts';

export interface Retention {
  readonly releases: number;
  readonly auditEntries: number;
  /** Ended journals beyond this many are gathered into a page. */
  readonly journals: number;
}

export const defaultRetention: Retention = { releases: 50, auditEntries: 2_000, journals: 50 };

export async function prune(engine: ReleaseEngine, keep: Retention): Promise<void> {
  await gatherJournals(engine, keep);
  await engine.ledger.audit.prune(keep.auditEntries);
  await pruneReleases(engine, keep.releases);
}

/**
 * The page is written before the journals go: who dies in between leaves entries that are there twice, which
 * the history reads as one.
 */
async function gatherJournals({ ledger }: ReleaseEngine, { journals }: Retention): Promise<void> {
  const claims = new Set(Object.values((await ledger.routes.read()).value.claims));
  const ended = (await ledger.journals.list())
    .map(({ value }) => value)
    .filter(({ head, state }) => isEnded(state) && !claims.has(head.id))
    .sort((a, b) => (a.head.at < b.head.at ? -1 : 1));
  if (ended.length <= journals) return;
  const oldest = ended.slice(0, ended.length - Math.floor(journals / 2));
  await ledger.audit.addPage(oldest.map(({ head, state }) => ({ head, state })));
  for (const { head } of oldest) await ledger.journals.remove(head.id);
}

async function pruneReleases(engine: ReleaseEngine, keep: number): Promise<void> {
  const { ledger } = engine;
  const all = await ledger.releases.list();
  const routes = await ledger.routes.read();
  const used = new Set(Object.values(routes.value.slots));
  const journals = (await ledger.journals.list()).map(({ value }) => value);
  for (const { state } of journals) if (!isEnded(state) && state.release !== null) used.add(state.release);
  const dropped = all.slice(0, Math.max(0, all.length - keep)).filter((record) => !used.has(record.number));
  for (const record of dropped) await ledger.releases.remove(record.number);
  const images = dropped.flatMap((record) => Object.values(record.services).map((service) => service.digest));
  if (images.length > 0) await dropImages(engine, new Set(images));
  await dropFiles(engine);
}

/**
 * Configs and secrets that no kept release and no backing service mounts. The order matters: what is listed first was made before the journals
 * were read, so whoever made it is still building, and nothing is dropped, or has its record in the list that follows.
 */
async function dropFiles({ swarm, ledger, log }: ReleaseEngine): Promise<void> {
  const own = (kind: FileKind) => ({ [labels.stack]: ledger.stack, [labels.object]: kind });
  const configs = await swarm.configs.list(own('config'));
  const secrets = await swarm.secrets.list(own('secret'));
  const journals = await ledger.journals.list();
  if (journals.some(({ value: { state } }) => !isEnded(state) && state.release === null)) return;
  const services = (await ledger.releases.list()).flatMap((record) => Object.values(record.services));
  const backing = await swarm.services.list({ [labels.stack]: ledger.stack, [labels.object]: 'backing' });
  const mounted = [...services, ...backing].flatMap(({ spec }) => mountedFiles(spec));
  const drop = async (kind: FileKind, found: readonly Found[], remove: Remove): Promise<void> => {
    const needed = new Set(mounted.filter((file) => file.kind === kind).map(({ name }) => name));
    for (const { id, name } of found.filter((file) => !needed.has(file.name)))
      await remove(id).catch((error: unknown) => {
        // A task that mounts it has not left yet: the next time.
        if (!hasCode(error, 'engine.failed', 'swarm.conflict')) throw error;
        log.warn({ [kind]: name, error: error.message }, `a ${kind} that no release needs is still in use`);
      });
  };
  await drop('config', configs, (id) => swarm.configs.remove(id));
  await drop('secret', secrets, (id) => swarm.secrets.remove(id));
}

interface Found {
  readonly id: string;
  readonly name: string;
}

type Remove = (id: string) => Promise<void>;

/** Images of dropped releases, unless a release of any environment still names them. */
async function dropImages({ swarm, log }: ReleaseEngine, digests: ReadonlySet<string>): Promise<void> {
  const records = await swarm.configs.list({ [labels.object]: 'release' });
  const needed = new Set<string>();
  for (const object of records) {
    const record = await decode(object, (value) => releaseRecord.parse(value));
    for (const service of Object.values(record.services)) needed.add(service.digest);
  }
  for (const image of await swarm.images.list({ [labels.object]: 'image' })) {
    // A release in a registry knows it by its manifest.
    const known = [image.id, ...image.digests.flatMap((ref) => manifestOf(ref) ?? [])];
    if (!known.some((digest) => digests.has(digest)) || known.some((digest) => needed.has(digest))) continue;
    for (const tag of image.tags)
      await swarm.images.untag(tag).catch((error: unknown) => {
        if (!hasCode(error, 'engine.failed')) throw error;
        log.warn({ image: tag, error: error.message }, 'an image that no release needs could not be removed');
      });
  }
}
