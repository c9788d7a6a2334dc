/**
 * How a certificate gets to the edges, without its key ever being where it can be read: a Swarm secret, mounted into
 * control, which edges ask for it by name and version. What they are to have is in the routes object, so it is
 * acknowledged like a swap. No edge is replaced; control is, and edges do not mind (ADR 0021).
 */
import { hasCode } from '../common/errors.ts';
import { labels, names } from '../common/names.ts';
import { mountedSecrets, withCertificates, type MountedCertificate } from '../edge/services.ts';
import type { Unacknowledged } from '../edge/expected.ts';
import { awaitEdges } from '../release/edges.ts';
import type { ReleaseEngine } from '../release/engine.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { SecretObject } from '../swarm/port.ts';
import type { CheckedCertificate } from './certificate.ts';
import { controlNotReady } from './failures.ts';

const controlMs = 60_000;
const acknowledgeMs = 60_000;

export interface SetCertificate {
  readonly engine: ReleaseEngine;
  readonly name: string;
  readonly certificate: CheckedCertificate;
  readonly signal: AbortSignal;
}

export interface CertificateSet {
  readonly outcome: 'done' | 'unchanged' | 'partial';
  readonly missing: readonly Unacknowledged[];
}

/** May be stopped and run again at any point. */
export async function setCertificate(request: SetCertificate): Promise<CertificateSet> {
  const { engine, name, certificate, signal } = request;
  const { ledger } = engine;
  const { version } = certificate;
  const before = await ledger.routes.read();
  const isThere = before.value.certificates?.[name] === version;
  await ensureSecret(request);
  // With those that edges have now, until they have the new one.
  const mounted = await certificatesFor(engine, before.value.certificates ?? {}, [{ name, version }]);
  const former = await mountCertificates(engine, mounted);
  await untilControlRuns(engine, former ?? new Set(), signal);
  await removeOldCertificates(engine);
  const routes = await ledger.routes.change((now) =>
    now.certificates?.[name] === version
      ? now
      : { ...now, certificates: { ...now.certificates, [name]: version } },
  );
  const missing = await awaitEdges(engine, { routes, limitMs: acknowledgeMs, signal });
  return { outcome: missing.length > 0 ? 'partial' : isThere ? 'unchanged' : 'done', missing };
}

/** Takes away what the ledger has and tidegate.yaml does not name any more. Gives their names. */
export async function dropCertificates(
  engine: ReleaseEngine,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const known = (await engine.ledger.routes.read()).value.certificates ?? {};
  const gone = Object.keys(known).filter((name) => !wanted.includes(name));
  if (gone.length > 0) await engine.ledger.routes.change((routes) => without(routes, gone));
  return gone;
}

function without(routes: Routes, gone: readonly string[]): Routes {
  const { certificates = {}, ...rest } = routes;
  const left = Object.entries(certificates).filter(([name]) => !gone.includes(name));
  return left.length === 0 ? rest : { ...rest, certificates: Object.fromEntries(left) };
}

/** What control is to have mounted by the ledger. */
export async function certificatesFor(
  { swarm, ledger }: ReleaseEngine,
  versions: Readonly<Record<string, string>>,
  more: readonly { readonly name: string; readonly version: string }[] = [],
): Promise<readonly MountedCertificate[]> {
  return mountedFor(await swarm.secrets.list(ownLabels(ledger.stack)), versions, more);
}

/** The same, of secrets that have been listed. Pure. */
export function mountedFor(
  secrets: readonly SecretObject[],
  versions: Readonly<Record<string, string>>,
  more: readonly { readonly name: string; readonly version: string }[] = [],
): readonly MountedCertificate[] {
  const wanted = [...Object.entries(versions).map(([name, version]) => ({ name, version })), ...more];
  return secrets.flatMap((secret) => {
    const one = wanted.find(({ name, version }) => isOf(secret, name, version));
    return one ? [{ ...one, secretId: secret.id, secretName: secret.name }] : [];
  });
}

/** Those that nothing mounts and the ledger does not name. */
export async function removeOldCertificates({ swarm, ledger }: ReleaseEngine): Promise<void> {
  const { stack } = ledger;
  const { certificates = {} } = (await ledger.routes.read()).value;
  const control = await swarm.services.get(names.control(stack));
  const mounted = control ? mountedSecrets(control.spec) : [];
  const old = unneededSecrets(await swarm.secrets.list(ownLabels(stack)), mounted, certificates);
  for (const { id } of old)
    await swarm.secrets.remove(id).catch((error: unknown) => {
      // A task of control has not left yet: the next time removes it.
      if (!hasCode(error, 'engine.failed', 'swarm.conflict')) throw error;
    });
}

/** Pure. */
export function unneededSecrets(
  secrets: readonly SecretObject[],
  mounted: readonly string[],
  certificates: Readonly<Record<string, string>>,
): readonly SecretObject[] {
  return secrets.filter(
    (secret) =>
      !mounted.includes(secret.id) &&
      !Object.entries(certificates).some(([name, version]) => isOf(secret, name, version)),
  );
}

async function ensureSecret({ engine, name, certificate }: SetCertificate): Promise<void> {
  const { swarm, ledger } = engine;
  const { version, pem } = certificate;
  const own = ownLabels(ledger.stack);
  if ((await swarm.secrets.list(own)).some((secret) => isOf(secret, name, version))) return;
  await swarm.secrets
    .create(names.certificate(ledger.stack, version), pem, {
      ...own,
      [labels.certificate]: name,
      [labels.version]: version,
    })
    .catch((error: unknown) => {
      // Somebody sets the same one at the same time.
      if (!hasCode(error, 'swarm.conflict')) throw error;
    });
}

/**
 * Control with exactly these mounted; nothing is touched where it has them. Gives the tasks that are to leave for it.
 */
export async function mountCertificates(
  { swarm, ledger }: ReleaseEngine,
  certificates: readonly MountedCertificate[],
): Promise<ReadonlySet<string> | undefined> {
  const service = names.control(ledger.stack);
  const control = await swarm.services.get(service);
  if (!control) throw controlNotReady(ledger.stack, 'there is no such service');
  const spec = withCertificates(control.spec, certificates);
  if (mountedSecrets(spec).join() === mountedSecrets(control.spec).join()) return undefined;
  const former = new Set((await swarm.tasks.list({ service })).map(({ id }) => id));
  await swarm.services.update(control, spec);
  return former;
}

async function untilControlRuns(
  { swarm, ledger, changes }: ReleaseEngine,
  former: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const service = names.control(ledger.stack);
  const ready = await changes.until(
    async () => {
      const tasks = await swarm.tasks.list({ service });
      const wanted = tasks.filter(({ desired }) => desired === 'running');
      // One of before, still leaving, would be asked for what it does not have.
      if (tasks.some(({ id, state }) => state === 'running' && former.has(id))) return undefined;
      return wanted.length > 0 && wanted.every(({ state }) => state === 'running') ? true : undefined;
    },
    { limitMs: controlMs, pollMs: 250, signal },
  );
  if (ready !== true)
    throw controlNotReady(
      ledger.stack,
      'it did not come up with the new certificate; edges keep the one they have',
    );
}

/** Of the secrets that certificates are. */
export function ownLabels(stack: string): Record<string, string> {
  return { [labels.stack]: stack, [labels.object]: 'certificate' };
}

function isOf(secret: SecretObject, name: string, version: string): boolean {
  return secret.labels[labels.certificate] === name && secret.labels[labels.version] === version;
}
