/** What the ledger keeps: bounded, and never less than a slot needs. Done by control, one at a time. */
import { hasCode } from '../common/errors.ts';
import { isEnded, type RolloutState } from '../swarm/ledger/rollout.ts';
import { releaseRecord, type ReleaseRecord } from '../swarm/ledger/release.ts';
import { decode } from '../swarm/ledger/object.ts';
import { labels } from '../common/names.ts';
import { configNames } from './config-files.ts';
import type { ReleaseEngine } from './engine.ts';

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
  const kept = all.filter((record) => !dropped.includes(record));
  await dropConfigs(engine, kept, journals);
}

/** Configs that no kept release mounts. A rollout that is being built has made its own and names them only later. */
async function dropConfigs(
  { swarm, ledger, log }: ReleaseEngine,
  kept: readonly ReleaseRecord[],
  journals: readonly { readonly state: RolloutState }[],
): Promise<void> {
  if (journals.some(({ state }) => !isEnded(state) && state.release === null)) return;
  const needed = new Set(
    kept.flatMap(({ services }) => Object.values(services).flatMap(({ spec }) => configNames(spec))),
  );
  const backing = await swarm.services.list({ [labels.stack]: ledger.stack, [labels.object]: 'backing' });
  for (const { spec } of backing) for (const name of configNames(spec)) needed.add(name);
  const own = { [labels.stack]: ledger.stack, [labels.object]: 'config' };
  for (const config of await swarm.configs.list(own)) {
    if (needed.has(config.name)) continue;
    await swarm.configs.remove(config.id).catch((error: unknown) => {
      // A task that mounts it has not left yet: the next time.
      if (!hasCode(error, 'engine.failed', 'swarm.conflict')) throw error;
      log.warn(
        { config: config.name, error: error.message },
        'a config that no release needs is still in use',
      );
    });
  }
}

/** Images of dropped releases, unless a release of any environment still names them. */
async function dropImages({ swarm, log }: ReleaseEngine, digests: ReadonlySet<string>): Promise<void> {
  const records = await swarm.configs.list({ [labels.object]: 'release' });
  const needed = new Set<string>();
  for (const object of records) {
    const record = await decode(object, (value) => releaseRecord.parse(value));
    for (const service of Object.values(record.services)) needed.add(service.digest);
  }
  for (const image of await swarm.images.list({ [labels.object]: 'image' })) {
    if (!digests.has(image.id) || needed.has(image.id)) continue;
    for (const tag of image.tags)
      await swarm.images.untag(tag).catch((error: unknown) => {
        if (!hasCode(error, 'engine.failed')) throw error;
        log.warn({ image: tag, error: error.message }, 'an image that no release needs could not be removed');
      });
  }
}
