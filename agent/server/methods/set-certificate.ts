import { readFile } from 'node:fs/promises';
import { messageOf } from '../../common/errors.ts';
import { checkCertificate } from '../../infra/certificate.ts';
import { setCertificate as bring } from '../../infra/certificates.ts';
import { requireOfEdge } from '../../infra/edge-abilities.ts';
import { certificateRefused } from '../../infra/failures.ts';
import type { CertificateResult } from '../../protocol/door.ts';
import type { Call, Params } from '../../protocol/methods.ts';
import { describeMissing } from '../../release/edges.ts';
import type { Agent } from '../agent.ts';
import { unknownCertificate } from '../failures.ts';
import { openPlace } from '../place.ts';

/** Brings a certificate to every edge; what cannot be right is refused before anything is touched. */
export async function setCertificate(
  agent: Agent,
  params: Params<'setCertificate'>,
  call: Call,
): Promise<CertificateResult> {
  const { engine, environment, hosts } = await openPlace(agent, params.folder, params.environment);
  const { name } = params;
  const known = environment.edge.tls ?? [];
  if (!known.includes(name)) throw unknownCertificate(name, environment.name, known);
  const certificate = checkCertificate(
    { certificate: await read(name, params.certificateFile), key: await read(name, params.keyFile) },
    { name, hosts, now: agent.clock.now() },
  );
  await requireOfEdge(engine, 'take certificates');
  const { outcome, missing } = await bring({ engine, name, certificate, signal: call.signal });
  return {
    outcome,
    name,
    version: certificate.version,
    hosts: certificate.names,
    validUntil: certificate.validUntil,
    missing: missing.map((one) => describeMissing([one])),
  };
}

async function read(name: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw certificateRefused(name, `${file} cannot be read (${messageOf(error)})`, 'Look at its path.');
  });
}
