/** A child of `events.ts`: an agent whose clients watch, and a rollout that reports as many events as it is told to. */
import { agentPlaceEnv, openAgentPlace } from '../test/support/agent-place.ts';

export interface Ready {
  readonly at: { readonly port: number; readonly token: string };
  readonly folder: string;
  readonly env: Record<string, string>;
}

/** Reported in one go; then others have their turn, as between the reads of a build's output. */
const atOnce = 50;

const place = await openAgentPlace();
const { at, folder } = place;

process.on('message', ({ events }: { events: number }) => {
  let told = 0;
  const tell = (): void => {
    for (let count = 0; count < atOnce && told < events; count++, told++)
      place
        .feed()
        .addEvent('r1', { kind: 'line', source: 'build web', stream: 'stdout', text: `line ${told}` });
    if (told < events) setImmediate(tell);
  };
  tell();
});
process.on('SIGTERM', () => void place.close().finally(() => process.exit()));
process.send?.({ at, folder, env: agentPlaceEnv(folder) } satisfies Ready);
