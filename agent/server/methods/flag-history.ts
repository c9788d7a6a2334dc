/** What was switched, when, by whom and why; and back to what it was before. */
import { unknownFlag } from '../../flags/failures.ts';
import { historyOf, lastChange, nothingToUndo, undo } from '../../flags/history.ts';
import { switchOfState, toldState } from '../../flags/words.ts';
import type { Call, Params, Results } from '../../protocol/methods.ts';
import type { FlagState } from '../../swarm/ledger/flags.ts';
import type { Agent } from '../agent.ts';
import { readEnvironmentFlags } from '../environment-flags.ts';
import { openPlace } from '../place.ts';
import { served } from './flags.ts';

export async function flagHistory(
  agent: Agent,
  params: Params<'flags.history'>,
): Promise<Results['flags.history']> {
  const { engine, environment } = await openPlace(agent, params.folder, params.environment);
  const { key } = params;
  const { flags, definitions } = await readEnvironmentFlags(engine.ledger);
  const changes = historyOf(flags, key);
  const known = definitions.map((definition) => definition.key);
  if (changes.length === 0 && !known.includes(key)) throw unknownFlag(key, known, environment.name);
  return {
    environment: environment.name,
    stack: environment.stack,
    flag: key,
    changes: changes.map(({ seq, at, by, from, to, reason }) => ({
      change: seq,
      at,
      by,
      from: from === null ? null : switchOfState(from),
      to: switchOfState(to),
      reason,
    })),
  };
}

/** One compare-and-swap, which is refused when the last change is another than the one that was seen. */
export async function undoFlag(
  agent: Agent,
  params: Params<'flags.undo'>,
  call: Call,
): Promise<Results['flags.undo']> {
  const place = await openPlace(agent, params.folder, params.environment);
  const { ledger, clock } = place.engine;
  const { key } = params;
  const { flags, definitions } = await readEnvironmentFlags(ledger);
  const last = lastChange(flags, key);
  const known = definitions.map((definition) => definition.key);
  if (!last) throw known.includes(key) ? nothingToUndo(key) : unknownFlag(key, known, place.environment.name);
  const undoing = {
    key,
    seq: params.change ?? last.seq,
    at: new Date(clock.now()).toISOString(),
    by: agent.identity.by,
  };
  let to: FlagState = 'forgotten';
  const stored = await ledger.flags.change((newest) => {
    const undone = undo(newest, undoing);
    ({ to } = undone);
    return undone.flags;
  });
  const word = await served(place, stored, call);
  const environment = place.environment.name;
  const silent = word.missing.length === 0 ? '' : ` Not everywhere yet: ${word.missing.join('; ')}.`;
  return {
    outcome: word.missing.length > 0 ? 'partial' : 'done',
    environment,
    stack: ledger.stack,
    flag: key,
    undone: undoing.seq,
    to: switchOfState(to),
    message: `${key} is ${toldState(to)} again in ${environment}: change ${undoing.seq} by ${last.by} is undone.${silent}`,
    controls: word.serving,
    missing: word.missing,
  };
}
