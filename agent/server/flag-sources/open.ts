/** Which source an environment has its flags from: the ledger, or the server that tidegate.yaml names for it. */
import type { Environment } from '../../config/model.ts';
import { repositoryPath } from '../../config/repository-path.ts';
import { atServer, badToken, noAuthority, noToken } from '../../flags/sources/failures.ts';
import type { EnvironmentFlagSource } from '../../flags/sources/flag-source.ts';
import { unleashSource } from '../../flags/sources/unleash/unleash-source.ts';
import type { FlagServerName } from '../../protocol/flag-server.ts';
import type { Method } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import type { Asked } from '../confirmation.ts';
import { environmentNamed, openCheckout, type Checkout } from '../place.ts';
import { ledgerSource } from './ledger.ts';

export async function openFlagSource(
  agent: Agent,
  folder: string,
  name: string,
): Promise<EnvironmentFlagSource> {
  const checkout = await openCheckout(agent, folder);
  const environment = environmentNamed(checkout, name);
  const { flagServer: { tokenVariable, ca } = {}, stack } = environment;
  const { flagServer: server } = serverName(environment);
  if (server === undefined || tokenVariable === undefined)
    return ledgerSource(agent, { folder, environment: name });
  return unleashSource({
    ...{ server, environment: name, stack, clock: agent.clock },
    token: tokenOf(agent, server.url, tokenVariable),
    ca: ca === undefined ? undefined : await readAuthority(checkout, server.url, ca),
  });
}

/** What clients are told of who holds an environment's flags; nothing where that is Tidegate. */
export function serverName({ flagServer }: Environment): { readonly flagServer?: FlagServerName } {
  if (flagServer === undefined) return {};
  const { kind, url, project, environment } = flagServer;
  return { flagServer: { kind, url, project, environment } };
}

/** What a flag server is asked to do by us, and what is about the flags file alone. Everything else is of Tidegate's own. */
const anywhere: readonly Method[] = [
  'flags.list',
  'flags.set',
  'flags.create',
  'flags.useToken',
  'flags.variables',
];

/** Throws `flags.at-server`: what is about Tidegate's own flags means nothing where it holds none. */
export async function checkFlagSource(
  agent: Agent,
  method: Method,
  asked: Asked & { readonly states?: 'file' | 'environment' },
): Promise<void> {
  const { folder, environment: name, states } = asked;
  if (!method.startsWith('flags.') || anywhere.includes(method) || states === 'file') return;
  if (folder === undefined || name === undefined) return;
  const { environments } = await openCheckout(agent, folder);
  // `null` is the first one, where a method takes that.
  const environment = environments.find((one) => name === null || one.name === name);
  if (environment?.flagServer !== undefined)
    throw atServer(`"${method}"`, environment.name, environment.flagServer.url);
}

/** The client's own, for this very address; else that of the variable. */
function tokenOf({ flagTokens, env }: Agent, url: string, variable: string): string {
  const token = (flagTokens.get(url) ?? env[variable] ?? '').trim();
  if (token === '') throw noToken(url, variable);
  // Nothing that could end a header.
  if (!/^[\x21-\x7e]+$/.test(token)) throw badToken(url);
  return token;
}

async function readAuthority(
  { folder, readCheckoutFile }: Checkout,
  url: string,
  written: string,
): Promise<string> {
  const path = repositoryPath(folder, written);
  const text = path === undefined ? undefined : await readCheckoutFile(path);
  if (text === undefined) throw noAuthority(url, written);
  return text;
}
