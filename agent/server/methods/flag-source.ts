/** Methods about flags, wherever an environment has them. */
import type { Call, Params, Results } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { openFlagSource } from '../flag-sources/open.ts';

export async function listFlags(
  agent: Agent,
  { folder, environment }: Params<'flags.list'>,
  call: Call,
): Promise<Results['flags.list']> {
  return (await openFlagSource(agent, folder, environment)).list(call);
}

export async function switchFlag(
  agent: Agent,
  { folder, environment, ...wanted }: Params<'flags.set'>,
  call: Call,
): Promise<Results['flags.set']> {
  return (await openFlagSource(agent, folder, environment)).set(wanted, call);
}

export async function createFlag(
  agent: Agent,
  { folder, environment, key, description, kind }: Params<'flags.create'>,
  call: Call,
): Promise<Results['flags.create']> {
  return (await openFlagSource(agent, folder, environment)).create({ key, description, kind }, call);
}

/** For requests that come behind it; addresses are as tidegate.yaml has them, without a slash at the end. */
export function useFlagToken(
  { flagTokens }: Agent,
  { url: written, token }: Params<'flags.useToken'>,
): Promise<Results['flags.useToken']> {
  const url = written.replace(/\/+$/, '');
  if (token === null) flagTokens.delete(url);
  else flagTokens.set(url, token);
  return Promise.resolve({ url, known: flagTokens.has(url) });
}
