/** What runs of a service in each environment, as a hover says it. Pure. */
import type { EnvironmentStatus, SlotStatus } from '../../agent/protocol/methods.ts';
import { plain } from './node.ts';
import { nameOf } from './words.ts';

/** Markdown; `undefined`: nothing is known of it anywhere. */
export function liveTable(service: string, statuses: readonly EnvironmentStatus[]): string | undefined {
  const rows = statuses.flatMap((status) => rowOf(service, status) ?? []);
  if (rows.length === 0) return undefined;
  return [
    `**${plain(service)}**`,
    '',
    '| environment | live | beside it |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function rowOf(
  service: string,
  { environment, state, services, problem }: EnvironmentStatus,
): string | undefined {
  const name = plain(environment);
  if (state === 'not-set-up') return `| ${name} | not set up yet | |`;
  if (state !== 'ready') return `| ${name} | ${plain(oneLine(problem ?? state))} | |`;
  const slots = services.find((one) => one.service === service)?.slots;
  if (slots === undefined) return `| ${name} | nothing yet | |`;
  const active = slots.find((slot) => slot.state === 'active');
  const other = slots.find((slot) => slot.state === 'warm' || slot.state === 'preparing');
  return `| ${name} | ${active === undefined ? 'nothing yet' : slotWords(active)} | ${other === undefined ? '' : slotWords(other)} |`;
}

function slotWords({ release, colour, state, share, healthy, desired, answering }: SlotStatus): string {
  const words = [
    release === null ? '' : plain(nameOf(release)),
    colour,
    state === 'active' ? `${share} %` : state,
    `${healthy}/${desired} healthy`,
    answering === null ? '' : `answers ${answering.status}`,
  ];
  return words.filter((word) => word !== '').join(', ');
}

function oneLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
