/** What SDKs of flags are let in with: shown, made, made anew. */
import { randomBytes } from 'node:crypto';
import { labels } from '../../common/names.ts';
import { edgePorts, flagsHost, flagsUrl } from '../../edge/wire.ts';
import { tokenInUse } from '../../flags/failures.ts';
import type { FlagTokenResult } from '../../protocol/flag-methods.ts';
import type { Params } from '../../protocol/methods.ts';
import type { AccessChange, SdkAccess } from '../../swarm/ledger/sdk-access.ts';
import type { Swarm } from '../../swarm/port.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';

export async function flagToken(agent: Agent, params: Params<'flags.token'>): Promise<FlagTokenResult> {
  const { engine, environment } = await openPlace(agent, params.folder, params.environment);
  const using =
    params.rotate && params.force !== true ? await servicesWith(engine.swarm, environment.stack) : nobody;
  // One token, however often the write has to be tried.
  const fresh = `tgf_${randomBytes(30).toString('base64url')}`;
  const wrote: { change: AccessChange | undefined } = { change: undefined };
  const access = await engine.ledger.keys.changeSdkAccess((before) => {
    const locked = params.rotate ? before.tokens.slice(1).flatMap(using) : [];
    if (locked.length > 0) throw tokenInUse(locked, environment.name);
    wrote.change = wanted(before, params, fresh);
    return wrote.change;
  });
  const [token = ''] = access.tokens;
  return {
    outcome: wrote.change ? 'done' : 'unchanged',
    environment: environment.name,
    stack: engine.ledger.stack,
    token,
    good: access.tokens.length,
    required: access.required,
    addresses: { ofrep: flagsUrl, unleash: `${flagsUrl}/api`, flagd: `${flagsHost}:${edgePorts.flagd}` },
    message: describe(environment.name, access, wrote.change),
  };
}

type ServicesWith = (token: string) => readonly string[];

const nobody: ServicesWith = () => [];

/** Who was given a token, under whatever name: of services that have tasks, warm ones included. Sorted. */
async function servicesWith(swarm: Swarm, stack: string): Promise<ServicesWith> {
  const services = await swarm.services.list({ [labels.stack]: stack });
  const running = services.filter(({ spec }) => spec.Mode.Replicated?.Replicas !== 0);
  return (token) =>
    running
      .filter(({ spec }) => spec.TaskTemplate.ContainerSpec.Env?.some((one) => one.includes(token)) === true)
      .map(({ name }) => name.replace(`${stack}_`, ''))
      .sort();
}

function wanted(
  before: SdkAccess,
  { rotate, required = before.required }: Params<'flags.token'>,
  token: string,
): AccessChange | undefined {
  const isNew = rotate || before.tokens.length === 0;
  if (!isNew && required === before.required) return undefined;
  return { ...(isNew && { token }), required };
}

function describe(
  environment: string,
  { tokens, required }: SdkAccess,
  change: AccessChange | undefined,
): string {
  const made =
    change?.token === undefined
      ? ''
      : tokens.length > 1
        ? 'A new token was made. The one before stays good until the next time, so bring services a new release before you do this again. '
        : 'A token was made. ';
  const who = required
    ? 'SDKs without a token are turned away'
    : 'SDKs without a token are let in, since only services of the environment reach the flags';
  return `${made}Services get it as TIDEGATE_FLAGS_TOKEN when they are placed next. In ${environment}, ${who}.`;
}
