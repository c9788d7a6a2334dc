/** What can go wrong on the way to an engine, before it has said anything. */
import { suggestion } from '../../common/did-you-mean.ts';
import { failure, type TidegateError } from '../../common/errors.ts';
import type { ErrorCode } from '../../protocol/codes.ts';
import type { ChosenContext } from './contexts.ts';

/**
 * The way to the engine is gone, or nobody may go it any more: what was asked of it last may have been done or not. An
 * agent that meets one of these in the middle of something leaves it as it is.
 */
export const lostEngine: readonly ErrorCode[] = [
  'engine.unreachable',
  'engine.no-ssh',
  'engine.unknown-host',
  'engine.key-refused',
  'engine.no-docker',
  'engine.untrusted',
];

/** False for a failure on the way: it says nothing about whether the engine is there. */
export function wasReached(error: TidegateError): boolean {
  return error.data['reached'] !== false;
}

export function badEngineAddress(host: string, source: string): TidegateError {
  return failure('engine.unreachable', {
    message: `${JSON.stringify(host)} (from ${source}) is not the address of a Docker engine.`,
    hint: 'An address looks like unix:///var/run/docker.sock, npipe:////./pipe/docker_engine, tcp://localhost:2375 or ssh://user@host.',
    data: { host, source },
  });
}

/** `host`: with the password taken out. */
export function passwordInAddress(host: string, source: string): TidegateError {
  return failure('engine.unreachable', {
    message: `The engine's address ${host} (from ${source}) has a password in it, which is not used.`,
    hint: 'Take it out, and use a key: "ssh-add", or IdentityFile in ~/.ssh/config.',
    data: { host, source },
  });
}

export function noEngine(looked: readonly string[]): TidegateError {
  return failure('engine.unreachable', {
    message: `No Docker engine found: none of ${looked.join(', ')} is there.`,
    hint: 'Start Docker, or name the engine with DOCKER_HOST or a docker context.',
    data: { looked },
  });
}

export function unknownContext(
  { name, source }: ChosenContext,
  folder: string,
  known: readonly string[],
): TidegateError {
  const names = ['default', ...known];
  return failure('engine.unknown-context', {
    message: `There is no docker context "${name}" (from ${source}) in ${folder}.`,
    hint: `${suggestion(name, names)} Make one with "docker context create ${name} --docker host=ssh://USER@HOST".`,
    data: { context: name, source, known: names },
  });
}

export function brokenContext({ name, source }: ChosenContext, file: string): TidegateError {
  return failure('engine.unknown-context', {
    message: `The docker context "${name}" (from ${source}) names no Docker engine: ${file} is not as it should be.`,
    hint: `Look at "docker context inspect ${name}"; "docker context rm" and "create" make it anew.`,
    data: { context: name, source, file },
  });
}

export function unverifiedContext({ name }: ChosenContext, host: string): TidegateError {
  return failure('engine.untrusted', {
    message: `The docker context "${name}" says that the certificate of ${host} is not to be checked: anybody on the way could take the engine's place.`,
    hint: `Give the context the authority that signed it: "docker context update ${name} --docker host=${host},ca=ca.pem,cert=cert.pem,key=key.pem".`,
    data: { context: name, host },
  });
}

export function certificateExpired(folder: string, file: string, validTo: string): TidegateError {
  return failure('engine.untrusted', {
    message: `The certificate that shows the engine who you are has expired (${validTo}): ${folder}/${file}.`,
    hint: 'Get a new one from whoever runs the engine; docs/clusters.md says where it is looked for.',
    data: { folder, file, validTo },
  });
}

export function halfAClient(folder: string, missing: string): TidegateError {
  return failure('engine.untrusted', {
    message: `The engine's certificates in ${folder} are not complete: ${missing} is missing, or cannot be read.`,
    hint: 'cert.pem and key.pem belong together; for an engine that asks for neither, leave out both.',
    data: { folder, missing },
  });
}

export function unreadableCertificate(folder: string, file: string, why: string): TidegateError {
  return failure('engine.untrusted', {
    message: `${folder}/${file} cannot be used: ${why}.`,
    hint: 'It is read as docker reads it: PEM, without a passphrase.',
    data: { folder, file },
  });
}
