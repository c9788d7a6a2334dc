/** Promote and abort: somebody decides about a rollout that is under way, wherever it is driven. */
import type { Call, Params, RolloutResult } from '../../protocol/methods.ts';
import { noRollout } from '../../release/failures.ts';
import type { RolloutEvent } from '../../release/machine.ts';
import { transition } from '../../release/machine.ts';
import { agentLeaves, takeOver } from '../../release/takeover.ts';
import { isEnded, type JournalEntry } from '../../swarm/ledger/rollout.ts';
import type { Stored } from '../../swarm/port.ts';
import type { Agent } from '../agent.ts';
import type { Suites } from '../../release/engine.ts';
import { openPlace, type Place } from '../place.ts';
import { phaseReporter, resultOf } from '../rollouts.ts';
import { readSource } from '../source.ts';
import { suitesOf } from '../suites/suites.ts';
import { versionOf } from '../wording.ts';

export function promote(agent: Agent, params: Params<'promote'>, call: Call): Promise<RolloutResult> {
  return decide(agent, params, call, 'promote');
}

export function abort(agent: Agent, params: Params<'abort'>, call: Call): Promise<RolloutResult> {
  return decide(agent, params, call, 'abort');
}

async function decide(
  agent: Agent,
  params: Params<'promote'>,
  call: Call,
  action: 'promote' | 'abort',
): Promise<RolloutResult> {
  const place = await openPlace(agent, params.folder, params.environment);
  const { engine } = place;
  const began = engine.clock.monotonic();
  const event: RolloutEvent =
    action === 'promote'
      ? { type: 'promote' }
      : { type: 'abort', reason: 'aborted-by-user', detail: `aborted by ${agent.identity.by}` };
  const entry = await findOpen(place, event, action);
  const { head, driver, state } = entry.value;
  const before = head.moves.find((move) => move.fromRelease !== null)?.fromRelease;
  const from = before == null ? undefined : await engine.ledger.releases.get(before);
  const alive = driver !== undefined && agent.identity.stateOf(driver) !== 'dead';
  const end = alive
    ? await ask(agent, place, entry, action, call)
    : await takeOver(engine, {
        entry,
        first: event,
        leaves: agentLeaves,
        signal: call.signal,
        onPhase: phaseReporter(call, head.id),
        ...(action === 'promote' &&
          head.liveSuites && { suites: await suitesOfHead(agent, place, head, call) }),
      });
  // Its driver left just before it could hear the request: then it is ours to do.
  if (alive && transition(head, end, event, 0).changed) {
    const now = await engine.ledger.journals.get(head.id);
    if (now && now.value.driver === undefined) return decide(agent, params, call, action);
  }
  const ended = engine.clock.monotonic() - began;
  const result = await resultOf(place, head, { ...end, release: end.release ?? state.release }, from, ended);
  return action === 'abort' && end.phase.name === 'aborted' ? asWished(result, head) : result;
}

/** Those that have to pass once it is live come out of its commit, which has to be in this clone. */
async function suitesOfHead(
  agent: Agent,
  place: Place,
  head: JournalEntry['head'],
  call: Call,
): Promise<Suites> {
  return suitesOf(place, { source: await readSource(agent, place, head.commit, call), call });
}

/** What is a failure to whoever deployed is a success to whoever aborts. */
function asWished(result: RolloutResult, head: JournalEntry['head']): RolloutResult {
  const before = result.from ? (result.from.tag ?? `release ${result.from.number}`) : undefined;
  const now = before === undefined ? 'no version is live' : `${before} has all the traffic`;
  return { ...result, outcome: 'done', message: `${versionOf(head)} is aborted: ${now}.`, services: [] };
}

/** The newest rollout to which the decision means something. */
async function findOpen(
  { engine }: Place,
  event: RolloutEvent,
  action: 'promote' | 'abort',
): Promise<Stored<JournalEntry>> {
  const open = (await engine.ledger.journals.list())
    .filter(({ value }) => transition(value.head, value.state, event, 0).changed)
    .sort((a, b) => (a.value.head.at < b.value.head.at ? 1 : -1));
  const [newest] = open;
  if (!newest) throw noRollout(engine.ledger.stack, action === 'promote' ? 'promoted' : 'aborted');
  return newest;
}

/** Its driver lives elsewhere: the request goes through the journal, and we watch what it does. */
async function ask(
  agent: Agent,
  { engine }: Place,
  entry: Stored<JournalEntry>,
  action: 'promote' | 'abort',
  call: Call,
): Promise<JournalEntry['state']> {
  const { id } = entry.value.head;
  const { journals } = engine.ledger;
  await journals.request(id, action, agent.identity.by);
  const report = phaseReporter(call, id);
  let last = entry.value.state;
  const end = await engine.changes.until(
    async () => {
      const now = (await journals.get(id))?.value;
      if (!now) return last;
      if (now.state.since !== last.since) report(now.state);
      last = now.state;
      const left = isEnded(last) || ['settling', 'partial'].includes(last.phase.name);
      return left || now.driver === undefined ? last : undefined;
    },
    { limitMs: 10 * 60_000, pollMs: 1_000, signal: call.signal },
  );
  return end ?? last;
}
