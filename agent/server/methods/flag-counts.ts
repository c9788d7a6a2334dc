/** How often flags are evaluated: asked of every control that runs, through the ledger. */
import { randomBytes } from 'node:crypto';
import { messageOf } from '../../common/errors.ts';
import { names } from '../../common/names.ts';
import { unknownFlag } from '../../flags/failures.ts';
import { mergeCounts } from '../../flags/counts/merge.ts';
import type { FlagCountsResult } from '../../protocol/flag-counts.ts';
import type { Call, Params } from '../../protocol/methods.ts';
import { unpackCounts, type SaidCounts } from '../../swarm/ledger/flag-counts.ts';
import type { Agent } from '../agent.ts';
import { readEnvironmentFlags } from '../environment-flags.ts';
import { openPlace, type Place } from '../place.ts';

/** They need milliseconds. */
const answerMs = 5_000;

export async function flagCounts(
  agent: Agent,
  params: Params<'flags.counts'>,
  call: Call,
): Promise<FlagCountsResult> {
  const place = await openPlace(agent, params.folder, params.environment);
  const { engine, environment } = place;
  const { definitions } = await readEnvironmentFlags(engine.ledger);
  const { said, missing } = await askControls(place, call.signal);
  const { flags, ...merged } = mergeCounts(definitions, said);
  const chosen = flags.filter(({ key }) => params.key === null || key === params.key);
  if (params.key !== null && chosen.length === 0)
    throw unknownFlag(
      params.key,
      flags.map(({ key }) => key),
      environment.name,
    );
  return { environment: environment.name, stack: engine.ledger.stack, ...merged, missing, flags: chosen };
}

interface Asked {
  readonly said: readonly SaidCounts[];
  /** Why others are not in it, for people. */
  readonly missing: readonly string[];
}

async function askControls({ engine }: Place, signal: AbortSignal): Promise<Asked> {
  const { swarm, ledger, changes } = engine;
  const store = ledger.flagCounts;
  const id = randomBytes(6).toString('hex');
  let asked: Asked = { said: [], missing: [] };
  await store.ask(id);
  try {
    await changes.until(
      async () => {
        const tasks = await swarm.tasks.list({ service: names.control(ledger.stack) });
        const running = tasks.filter(({ state, desired }) => state === 'running' && desired === 'running');
        const answers = (await store.find())?.answers ?? new Map<string, never>();
        asked = heard(
          running.map((task) => task.id),
          id,
          answers,
        );
        return asked.missing.length === 0 ? true : undefined;
      },
      { limitMs: answerMs, pollMs: 200, signal },
    );
  } finally {
    // Without it control finds out by itself, a minute later.
    await store.leave(id).catch(() => undefined);
  }
  return asked;
}

function heard(
  running: readonly string[],
  id: string,
  answers: ReadonlyMap<string, { readonly asks: readonly string[]; readonly packed: string }>,
): Asked {
  if (running.length === 0) return { said: [], missing: ['no control runs'] };
  const said: SaidCounts[] = [];
  const missing: string[] = [];
  for (const task of running) {
    const answer = answers.get(task);
    const name = `control ${task.slice(0, 12)}`;
    if (answer?.asks.includes(id) !== true)
      missing.push(
        `${name} has not answered: one of an earlier version counts nothing, "tidegate setup" brings it up to date`,
      );
    else
      try {
        said.push(unpackCounts(answer.packed));
      } catch (error) {
        missing.push(`what ${name} answered cannot be read: ${messageOf(error)}`);
      }
  }
  return { said, missing };
}
