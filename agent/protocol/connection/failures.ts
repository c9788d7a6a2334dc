import { failure, type TidegateError } from '../errors.ts';
import { protocolVersion } from '../version.ts';

export function disconnected(why: string): TidegateError {
  return failure('agent.disconnected', {
    message: `The connection to the agent ended before it answered: ${why}.`,
    hint: 'What it was doing is in the cluster, not in the agent: look with "tidegate status".',
  });
}

export function otherProtocol(theirs: number, version: string): TidegateError {
  return failure('usage.invalid', {
    message: `The agent (version ${version}) speaks version ${theirs} of the contract, this client version ${protocolVersion}.`,
    hint: theirs < protocolVersion ? 'Update the agent.' : 'Update this client.',
    data: { theirs, ours: protocolVersion },
  });
}

export function unsafeFolder(folder: string, why: string): TidegateError {
  return failure('agent.unsafe', {
    message: `The folder ${folder}, where an agent says how to reach it, cannot be trusted: ${why}.`,
    hint: `Remove it, or "chmod 700" it when it is yours; or set XDG_RUNTIME_DIR to a folder of your own.`,
    data: { folder },
  });
}
